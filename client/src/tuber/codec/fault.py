"""A fault in a value or a body, with its place: codecs raise it inside and turn it into an error.

The place is collected while the stack unwinds, so a value without a fault costs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

__all__ = ["Fault", "place_of", "type_name"]


class Fault(Exception):
    """Something can't be read or written.

    Attributes:
        fault: the message without the place.
        offset: the position in the body of the first byte of the item at fault; None in a value.
        steps: keys and indices on the way to it, innermost first; each container that the fault
            passes appends one.
    """

    def __init__(self, fault: str, offset: int | None = None) -> None:
        super().__init__(fault)
        self.fault = fault
        self.offset = offset
        self.steps: list[Any] = []

    @property
    def place(self) -> str:
        """The path to it from the root."""
        return place_of(self.steps)


def place_of(steps: Sequence[Any]) -> str:
    """Return steps, innermost first, as a path from the root: ``$.args[3].gain``."""
    place = "$"
    for step in reversed(steps):
        if isinstance(step, str) and step.isidentifier():
            place += f".{step}"
        else:
            place += f"[{step!r}]"
    return place


def type_name(kind: type[Any]) -> str:
    """Return the name that a program imports the class by, without private modules.

    Python 3.13 defines ``pathlib.Path`` in ``pathlib._local``.
    """
    name, module = kind.__qualname__, kind.__module__
    package, _, last = module.rpartition(".")
    if last.startswith("_") and getattr(sys.modules.get(package), name, None) is kind:
        module = package
    return name if module == "builtins" else f"{module}.{name}"
