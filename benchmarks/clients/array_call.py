"""Times synchronous calls that return or take an array, with whatever `tuber` is installed.

Further arguments: result|argument SIZE, where SIZE is the number of items.
The value is the median time of a call in microseconds.
"""

from __future__ import annotations

import sys

import numpy as np

import tuber

from .timing import arguments, time_exchanges


def main() -> None:
    told = arguments()
    direction, size = told.rest[0], int(told.rest[1])
    instrument = tuber.resolve_simple(told.hostname, accept_types=["application/cbor"]).instrument
    array = np.arange(size, dtype=np.float64)

    def exchange() -> float:
        if direction == "argument":
            return float(instrument.last(array))
        return float(instrument.samples(size)[-1])

    if exchange() != array[-1]:
        sys.exit("the array is not the one that was sent")
    time_exchanges(exchange, told)


main()
