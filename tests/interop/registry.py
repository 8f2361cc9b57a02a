"""One registry for all servers. It imports only names that the predecessor's `tuber.server` has.

The embedding servers, 0.14 and 0.15, do not support nested objects, so they get none.
"""

from __future__ import annotations

import warnings

try:
    from tuber.server import TuberArray, TuberContainer
except ImportError:
    TuberArray = TuberContainer = None


class Channel:
    """One channel of the board."""

    __tuber_object__ = True

    def __init__(self, index: int) -> None:
        self.index = index

    def scaled(self, factor: float = 2.0) -> float:
        """Its number times `factor`."""
        return self.index * factor


class Clock:
    """The reference clock."""

    __tuber_object__ = True
    source = "internal"

    def frequency(self) -> int:
        """In Hz."""
        return 10_000_000


class Board:
    """A board with a bit of everything."""

    SERIAL = "0042"
    limits = [0.5, 1.5]  # noqa: RUF012 - a plain list as users write it

    def __init__(self) -> None:
        self._counted = self._warned = 0
        if TuberArray is not None:
            self.clock = Clock()
            self.channels = TuberArray([Channel(i) for i in range(3)])
            self.named = TuberContainer({"a": Channel(10), "b": Clock()})

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each."""
        return [number + 1 for number in numbers]

    def keywords(self, first: int, *, second: str = "x") -> dict[str, object]:
        """Shows what came."""
        return {"first": first, "second": second}

    def count(self) -> int:
        """How often it was called."""
        self._counted += 1
        return self._counted

    def nothing(self) -> None:
        """Returns nothing."""

    def octets(self) -> bytes:
        """Bytes, not all of them text."""
        return b"\x00\xffab"

    def trace(self) -> object:
        """An array, which JSON libraries do not know."""
        import numpy

        return numpy.array([0.0, 0.5, 1.0])

    def fail(self) -> None:
        """Always raises."""
        raise KeyError("no such gain")

    def warn(self) -> int:
        """Warns and goes on; with a number, because the old servers show a text only once."""
        self._warned += 1
        warnings.warn(f"getting hot ({self._warned})", stacklevel=1)
        return 7

    def big(self) -> int:
        """An integer of more than 64 bits."""
        return 2**70


registry = {"Board": Board()}
if TuberArray is not None:
    registry["Channels"] = TuberArray([Channel(i) for i in range(2)])
