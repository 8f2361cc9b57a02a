"""The benchmarks' registry: cheap methods, many objects and deep paths, for both servers."""

import os
import sys
import threading
from typing import Any

from adder import Adder, Computer  # type: ignore[import-not-found]  # built by servers.py

from benchmarks.instrument import served
from tuber.server import TuberContainer

DEEPEST = 64
# Objects and containers deeper than 32 steps are described by their names only.
DEEPEST_DESCRIBED = 32


class Instrument(served.Instrument):
    """An instrument with methods that accept an argument."""

    def take(self, value: object) -> None:
        """Accept any value."""

    def last(self, samples: Any) -> float:
        return float(samples[-1])


class Level:
    """An object that contains another one, directly or in a container."""

    __tuber_object__ = True

    def __init__(self, below: int, in_containers: bool) -> None:
        if below:
            inner = Level(below - 1, in_containers)
            self.inner = TuberContainer([inner]) if in_containers else inner

    def nothing(self) -> None:
        """Return at once."""


class Board:
    """One of many objects in a registry."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.gain = 1.0

    def nothing(self) -> None:
        """Return at once."""

    def set_gain(self, gain: float) -> float:
        self.gain = gain
        return gain


def never_wait() -> None:
    """Keep a thread of pure Python busy."""
    while True:
        pass


if interval := os.environ.get("BENCHMARK_BUSY"):
    sys.setswitchinterval(float(interval))
    threading.Thread(target=never_wait, daemon=True).start()
boards = int(os.environ.get("BENCHMARK_BOARDS", "0"))
registry = {f"board{number}": Board(f"B-{number}") for number in range(boards)} or {
    "instrument": Instrument(),
    "adder": Adder(),
    "computer": Computer(),
    "objects": Level(DEEPEST - 1, in_containers=False),
    "containers": Level(DEEPEST - 1, in_containers=True),
    "described_objects": Level(DEEPEST_DESCRIBED - 1, in_containers=False),
    "described_containers": Level(DEEPEST_DESCRIBED // 2 - 1, in_containers=True),
}
