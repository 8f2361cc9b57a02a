"""The object that every tool serves, and what most clients do with it; needs nothing but numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SAMPLES = np.arange(100_000, dtype=np.float64)  # 0.8 MB
NUMBERS = list(range(100))


class Instrument:
    """Methods that cost little, so that the way to them and back is measured."""

    def nothing(self) -> None:
        """Return at once."""

    def increment(self, numbers: Sequence[int]) -> list[int]:
        """Add one to each of the numbers."""
        return [number + 1 for number in numbers]

    def samples(self) -> Any:
        """The same array of float64 each time."""
        return SAMPLES


class BytesInstrument(Instrument):
    """The same for tools that carry bytes, and no arrays."""

    def samples(self) -> bytes:
        """The memory of the array."""
        return SAMPLES.tobytes()


class ProxyClient:
    """A client that calls the methods of a proxy."""

    def __init__(self, instrument: Any) -> None:
        self._instrument = instrument

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Any:
        return self._instrument.increment(numbers)

    def samples(self) -> Any:
        return self._instrument.samples()


class BytesClient(ProxyClient):
    """The same, with the memory of the array."""

    def samples(self) -> Any:
        return np.frombuffer(self._instrument.samples(), np.float64)


registry = {"instrument": Instrument()}  # what tuberd serves, ours and the predecessor's
