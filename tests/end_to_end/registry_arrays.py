"""A registry that returns and accepts arrays, for test_cbor.py."""

from __future__ import annotations

from typing import Any

import numpy as np


class Scope:
    """An object with a buffer that it keeps writing to, like an instrument."""

    def __init__(self) -> None:
        self._buffer = np.zeros(0)

    def fill(self, size: int, value: float) -> None:
        self._buffer = np.full(size, value)

    def overwrite(self, value: float) -> None:
        self._buffer[:] = value

    def buffer(self) -> Any:
        """Return the buffer itself, not a copy."""
        return self._buffer

    def part_of_buffer(self) -> Any:
        return self._buffer[1:]

    def memory(self) -> Any:
        return memoryview(self._buffer)

    def view_of_memory(self) -> Any:
        return np.frombuffer(memoryview(self._buffer))

    def in_containers(self) -> Any:
        return {"of": [self._buffer]}

    def fresh(self, size: int) -> Any:
        return np.arange(float(size))

    def strided(self, size: int) -> Any:
        """Return an array with gaps, which the server must copy."""
        return np.zeros((size, 1)).T[:, ::-1]

    def of_c_order(self, size: int) -> Any:
        return np.zeros((2, size // 2))

    def many(self, count: int, size: int) -> list[Any]:
        return [np.full(size, float(number)) for number in range(count)]

    def halves(self, size: int) -> list[Any]:
        """Return an array that can be sent, and a value that cannot."""
        return [np.arange(float(size)), object()]

    def facts(self, array: Any) -> dict[str, Any]:
        """Write to the received array, and return its properties."""
        array[...] = array + 1  # may be written
        return {
            "dtype": str(array.dtype),
            "shape": list(array.shape),
            "view": array.base is not None,
            "aligned": array.flags.aligned,
            "sum": float(np.abs(array).sum()),
        }

    def shape(self, array: Any) -> list[int]:
        return list(array.shape)

    def echo(self, value: Any) -> Any:
        return value

    def peak_kib(self) -> int:
        """Return the peak memory of the process since the last call, on Linux."""
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        with open("/proc/self/clear_refs", "w") as forget:
            forget.write("5")
        return peak


registry = {"Scope": Scope()}
