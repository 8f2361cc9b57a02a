"""The registry of the protocol vectors."""

from __future__ import annotations

import warnings

from tuberd import TuberArray


class Cell:
    """A cell."""

    __tuber_object__ = True
    depth = 1

    def up(self, n: int) -> int:
        """One more."""
        return n + 1


class Tuner:
    """Tunes."""

    __tuber_object__ = True
    __tuber_dynamic__ = "tune"
    tune = 440
    unit = "Hz"


class Adder:
    """Adds."""

    unit = "V"

    def __init__(self) -> None:
        self.inner = Cell()
        self.tuner = Tuner()
        self.cells = TuberArray([Cell(), Cell()])

    def add(self, a, b=1):  # type: ignore[no-untyped-def]
        """Adds two numbers."""
        return a + b

    def echo(self, value):  # type: ignore[no-untyped-def]
        return value

    def fail(self, text: str) -> None:
        raise ValueError(text)

    def key(self) -> None:
        raise KeyError("gain")

    def odd(self) -> object:
        return [1, {"x": object()}]

    def warn(self, text: str) -> None:
        warnings.warn(text, stacklevel=1)

    @property
    def broken(self) -> float:
        raise OSError("unplugged")


class Knob:
    """A knob."""

    __tuber_dynamic__ = ("broken", "offset", "turns")
    unit = "V"

    def __init__(self) -> None:
        self.offset = 0.5

    @property
    def turns(self) -> int:
        return 3

    @property
    def broken(self) -> float:
        raise OSError("unplugged")


registry = {"adder": Adder(), "knob": Knob(), "knobs": TuberArray([Knob(), Knob()])}
