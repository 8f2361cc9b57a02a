"""The messages for a refused name or value, or for an object that cannot be served.

This module never decides what a peer may reach, and never inspects a served object.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, isroutine
from types import ModuleType
from typing import Final

from tuberd.exposure.readonly import function_of

__all__ = ["check_runs", "shown", "suggestion", "why_not_servable"]

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


def why_not_servable(value: object, where: str) -> str | None:
    """Return why a module, class or function can't be a served object; None for other values."""
    if isinstance(value, ModuleType):
        what = f"the module {value.__name__!r}"
    elif isinstance(value, type):
        what = f"the class {value.__qualname__!r}"
    elif isroutine(value) or isinstance(value, partial):
        what = f"the function {getattr(value, '__qualname__', repr(value))!r}"
    else:
        return None
    return f"{where} is {what}; register an instance of a class"


def check_runs(obj: object, name: str, method: object) -> None:
    """Refuse methods that a call would only prepare to run.

    What a decorator wraps does not count: ``__wrapped__`` may be an ``async def`` that it runs.

    Raises:
        TypeError: The method is an ``async def`` or a generator.
    """
    function = function_of(method)
    where = f"{type(obj).__name__}.{name}()"
    if iscoroutinefunction(function):
        raise TypeError(
            f"{where} is an 'async def' and did not run: tuberd runs no coroutines. Write a plain"
            f" method that runs it: def {name}(self, ...): return asyncio.run(self._{name}(...))"
        )
    if isgeneratorfunction(function) or isasyncgenfunction(function):
        raise TypeError(
            f"{where} is a generator (it has a 'yield') and did not run: write a method that"
            " returns list(...) of it"
        )


def shown(value: object) -> str:
    """Return the `repr` of a received value, shortened for a message."""
    text = repr(value)
    return text if len(text) <= _LONGEST_NAME + 2 else f"{text[:_LONGEST_NAME]}..."
