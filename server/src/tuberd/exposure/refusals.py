"""The messages for a refused name or value, or for an object that cannot be served.

This module never decides what a peer may reach, and never inspects a served object.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from inspect import isroutine
from types import ModuleType
from typing import Final

__all__ = ["check_servable", "shown", "suggestion"]

# Longer names are unlikely to be typing errors, and comparing them is slow.
_LONGEST_NAME: Final = 64
# The maximum number of names in a message.
_MOST_NAMES: Final = 12


def suggestion(name: str, names: list[str], noun: str) -> str:
    """Return the end of a refusal: similar names, or the names that exist."""
    near = get_close_matches(name, names) if len(name) <= _LONGEST_NAME else []
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    if not names:
        return ""
    listed = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"; its {noun} are {listed}" + (f" and {more} more" if more > 0 else "")


def check_servable(value: object, where: str) -> None:
    """Refuse modules, classes and functions as served objects.

    Raises:
        TypeError: ``value`` is one of these; the message begins with ``where``.
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
    """Return the `repr` of a received value, shortened for a message."""
    text = repr(value)
    return text if len(text) <= _LONGEST_NAME + 2 else f"{text[:_LONGEST_NAME]}..."
