"""Run the client's code paths. This program runs under callgrind.

Usage: python -m benchmarks.instructions.client HOST:PORT [--without-tuberd]

With --without-tuberd, importing tuberd fails, so the client uses only its Python code, as on a
machine without the server.
"""

import asyncio
import gc
import sys
from collections.abc import Iterator

if "--without-tuberd" in sys.argv:
    sys.modules["tuberd"] = None  # type: ignore[assignment]

import counter  # type: ignore[import-not-found]  # built by counting.py
import numpy as np

import tuber

ROUNDS = 5  # as in counting.py, which needs tuberd
ITEMS = 100_000
BATCH = 1_000


def repetitions(path: str, times: int) -> Iterator[int]:
    """Yield how many times to run the path. The code that runs between two yields is counted."""
    yield times  # fills the caches
    for _ in range(ROUNDS):
        gc.collect()  # so that the collector does the same work in each round
        counter.end_stretch(f"{path} | begin")
        yield times
        counter.end_stretch(f"{path} | {times}")
        yield 0
        counter.end_stretch(f"{path} | 0")


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
                sys.exit(f"the batch returned wrong results: {results[:3]}")
    for times in repetitions("0.8 MB array result", 4):
        for _ in range(times):
            if bench.samples(ITEMS)[-1] != samples[-1]:
                sys.exit("the client received an array that differs from the one sent")
    for times in repetitions("0.8 MB array argument", 4):
        for _ in range(times):
            if bench.last(samples) != samples[-1]:
                sys.exit("the server received an array that differs from the one sent")


async def count_asyncio(hostname: str) -> None:
    bench = (await tuber.resolve(hostname)).bench
    for times in repetitions("asynchronous call", 40):
        for _ in range(times):
            await bench.nothing()


if __name__ == "__main__":
    count_blocking(sys.argv[1])
    asyncio.run(count_asyncio(sys.argv[1]))
