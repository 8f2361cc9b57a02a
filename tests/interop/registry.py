"""One registry for both servers: it imports only what the predecessor's `tuber.server` has too."""

from __future__ import annotations

import warnings

from tuber.server import TuberArray, TuberContainer


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
        self.clock = Clock()
        self.channels = TuberArray([Channel(i) for i in range(3)])
        self.named = TuberContainer({"a": Channel(10), "b": Clock()})

    def increment(self, numbers: list[int]) -> list[int]:
        """Adds one to each."""
        return [number + 1 for number in numbers]

    def keywords(self, first: int, *, second: str = "x") -> dict[str, object]:
        """Shows what came."""
        return {"first": first, "second": second}

    def fail(self) -> None:
        """Always raises."""
        raise KeyError("no such gain")

    def warn(self) -> int:
        """Warns and goes on."""
        warnings.warn("getting hot", stacklevel=1)
        return 7

    def big(self) -> int:
        """An integer of more than 64 bits."""
        return 2**70


registry = {"Board": Board(), "Channels": TuberArray([Channel(i) for i in range(2)])}
