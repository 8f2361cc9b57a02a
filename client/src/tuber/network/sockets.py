"""The socket options of a connection to a server, and the check of an idle one; for both shells."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

# TCP keepalive detects a dead peer (pulled cable, power loss) within 5 s, while a call on a healthy
# link may run for hours. Three probes must fail, because one can get lost.
PROBE_AFTER_SECONDS: Final = 2
PROBE_EVERY_SECONDS: Final = 1
PROBES: Final = 3


# A program may have set SIGPIPE to its default, which ends the process when a server stops reading.
NO_SIGNAL: Final = getattr(socket, "MSG_NOSIGNAL", 0)


_send = socket.socket.send  # without super(), which costs more than the system call's entry


class NoSignalSocket(socket.socket):
    """A socket for asyncio that never raises SIGPIPE."""

    __slots__ = ()

    def send(self, data: Any, flags: int = 0) -> int:
        """Send without SIGPIPE."""
        return _send(self, data, NO_SIGNAL)

    if hasattr(socket.socket, "sendmsg"):  # not on Windows

        def sendmsg(self, buffers: Iterable[Any], *ancillary: Any) -> int:
            """Send buffers without SIGPIPE."""
            return socket.socket.sendmsg(self, buffers, (), NO_SIGNAL)


@contextmanager
def pipe_signal_blocked() -> Iterator[None]:
    """Block SIGPIPE in this thread, for TLS, which writes without flags; discard one that arose."""
    if not hasattr(signal, "sigtimedwait"):  # Windows has no SIGPIPE, macOS has SO_NOSIGPIPE
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        yield
    finally:
        if signal.SIGPIPE not in before:
            signal.sigtimedwait({signal.SIGPIPE}, 0)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare_socket(sock: socket.socket) -> None:
    """Send without delay, and let the kernel close the connection if the peer is dead."""
    if hasattr(socket, "SO_NOSIGPIPE"):  # macOS, which has no MSG_NOSIGNAL
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_NOSIGPIPE, 1)
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return  # a Unix socket never delays, and reports the end of its peer
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", PROBE_AFTER_SECONDS),
        ("TCP_KEEPALIVE", PROBE_AFTER_SECONDS),  # the same on macOS
        ("TCP_KEEPINTVL", PROBE_EVERY_SECONDS),
        ("TCP_KEEPCNT", PROBES),
        # Probes are not sent while a request is unacknowledged (RFC 9293 section 3.8.4).
        ("TCP_USER_TIMEOUT", (PROBE_AFTER_SECONDS + PROBES * PROBE_EVERY_SECONDS) * 1000),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def read_ready_probe(sock: socket.socket) -> Callable[[], object]:
    """Return a function that is true if an idle connection has bytes, an end or a fault to read.

    It costs one system call and reads nothing. One thread at a time may call it, while the socket
    is open.
    """
    if not hasattr(select, "poll"):  # Windows, where select() takes any number of sockets
        return lambda: select.select([sock], [], [], 0)[0]
    readiness = select.poll()
    readiness.register(sock.fileno(), select.POLLIN)
    return partial(readiness.poll, 0)
