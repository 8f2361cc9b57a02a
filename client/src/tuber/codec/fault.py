"""A fault in a value or a body, with its place: codecs raise it inside and turn it into an error.

The place is collected while the stack unwinds, so a value without a fault costs nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from tuber.codec import EncodeError


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


def encode_error(error: BaseException, steps: Sequence[Any]) -> EncodeError:
    """Return the error for a value whose encoding failed, also if its own code raised.

    Args:
        error: what was raised.
        steps: keys and indices on the way to the value, innermost first.
    """
    if isinstance(error, Fault):
        return EncodeError(error.fault, place_of(steps))
    if isinstance(error, RecursionError):
        text = "nested too deeply, or it contains itself"
    else:
        text = raised_text(error)
    made = EncodeError(text, place_of(steps))
    made.__cause__ = error
    return made


def raised_text(error: BaseException) -> str:
    """Return the text for what the code of a value raised."""
    name = type_name(type(error))
    try:
        return f"encoding it raised {name}: {error}"
    except BaseException:  # noqa: BLE001 (the border of user code)
        return f"encoding it raised {name}"


def type_name(kind: type[Any]) -> str:
    """Return the name that a program imports the class by, without private modules.

    Python 3.13 defines ``pathlib.Path`` in ``pathlib._local``.
    """
    name, module = kind.__qualname__, kind.__module__
    package, _, last = module.rpartition(".")
    if last.startswith("_") and getattr(sys.modules.get(package), name, None) is kind:
        module = package
    return name if module == "builtins" else f"{module}.{name}"
