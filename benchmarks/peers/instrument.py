"""The object that every tool serves. It must cost little, and need nothing but numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

SAMPLES = np.arange(100_000, dtype=np.float64)  # 0.8 MB
NUMBERS = list(range(100))


class Instrument:
    """Methods that cost little, so that what is measured is the way to them and back."""

    def nothing(self) -> None:
        """Returns at once."""

    def increment(self, numbers: Sequence[int]) -> list[int]:
        """Adds one to each of the numbers."""
        return [number + 1 for number in numbers]

    def samples(self) -> npt.NDArray[np.float64]:
        """Always the same array."""
        return SAMPLES
