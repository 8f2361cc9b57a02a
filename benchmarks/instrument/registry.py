"""The registry that both servers serve in the benchmarks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from adder import Adder  # type: ignore[import-not-found]  # built by environment.py

SAMPLES = np.arange(100_000, dtype=np.float64)  # 0.8 MB


class Instrument:
    """Methods that cost little, so that what is measured is the way to them and back."""

    def nothing(self) -> None:
        """Returns at once."""

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each of the numbers."""
        return [number + 1 for number in numbers]

    def samples(self) -> npt.NDArray[np.float64]:
        """Always the same array."""
        return SAMPLES


registry = {"instrument": Instrument(), "adder": Adder()}
