"""Python warnings raised during a call, handed to the caller instead of the server's stderr.

The core knows which threads are running a call (core/python/call_warnings.hpp). This module hooks
the interpreter's warnings so that those threads' warnings go there, and must never change what
happens to the warnings of any other thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from tuberd._core import collect, collecting


class _DuringCall(type):
    """Makes `issubclass(any category, RaisedDuringCall)` mean 'this thread is running a call'."""

    def __subclasscheck__(cls, subclass: type) -> bool:
        return collecting()


class RaisedDuringCall(Warning, metaclass=_DuringCall):
    """The category of our warnings filter.

    Filters are global to the process, and the default action shows a warning once per place in the
    code, so a second call would be told nothing. A filter applies when the warning's category is a
    subclass of the filter's, and this class answers that question per thread.
    """


def install() -> None:
    """Hooks the `warnings` module, once however often it is called.

    The filter goes behind those that somebody chose, so that what the operator or the served code
    ignores, or turns into errors, stays so, but before those with which every interpreter starts:
    they hide what is not meant for users, and a caller is a developer.
    """
    ours = ("always", None, RaisedDuringCall, None, 0)
    filters = warnings.filters
    if ours not in filters and isinstance(filters, list):
        filters.insert(_before_pythons_own(filters), ours)
    # Adds nothing, for the filter is there; tells the interpreter that the list has changed.
    warnings.filterwarnings("always", category=RaisedDuringCall, append=True)
    if not isinstance(warnings.showwarning, _Hook):
        warnings.showwarning = _Hook(warnings.showwarning)


def _before_pythons_own(filters: Sequence[tuple[Any, ...]]) -> int:
    """Where in the list of filters those begin that every interpreter starts with."""
    place = len(filters)
    while place > 0 and filters[place - 1][2] in _CATEGORIES_OF_DEFAULTS:
        place -= 1
    return place


_CATEGORIES_OF_DEFAULTS = (
    DeprecationWarning,
    PendingDeprecationWarning,
    ImportWarning,
    ResourceWarning,
)


class _Hook:
    """Stands in for `warnings.showwarning`, the documented place to change how they are shown."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if file is None and collecting():
            # A text with a lone surrogate (a file name that is not UTF-8) could not be encoded.
            collect(str(message).encode("utf-8", "backslashreplace").decode())
        else:
            self._show(message, category, filename, lineno, file, line)
