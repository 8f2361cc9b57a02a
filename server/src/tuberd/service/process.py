"""What a server changes in its process: signal handlers, exit and fork handlers, warnings.

Importing tuberd must change nothing: `install_hooks` does, when the first server is created.

Python runs signal handlers in the main thread, and only when that gets the GIL. So the core
receives the signals, too, through a pipe.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import FrameType
from typing import Any, Final
from weakref import WeakSet

from tuberd.served import call_warnings

__all__ = ["GRACE_AT_EXIT", "handle_stop_signals", "install_hooks", "live_servers", "send_signals"]

# Seconds for running calls to finish if the interpreter exits with servers alive: few, because the
# user did not ask for a stop and does not see what the process waits for.
GRACE_AT_EXIT: Final = 5.0

_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_replaced_handlers: Any = {}  # signal number -> handler, while ours are set
live_servers: Final[WeakSet[Any]] = WeakSet()  # objects of tuberd.Server, to stop at exit


def install_hooks() -> None:
    """Install the hooks that serving needs; more calls change nothing."""
    call_warnings.install_hooks()
    _install_exit_and_fork_hooks()


@cache
def _install_exit_and_fork_hooks() -> None:
    atexit.register(ignore_signals_at_exit)  # runs last
    atexit.register(_stop_servers_at_exit)
    os.register_at_fork(after_in_child=_forget_in_child)


@contextmanager
def handle_stop_signals(stop: Callable[[bool], None], *, until_exit: bool) -> Iterator[None]:
    """Call ``stop`` on SIGINT and SIGTERM.

    Does nothing outside the main thread, because only that can set handlers.

    Args:
        stop: called with False at the first signal and with True at each further one.
        until_exit: keep the handlers afterwards, because the process ends; a late signal is then
            harmless.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    again = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal again
        before, again = again, True
        stop(before)

    _replaced_handlers.update((each, signal.signal(each, handle)) for each in _STOP_SIGNALS)
    try:
        yield
    finally:
        if not until_exit:
            _restore_handlers()


def send_signals(descriptor: int) -> None:
    """Have Python write the number of each signal to a pipe, a byte each, without the GIL."""
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)


def ignore_signals_at_exit() -> None:
    """Ignore stop signals while the interpreter ends, where it restores the default handlers."""
    for number in _replaced_handlers:
        signal.signal(number, signal.SIG_IGN)


def _restore_handlers() -> None:
    for number, handler in _replaced_handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
    _replaced_handlers.clear()


def _stop_servers_at_exit() -> None:
    """Stop the core's threads: none may run in an interpreter that ends."""
    servers = list(live_servers)
    for server in servers:
        server.stop(grace=GRACE_AT_EXIT)
    for server in servers:
        server._wait()


def _forget_in_child() -> None:
    """Restore signal handling in a forked child, which has none of the core's threads.

    A signal to the child must end it, and must not stop the server of its parent.
    """
    live_servers.clear()
    if _replaced_handlers:
        with suppress(ValueError):  # not the main thread, in which alone handlers are set
            signal.set_wakeup_fd(-1)
            _restore_handlers()
