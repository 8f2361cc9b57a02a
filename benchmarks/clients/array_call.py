"""Times synchronous calls that return an array, with whatever `tuber` is installed.

Usage: array_call.py HOST:PORT SECONDS

Prints the median time of a call in microseconds.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import tuber

LAST_SAMPLE = 99_999.0


def main() -> None:
    seconds = float(sys.argv[2])
    instrument = tuber.resolve_simple(sys.argv[1], accept_types=["application/cbor"]).instrument
    if instrument.samples()[-1] != LAST_SAMPLE:
        sys.exit("the array is not the one that was sent")
    durations = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        instrument.samples()
        durations.append(time.perf_counter() - start)
    print(median(durations) * 1e6)


main()
