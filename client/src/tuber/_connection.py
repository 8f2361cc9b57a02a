"""One connection to a server over a blocking socket: made, used for one request at a time, closed.

The one place in the blocking client with system calls. It does not retry, does not know what a
request means, and leaves a connection on which anything went wrong closed.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeAlias

from tuber._address import Address
from tuber._http1 import Reply, ReplyReader
from tuber._network_errors import closed_by_server, connect_error, exchange_error, reply_error
from tuber._socket_options import prepare_socket
from tuber._timing import Timing
from tuber.errors import TuberProtocolError

# One read takes in any usual reply; Python gives back what was not filled.
RECEIVE_BYTES: Final = 64 * 1024

_CAN_GATHER: Final = hasattr(socket.socket, "sendmsg")  # not on Windows
# As getaddrinfo() gives it: family, type, protocol, canonical name, address.
_Place: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]


class Connection:
    """A connection to one server. Not thread-safe: it belongs to the one who is using it.

    Args:
        deadline: for the connection to be made, by the clock of ``time.monotonic``.
        called: what the connection is made for, for messages.

    Attributes:
        sent_any: whether the kernel took a byte of the last request; if not, the server can't
            have seen it.

    Raises:
        TuberNetworkError: the connection could not be made; nothing was sent.
    """

    __slots__ = ("_reader", "_socket", "_url", "sent_any")

    def __init__(
        self, address: Address, timing: Timing, deadline: float | None, called: object
    ) -> None:
        self._url = address.url
        self._socket = _connect(address, timing, deadline, called)
        self._reader = ReplyReader()
        self.sent_any = False

    def is_stale(self) -> bool:
        """Whether the peer closed the connection, or wrote on it, while it rested.

        Always worth its two microseconds: what is sent to a server that restarts at this moment may
        have run, and can't be sent again.
        """
        sock = self._socket
        sock.settimeout(0)
        try:
            sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(None)
        return True

    def exchange(self, buffers: list[bytes], called: object, deadline: float | None) -> Reply:
        """Send a request and receive its reply.

        Raises:
            TuberNetworkError: ``may_have_run`` says whether the server may have got all of it.
            TuberProtocolError: what came is no HTTP reply.
        """
        self.sent_any = sent_all = False
        try:
            self._send(buffers, deadline)
            sent_all = True
            reply = self._receive(deadline)
            if deadline is not None:
                self._socket.settimeout(None)
        except OSError as error:
            self.close()
            raise exchange_error(error, self._url, called, sent_all) from error
        except TuberProtocolError as error:
            self.close()
            raise reply_error(error, self._url, called) from error
        except BaseException:  # also KeyboardInterrupt: a late reply must not meet the next call
            self.close()
            raise
        if not reply.keep_alive:
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection; closing it again does nothing."""
        self._socket.close()

    def _send(self, buffers: list[bytes], deadline: float | None) -> None:
        """Send everything, with one system call unless the kernel takes less."""
        sock = self._socket
        if deadline is not None:
            _set_deadline(sock, deadline)
        if len(buffers) == 1 or not _CAN_GATHER:
            request = b"".join(buffers)
            count = sock.send(request)
        else:
            count = sock.sendmsg(buffers)
            request = b""
        self.sent_any = True
        total = sum(map(len, buffers))
        if count < total:
            rest = memoryview(request or b"".join(buffers))[count:]
            while rest:
                if deadline is not None:
                    _set_deadline(sock, deadline)
                rest = rest[sock.send(rest) :]

    def _receive(self, deadline: float | None) -> Reply:
        reader, sock = self._reader, self._socket
        reply = None
        while reply is None:
            if deadline is not None:
                _set_deadline(sock, deadline)
            place = reader.rest()
            if place is None:
                received = sock.recv(RECEIVE_BYTES)
                reply = reader.feed(received) if received else self._end()
            else:
                count = sock.recv_into(place)
                reply = reader.filled(count) if count else self._end()
        return reply

    def _end(self) -> Reply:
        reply = self._reader.end()
        if reply is None:
            raise closed_by_server(self._reader.started)
        return reply


def _left(deadline: float) -> float:
    """Seconds until the deadline; raises TimeoutError when it has passed."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _set_deadline(sock: socket.socket, deadline: float) -> None:
    sock.settimeout(_left(deadline))


def _connect(
    address: Address, timing: Timing, deadline: float | None, called: object
) -> socket.socket:
    """Connect, before the deadline or the connect time-out, whichever comes first."""
    if timing.connect is not None:
        end = monotonic() + timing.connect
        deadline = end if deadline is None else min(end, deadline)
    try:
        sock = _connect_to_first(address, deadline)
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA does not allow
        raise connect_error(error, address, called) from error
    sock.settimeout(None)
    prepare_socket(sock)
    return sock


def _connect_to_first(address: Address, deadline: float | None) -> socket.socket:
    """Connect to the first of the name's IPv6 and IPv4 addresses that takes it.

    They are tried in the system's order (RFC 6724) and share the time that is left, so that one
    that does not answer leaves some to the next. Looking up the name can't be given a time.
    """
    places = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for waiting in range(len(places) - 1, 0, -1):
        with suppress(OSError):
            return _open(places[-1 - waiting], _share(deadline, waiting + 1))
    return _open(places[-1], _share(deadline, 1))


def _share(deadline: float | None, addresses: int) -> float | None:
    return None if deadline is None else _left(deadline) / addresses


def _open(place: _Place, seconds: float | None) -> socket.socket:
    family, kind, protocol, _, address = place
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock
