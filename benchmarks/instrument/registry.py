"""What both servers serve in the benchmarks: methods that cost little, and one busy thread."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from adder import Adder, Computer  # type: ignore[import-not-found]  # built by servers.py

from benchmarks.instrument import served
from tuber.server import TuberContainer

DEEPEST = 64
# Objects that lie deeper than 32 steps, containers among them, are described by their names only.
DEEPEST_DESCRIBED = 32


class Instrument(served.Instrument):
    """An instrument that also takes something."""

    def take(self, value: object) -> None:
        """Take any value."""

    def last(self, samples: Any) -> float:
        """The last item of an array."""
        return float(samples[-1])


class Spinner:
    """A thread of pure Python that never waits for anything."""

    def __init__(self) -> None:
        self._interval = sys.getswitchinterval()
        self._going = False
        self._turns = 0
        self._thread = threading.Thread(target=self._spin, daemon=True)

    def start(self, switch_interval: float) -> None:
        """Start it, with a switch interval in seconds for the whole interpreter."""
        sys.setswitchinterval(switch_interval)
        self._going, self._turns = True, 0
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """End it and return the number of its turns."""
        self._going = False
        self._thread.join()
        sys.setswitchinterval(self._interval)
        return self._turns

    def _spin(self) -> None:
        while self._going:
            self._turns += 1


class Level:
    """An object in an object, or in a container."""

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
        """Set the gain and return it."""
        self.gain = gain
        return gain


boards = int(os.environ.get("BENCHMARK_BOARDS", "0"))
registry = {f"board{number}": Board(f"B-{number}") for number in range(boards)} or {
    "instrument": Instrument(),
    "adder": Adder(),
    "computer": Computer(),
    "spinner": Spinner(),
    "objects": Level(DEEPEST - 1, in_containers=False),
    "containers": Level(DEEPEST - 1, in_containers=True),
    "described_objects": Level(DEEPEST_DESCRIBED - 1, in_containers=False),
    "described_containers": Level(DEEPEST_DESCRIBED // 2 - 1, in_containers=True),
}
