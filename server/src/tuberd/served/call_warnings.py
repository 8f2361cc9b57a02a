"""Python warnings that a call raises: they go to its caller instead of the server's stderr.

The core knows which threads are running a call (core/python/call_warnings.hpp). This module hooks
Python's `warnings` for those threads. It must never change the warnings of any other thread.

The state of `warnings` is global, and served code changes it: `catch_warnings` replaces the filters
and the function that shows a warning, and after blocks of two threads that overlapped, the state of
one stays (python/cpython#128384). So a warning of a call is always shown, by a filter that
stays the first one, and then the filters that this call sees decide here.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final, TypeAlias

from tuberd._core import collect, collecting, current_call, keep_warning_hooks

__all__ = ["RaisedDuringCall", "install_hooks"]

# As the module `warnings` keeps it: action, message, category, module, line.
_Filter: TypeAlias = tuple[str, Any, Any, Any, int]


class _DuringCall(type):
    """Makes `issubclass(any category, RaisedDuringCall)` mean 'this thread is running a call'."""

    def __subclasscheck__(cls, subclass: type) -> bool:
        return collecting()


class RaisedDuringCall(Warning, metaclass=_DuringCall):
    """The category of our warnings filter.

    Filters are global to the process. A filter applies if the warning's category is a subclass of
    the filter's category, and this class answers that question per thread.
    """


_OURS: Final[_Filter] = ("always", None, RaisedDuringCall, None, 0)

_DEFAULT_CATEGORIES: Final = (
    DeprecationWarning,
    PendingDeprecationWarning,
    ImportWarning,
    ResourceWarning,
)


class _Filters(list[_Filter]):
    """`warnings.filters`: our filter stays first, and blocks of `catch_warnings` are distinguished.

    A block copies the list with ``[:]``, in the thread that enters it.

    Attributes:
        call: the call that entered the block; None outside of calls.
        outer: the list that the block saw before; None for the list of the process.
        shown_before: how warnings were shown before the block.
        shown: how they were shown in the block when another thread entered one.
    """

    def __init__(
        self,
        filters: Iterable[_Filter],
        call: tuple[int, int] | None = None,
        outer: _Filters | None = None,
    ) -> None:
        super().__init__(filters)
        self.call = call
        self.outer = outer
        self.shown = self.shown_before = _display()

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return super().__getitem__(index)
        self.shown = _display()
        call = current_call()
        seen = self.seen_by(call)
        return _Filters(list.__getitem__(seen, index), call, seen)

    def insert(self, index: Any, item: _Filter) -> None:
        super().insert(max(index, 1) if index >= 0 else index, item)

    def seen_by(self, call: tuple[int, int] | None) -> _Filters:
        """Return the list of the call's innermost block, or that of the process."""
        filters = self
        while filters.outer is not None and filters.call != call:
            filters = filters.outer
        return filters


def install_hooks() -> None:
    """Hook the `warnings` module; more calls repair what served code has changed."""
    if warnings._showwarnmsg is not _show:  # type: ignore[attr-defined]
        _elsewhere[:] = [warnings._showwarnmsg]  # type: ignore[attr-defined]
        warnings._showwarnmsg = _show  # type: ignore[attr-defined]
    others = [each for each in warnings.filters if each != _OURS]
    place = len(others)
    while place > 0 and others[place - 1][2] in _DEFAULT_CATEGORIES:
        place -= 1
    # The second one marks Python's defaults, which hide warnings that are not meant for users: a
    # caller is a developer. What the operator and the served code choose comes before it.
    warnings.filters = _Filters([_OURS, *others[:place], _OURS, *others[place:]])
    # Adds nothing, because the filter is there; Python notices that the list has changed.
    warnings.filterwarnings("always", category=RaisedDuringCall, append=True)
    keep_warning_hooks(vars(warnings), _Filters, _OURS, install_hooks)


_elsewhere: Final[list[Callable[[warnings.WarningMessage], None]]] = []  # what _show replaces


def _display() -> tuple[Any, Any]:
    """Return the functions by which `warnings` shows a warning now."""
    return warnings.showwarning, warnings._showwarnmsg_impl  # type: ignore[attr-defined]


def _show(message: warnings.WarningMessage) -> None:
    """Replace `warnings._showwarnmsg`, which no code replaces to change how warnings are shown."""
    call = current_call()
    if call is None or message.file is not None:
        return _elsewhere[0](message)
    # A lone surrogate (in a file name that is not UTF-8) can't be encoded.
    text = str(message.message).encode("utf-8", "backslashreplace").decode()
    current = warnings.filters
    if isinstance(current, _Filters):
        seen = current.seen_by(call)
        action = _action_of(seen, message, text)
        if action == "ignore":
            return None
        if action == "error":
            assert isinstance(message.message, Warning)
            raise message.message
        if seen.call == call:
            display = _display() if seen is current else seen.shown
            if display != seen.shown_before:  # the block collects its warnings itself
                return _show_by(display, message)
    return collect(text)


def _show_by(display: tuple[Any, Any], message: warnings.WarningMessage) -> None:
    show, implementation = display
    if show is warnings._showwarning_orig:  # type: ignore[attr-defined]
        implementation(message)
    else:
        show(
            *(message.message, message.category, message.filename, message.lineno),
            *(message.file, message.line),
        )


def _action_of(filters: _Filters, message: warnings.WarningMessage, text: str) -> str:
    """Return the action of the first filter that applies, up to Python's defaults."""
    for each in islice(filters, 1, None):
        if each is _OURS:
            break
        action, pattern, category, module, line = each
        if (
            issubclass(message.category, category)
            and _matches(pattern, text)
            and (module is None or _matches(module, _module_of(message)))
            and line in (0, message.lineno)
        ):
            return action
    return "always"


def _matches(pattern: Any, text: str) -> bool:
    """Whether a filter's pattern, compiled or not, matches."""
    return pattern is None or (
        pattern == text if isinstance(pattern, str) else pattern.match(text) is not None
    )


def _module_of(message: warnings.WarningMessage) -> str:
    """Return the name of the module that the warning is about."""
    frame = sys._getframe(1)
    while frame is not None:
        if (frame.f_code.co_filename, frame.f_lineno) == (message.filename, message.lineno):
            return str(frame.f_globals.get("__name__"))
        frame = frame.f_back  # type: ignore[assignment]
    return message.filename.removesuffix(".py")
