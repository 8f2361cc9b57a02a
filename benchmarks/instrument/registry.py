"""The registry that both servers serve in the benchmarks."""

from __future__ import annotations

from adder import Adder  # type: ignore[import-not-found]  # built by environment.py


class Instrument:
    """Methods that cost little, so that what is measured is the way to them and back."""

    def nothing(self) -> None:
        """Returns at once."""

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each of the numbers."""
        return [number + 1 for number in numbers]


registry = {"instrument": Instrument(), "adder": Adder()}
