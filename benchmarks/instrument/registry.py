"""The registry that both servers serve in the benchmarks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from adder import Adder  # type: ignore[import-not-found]  # built by environment.py

SIZES = [10**power for power in range(8)]  # 8 B to 80 MB
SAMPLES = {size: np.arange(size, dtype=np.float64) for size in SIZES}


class Instrument:
    """Methods that cost little, so that what is measured is the way to them and back."""

    def nothing(self) -> None:
        """Returns at once."""

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each of the numbers."""
        return [number + 1 for number in numbers]

    def samples(self, size: int) -> npt.NDArray[np.float64]:
        """Always the same array; it has that many items."""
        return SAMPLES[size]

    def last(self, samples: npt.NDArray[np.float64]) -> float:
        """The last item of an array."""
        return float(samples[-1])


registry = {"instrument": Instrument(), "adder": Adder()}
