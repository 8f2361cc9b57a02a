"""Times one batch of 10,000 calls, with whatever `tuber` is installed.

Usage: batch_call.py HOST:PORT SECONDS

Prints the median time of a batch, from the first queued call to the last result, in milliseconds.
At least three batches are sent, however long they take.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import tuber

CALLS = 10_000
FEWEST_BATCHES = 3


def main() -> None:
    seconds = float(sys.argv[2])
    instrument = tuber.resolve_simple(sys.argv[1]).instrument
    durations: list[float] = []
    end = time.monotonic() + seconds
    while len(durations) < FEWEST_BATCHES or time.monotonic() < end:
        start = time.perf_counter()
        with instrument.tuber_context() as context:
            for _ in range(CALLS):
                context.nothing()
            results = context()
        durations.append(time.perf_counter() - start)
        if len(results) != CALLS:
            sys.exit(f"{len(results)} results of {CALLS} calls")
    print(median(durations) * 1e3)


main()
