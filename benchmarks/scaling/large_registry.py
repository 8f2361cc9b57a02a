"""As many objects as the environment's TUBER_BENCH_OBJECTS says, all alike, as boards are."""

from __future__ import annotations

import os


class Board:
    """A board of many."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        self.gain = 1.0

    def nothing(self) -> None:
        """Returns at once."""

    def set_gain(self, gain: float) -> float:
        """Sets the gain and returns it."""
        self.gain = gain
        return gain


registry = {
    f"board{number}": Board(f"B-{number}")
    for number in range(int(os.environ["TUBER_BENCH_OBJECTS"]))
}
