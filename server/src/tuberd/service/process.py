"""What a server changes in its process: signal handlers, exit and fork handlers, warnings.

Importing tuberd must change nothing: `install_hooks` does, when the first server is created.

Python runs signal handlers in the main thread, and only when that gets the GIL. So the core
receives the signals, too, through a pipe.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from types import FrameType
from typing import Any, Final
from weakref import WeakSet

from tuberd.served import call_warnings

__all__ = [
    "GRACE_AT_EXIT",
    "discard_unwritable_output",
    "handle_stop_signals",
    "install_hooks",
    "live_servers",
    "open_standard_streams",
    "send_signals",
]

# Seconds for running calls to finish if the interpreter exits with servers alive: few, because the
# user did not ask for a stop and does not see what the process waits for.
GRACE_AT_EXIT: Final = 5.0

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


def _stop_signals() -> list[signal.Signals]:
    """Return the signals that stop a server.

    SIGHUP is one unless it is ignored (nohup) or the program handles it itself.
    """
    is_free = signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
    return [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if is_free else [])]


@contextmanager
def handle_stop_signals(
    stop: Callable[[bool], None], *, until_exit: bool
) -> Iterator[list[signal.Signals]]:
    """Call ``stop`` on SIGINT, SIGTERM and SIGHUP; yield the signals that are handled.

    Does nothing outside the main thread, because only that can set handlers.

    Args:
        stop: called with False at the first signal and with True at each further one but SIGHUP:
            a terminal that closes may send several.
        until_exit: keep the handlers afterwards, because the process ends; a late signal is then
            harmless.
    """
    if threading.current_thread() is not threading.main_thread():
        yield []
        return
    again = False
    numbers = _stop_signals()

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal again
        before, again = again, True
        if not before or number in (signal.SIGINT, signal.SIGTERM):
            stop(before)

    _replaced_handlers.update((each, signal.signal(each, handle)) for each in numbers)
    if until_exit:  # a program may start this one with them blocked
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    try:
        yield numbers
    finally:
        if not until_exit:
            _restore_handlers()


def send_signals(descriptor: int) -> None:
    """Have Python write the number of each signal to a pipe, a byte each, without the GIL."""
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)


def open_standard_streams() -> None:
    """Open /dev/null in the place of each standard stream that is closed.

    A file of the served code would get its number, and everything that is printed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def discard_unwritable_output() -> None:
    """Discard what stdout and stderr cannot take, so that it does not change the exit code."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError):  # None, or closed
            pass
        except OSError:
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
