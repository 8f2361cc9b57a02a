"""Python warnings that a call raises: they go to its caller instead of the server's stderr.

The core knows which threads are running a call (core/python/call_warnings.hpp). This module hooks
Python's `warnings` for those threads. It must never change the warnings of any other thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, TextIO

from tuberd._core import collect, collecting

__all__ = ["RaisedDuringCall", "install_hooks"]


class _DuringCall(type):
    """Makes `issubclass(any category, RaisedDuringCall)` mean 'this thread is running a call'."""

    def __subclasscheck__(cls, subclass: type) -> bool:
        return collecting()


class RaisedDuringCall(Warning, metaclass=_DuringCall):
    """The category of our warnings filter.

    Filters are global to the process, and the default action shows a warning once for each line of
    code, so a second call would not report it. A filter applies if the warning's category is a
    subclass of the filter's category, and this class answers that question per thread.
    """


def install_hooks() -> None:
    """Hook the `warnings` module; more calls change nothing.

    The filter comes after those that the operator or the served code chose: a warning that they
    ignore or turn into an error stays so. It comes before Python's defaults, which hide warnings
    that are not meant for users: a caller is a developer.
    """
    ours = ("always", None, RaisedDuringCall, None, 0)
    filters = warnings.filters
    if ours not in filters and isinstance(filters, list):
        filters.insert(_start_of_defaults(filters), ours)
    # Adds nothing, because the filter is there; Python notices that the list has changed.
    warnings.filterwarnings("always", category=RaisedDuringCall, append=True)
    if not isinstance(warnings.showwarning, _Hook):
        warnings.showwarning = _Hook(warnings.showwarning)


_DEFAULT_CATEGORIES: Final = (
    DeprecationWarning,
    PendingDeprecationWarning,
    ImportWarning,
    ResourceWarning,
)


def _start_of_defaults(filters: Sequence[tuple[Any, ...]]) -> int:
    """Return the index of the first filter with which every interpreter starts."""
    place = len(filters)
    while place > 0 and filters[place - 1][2] in _DEFAULT_CATEGORIES:
        place -= 1
    return place


class _Hook:
    """Replaces `warnings.showwarning`, the documented place to change how warnings are shown."""

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
            # A lone surrogate (in a file name that is not UTF-8) can't be encoded.
            collect(str(message).encode("utf-8", "backslashreplace").decode())
        else:
            self._show(message, category, filename, lineno, file, line)
