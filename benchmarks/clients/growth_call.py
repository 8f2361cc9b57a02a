"""Times blocking calls of growing size, with whatever `tuber` is installed.

Usage: growth_call.py HOST:PORT SECONDS ROUNDS WHAT SIZE [SIZE ...]

WHAT is one of the names in EXCHANGES. The sizes take turns, round by round, each for about that
long. Prints a map from each size to the seconds of one call: the lowest of the rounds' medians.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import tuber

FEWEST = 3  # exchanges in a round


def ints(hostname: str, size: int) -> Callable[[], object]:
    instrument = tuber.resolve_simple(hostname).instrument
    numbers = list(range(size))
    return lambda: instrument.take(numbers)


def floats(hostname: str, size: int) -> Callable[[], object]:
    instrument = tuber.resolve_simple(hostname).instrument
    array = np.arange(size, dtype=np.float64)
    return lambda: instrument.take(array)


def batch(hostname: str, size: int) -> Callable[[], object]:
    instrument = tuber.resolve_simple(hostname).instrument

    def exchange() -> object:
        with instrument.tuber_context() as context:
            for _ in range(size):
                context.nothing()
            return context()

    return exchange


def objects(hostname: str, size: int) -> Callable[[], object]:
    level: Any = tuber.resolve_simple(hostname, "described_objects")
    for _ in range(size - 1):
        level = level.inner
    return lambda: level.nothing()  # noqa: PLW0108  (the look-up belongs to a call)


def containers(hostname: str, size: int) -> Callable[[], object]:
    level: Any = tuber.resolve_simple(hostname, "described_containers")
    for _ in range(size - 1):
        level = level.inner[0]
    return lambda: level.nothing()  # noqa: PLW0108  (the look-up belongs to a call)


def registry_call(hostname: str, size: int) -> Callable[[], object]:
    board = tuber.resolve_simple(hostname, f"board{size // 2}")
    return lambda: board.nothing()  # noqa: PLW0108  (the look-up belongs to a call)


def registry_resolve(hostname: str, size: int) -> Callable[[], object]:
    return lambda: tuber.resolve_simple(hostname)


EXCHANGES = {
    "ints": ints,
    "floats": floats,
    "batch": batch,
    "objects": objects,
    "containers": containers,
    "registry_call": registry_call,
    "registry_resolve": registry_resolve,
}


def median_time(exchange: Callable[[], object], seconds: float) -> float:
    durations: list[float] = []
    end = time.perf_counter() + seconds
    while len(durations) < FEWEST or time.perf_counter() < end:
        start = time.perf_counter()
        exchange()
        durations.append(time.perf_counter() - start)
    return median(durations)


def main() -> None:
    hostname, seconds, rounds, what = sys.argv[1:5]
    exchanges = {int(size): EXCHANGES[what](hostname, int(size)) for size in sys.argv[5:]}
    for exchange in exchanges.values():
        exchange()
    found: dict[int, list[float]] = {size: [] for size in exchanges}
    for _ in range(int(rounds)):
        for size, exchange in exchanges.items():
            found[size].append(median_time(exchange, float(seconds)))
    print(json.dumps({size: min(medians) for size, medians in found.items()}))


main()
