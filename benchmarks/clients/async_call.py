"""Times asynchronous calls of a method that does nothing, with whatever `tuber` is installed.

Usage: async_call.py HOST:PORT SECONDS

Prints the median time of a call in microseconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median

import tuber


async def main() -> None:
    seconds = float(sys.argv[2])
    instrument = (await tuber.resolve(sys.argv[1])).instrument
    await instrument.nothing()
    durations = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        await instrument.nothing()
        durations.append(time.perf_counter() - start)
    print(median(durations) * 1e6)


asyncio.run(main())
