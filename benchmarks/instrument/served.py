"""The object that every tool serves, and a client for tools with proxies. It imports only numpy."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

ITEMS = 100_000  # float64: 0.8 MB
# Arrays by size. They are created when first used, because the largest has 80 MB.
samples_of = functools.cache(lambda size: np.arange(size, dtype=np.float64))


class Instrument:
    """Cheap methods, so that the benchmarks measure the cost of the call."""

    def nothing(self) -> None:
        """Return at once."""

    def increment(self, numbers: Sequence[int]) -> list[int]:
        return [number + 1 for number in numbers]

    def samples(self, size: int = ITEMS) -> Any:
        return samples_of(size)


class BytesInstrument(Instrument):
    """The same for tools that can send bytes but no arrays."""

    def samples(self, size: int = ITEMS) -> bytes:
        return samples_of(size).tobytes()


class ProxyClient:
    """A client that calls the methods of a proxy."""

    def __init__(self, instrument: Any) -> None:
        self._instrument = instrument

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Any:
        return self._instrument.increment(numbers)

    def samples(self) -> Any:
        array = self._instrument.samples()
        return np.frombuffer(array, np.float64) if isinstance(array, bytes) else array
