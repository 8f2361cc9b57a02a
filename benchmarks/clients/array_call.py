"""Times synchronous calls that return or take an array, with whatever `tuber` is installed.

Usage: array_call.py HOST:PORT SECONDS result|argument SIZE

SIZE is the number of items. Prints the median time of a call in microseconds.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import numpy as np

import tuber


def main() -> None:
    hostname, seconds, direction, size = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
    instrument = tuber.resolve_simple(hostname, accept_types=["application/cbor"]).instrument
    array = np.arange(int(size), dtype=np.float64)

    def exchange() -> float:
        if direction == "argument":
            return float(instrument.last(array))
        return float(instrument.samples(int(size))[-1])

    if exchange() != array[-1]:
        sys.exit("the array is not the one that was sent")
    durations = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        exchange()
        durations.append(time.perf_counter() - start)
    print(median(durations) * 1e6)


main()
