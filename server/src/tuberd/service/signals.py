"""SIGINT and SIGTERM while a server serves: who is told of them, and who must not be.

Python runs its handlers in the main thread, and only when that gets the GIL. So whoever must hear
of a signal in any case is given a descriptor, too. Nothing here decides what stopping means.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

__all__ = ["heard", "tell"]

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)

_handlers: Any = {}  # those from before, while ours are set


@contextmanager
def heard(stop: Callable[[bool], None], *, to_the_end: bool = False) -> Iterator[None]:
    """Have SIGINT and SIGTERM call ``stop``, with whether it was called before.

    Outside the main thread, in which alone handlers can be set, nothing is done.

    Args:
        stop: what to call.
        to_the_end: when the process is to end behind this: a further signal does no harm then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    again = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal again
        before, again = again, True
        stop(before)

    _handlers.update((number, signal.signal(number, handle)) for number in _STOPPING)
    try:
        yield
    finally:
        if not to_the_end:
            _set_back()


def tell(descriptor: int) -> None:
    """Have the numbers of signals written there, a byte each, whoever holds the GIL."""
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)


def _set_back() -> None:
    for number, handler in _handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    _handlers.clear()


def _forget() -> None:
    """A forked child is no server: what ends it must neither stop its parent nor be swallowed."""
    if _handlers:
        with suppress(ValueError):  # not the main thread: nobody set anything there
            signal.set_wakeup_fd(-1)
            _set_back()


os.register_at_fork(after_in_child=_forget)


@atexit.register
def _be_deaf() -> None:
    """Let no signal kill the interpreter on its way out, where it sets the handlers back."""
    for number in _handlers:
        signal.signal(number, signal.SIG_IGN)
