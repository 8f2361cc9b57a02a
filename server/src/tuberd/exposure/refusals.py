"""Refusals: what a peer or a person is told about a name, a value or an object that is not taken.

Messages only: nothing here decides, and nothing looks into a served object.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from inspect import isroutine
from types import ModuleType
from typing import Final

__all__ = ["check_servable", "shown", "suggestion"]

# Longer names are no slip of the hand, and comparing them with others takes long.
_LONGEST_NAME: Final = 64
# Names shown in a refusal: a person reads them.
_MOST_NAMES: Final = 12


def suggestion(name: str, names: list[str], noun: str) -> str:
    """How a refusal goes on: the names that were nearly met, or those that there are."""
    near = get_close_matches(name, names) if len(name) <= _LONGEST_NAME else []
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    if not names:
        return ""
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"; its {noun} are {shown}" + (f" and {more} more" if more > 0 else "")


def check_servable(value: object, where: str) -> None:
    """Refuse what can't be a served object.

    Raises:
        TypeError: ``value`` is a module, a class or a function; the message begins with ``where``.
    """
    if isinstance(value, ModuleType):
        what = f"the module {value.__name__!r}"
    elif isinstance(value, type):
        what = f"the class {value.__qualname__!r}"
    elif isroutine(value) or isinstance(value, partial):
        what = f"the function {getattr(value, '__qualname__', repr(value))!r}"
    else:
        return
    raise TypeError(f"{where} is {what}; register an instance of a class")


def shown(value: object) -> str:
    """What came from a peer, for a message, at a length that a person reads."""
    text = repr(value)
    return text if len(text) <= _LONGEST_NAME + 2 else f"{text[:_LONGEST_NAME]}..."
