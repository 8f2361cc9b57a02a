"""Times synchronous calls of a method that does nothing, with whatever `tuber` is installed.

Usage: sync_call.py HOST:PORT SECONDS

Prints the median time of a call in microseconds.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import tuber


def main() -> None:
    seconds = float(sys.argv[2])
    instrument = tuber.resolve_simple(sys.argv[1]).instrument
    instrument.nothing()
    durations = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        instrument.nothing()
        durations.append(time.perf_counter() - start)
    print(median(durations) * 1e6)


main()
