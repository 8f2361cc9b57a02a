"""The system calls that make a connection with blocking sockets; see ``network.connecting``."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections.abc import Coroutine, Sequence
from functools import cached_property
from time import monotonic
from typing import Any, TypeVar

from tuber.network.address import Address
from tuber.network.connecting import Place
from tuber.network.route import Route
from tuber.network.sockets import pipe_signal_blocked

T = TypeVar("T")

# What connect() returns while a connection is being made; the first on Windows.
_IN_PROGRESS = getattr(errno, "WSAEWOULDBLOCK", errno.EINPROGRESS)

# One system call for the few attempts of a race, where epoll would take four each.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


def left(deadline: float) -> float:
    """Return the seconds until the deadline; raise TimeoutError if it has passed."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class BlockingDialler:
    """Makes one socket that is ready for a request. Its coroutines never suspend."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._deadline: float | None = None
        self._faults: list[OSError] = []  # of attempts that failed at once

    @cached_property
    def _running(self) -> selectors.BaseSelector:
        """Waits for the attempts; made for the first one, because a selector is a cycle."""
        made: selectors.BaseSelector = _Selector()
        return made

    async def within(self, seconds: float | None, connecting: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine. The lookup of a name cannot be limited."""
        if seconds is not None:
            self._deadline = monotonic() + seconds
        return await connecting

    async def look_up(self, address: Address) -> Sequence[Place]:
        """Resolve a host name."""
        return socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)

    async def reach(self, place: Place) -> socket.socket:
        """Connect to a place; raise OSError if that fails."""
        family, kind, protocol, _, address = place
        seconds = None if self._deadline is None else left(self._deadline)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(seconds)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        return sock

    def start(self, place: Place) -> None:
        """Begin an attempt."""
        family, kind, protocol, _, address = place
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:  # a family that this machine does not have
            self._faults.append(error)
            return
        self._running.register(sock, selectors.EVENT_WRITE)
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code not in (0, _IN_PROGRESS):
            self._failed(sock, code)

    async def ended(self, seconds: float | None) -> socket.socket | OSError | None:
        """Wait for an attempt to end, and return its socket or fault; None after ``seconds``."""
        if not self._faults:
            if self._deadline is not None:
                time = left(self._deadline)
                seconds = time if seconds is None else min(time, seconds)
            for key, _ in self._running.select(seconds)[:1]:
                sock = key.fileobj
                assert isinstance(sock, socket.socket)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code == 0:
                    self._running.unregister(sock)
                    return sock
                self._failed(sock, code)
        return self._faults.pop(0) if self._faults else None

    async def cancel(self) -> None:
        """Close the sockets of all other attempts."""
        with self._running:
            for key in list(self._running.get_map().values()):
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.close()

    async def open(self, sock: socket.socket) -> socket.socket:
        """Encrypt the connection if the route needs it."""
        context = self._route.ssl_context
        if context is not None:
            # An end without 'close_notify' may be an attack, and must not pass for the end of a
            # reply that ends with its connection (RFC 9112 section 9.8).
            sock = context.wrap_socket(
                sock,
                server_hostname=self._route.address.ascii_host,
                do_handshake_on_connect=False,
                suppress_ragged_eofs=False,
            )
            try:
                sock.settimeout(None if self._deadline is None else left(self._deadline))
                with pipe_signal_blocked():
                    sock.do_handshake()
            except BaseException:
                sock.close()
                raise
        sock.settimeout(None)
        return sock

    def _failed(self, sock: socket.socket, code: int) -> None:
        self._running.unregister(sock)
        sock.close()
        self._faults.append(OSError(code, os.strerror(code)))
