"""Python warnings raised during a call, handed to the caller instead of the server's stderr.

The core knows which threads are running a call (core/python/call_warnings.hpp). This module hooks
the interpreter's warnings so that those threads' warnings go there, and must never change what
happens to the warnings of any other thread.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TextIO

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

    The filter goes behind all others: what the operator or the served code chose to ignore, or to
    turn into errors, stays so.
    """
    warnings.filterwarnings("always", category=RaisedDuringCall, append=True)
    if not isinstance(warnings.showwarning, _Hook):
        warnings.showwarning = _Hook(warnings.showwarning)


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
            collect(str(message))
        else:
            self._show(message, category, filename, lineno, file, line)
