"""The client's paths: the program that runs under callgrind.

Usage: python -m benchmarks.instructions.client_paths HOST:PORT [--without-tuberd]

Without tuberd the client is all Python, as on a board where nothing is served; tuberd is hidden
from the import system then.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator

if "--without-tuberd" in sys.argv:
    sys.modules["tuberd"] = None  # type: ignore[assignment]  # so that importing it fails

import counter  # type: ignore[import-not-found]  # built by __main__.py
import numpy as np

import tuber

from .stretches import ROUNDS, begin, repeated

ITEMS = 100_000  # float64: 0.8 MB
BATCH = 1000


def repetitions(path: str, times: int) -> Iterator[int]:
    """How often to run the path next, again and again; what is run in between is counted."""
    yield times  # fills the caches
    for _ in range(ROUNDS):
        gc.collect()  # so that it has the same to do in each round
        counter.end_stretch(begin(path))
        yield times
        counter.end_stretch(repeated(path, times))
        yield 0
        counter.end_stretch(repeated(path, 0))


def count_blocking(hostname: str) -> None:
    bench = tuber.resolve_simple(hostname).bench
    samples = np.arange(ITEMS, dtype=np.float64)
    for times in repetitions("call", 40):
        for _ in range(times):
            bench.nothing()
    for times in repetitions("batch of 1,000", 2):
        for _ in range(times):
            with bench.tuber_context() as context:
                for _ in range(BATCH):
                    context.nothing()
                results = context()
            if results != [None] * BATCH:
                sys.exit(f"the batch has other results than it should: {results[:3]}")
    for times in repetitions("0.8 MB array result", 4):
        for _ in range(times):
            if bench.samples(ITEMS)[-1] != samples[-1]:
                sys.exit("the array is not the one that was sent")
    for times in repetitions("0.8 MB array argument", 4):
        for _ in range(times):
            if bench.last(samples) != samples[-1]:
                sys.exit("the array did not arrive as it was sent")


async def count_asyncio(hostname: str) -> None:
    bench = (await tuber.resolve(hostname)).bench
    for times in repetitions("asynchronous call", 40):
        for _ in range(times):
            await bench.nothing()


if __name__ == "__main__":
    count_blocking(sys.argv[1])
    asyncio.run(count_asyncio(sys.argv[1]))
