"""One connection to a server over a blocking socket: made, used for one request at a time, closed.

The one place in the blocking client with system calls. It does not retry, does not know what a
request means, and leaves a connection on which anything went wrong closed.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

from tuber._timing import Timing
from tuber.blocking.connecting import connected, left
from tuber.errors import TuberProtocolError
from tuber.network.errors import closed_by_server, exchange_error, reply_error
from tuber.network.http1 import Reply, ReplyReader
from tuber.network.readable import readability
from tuber.network.route import Route

# One read takes in any usual reply; Python gives back what was not filled.
RECEIVE_BYTES: Final = 64 * 1024

_CAN_GATHER: Final = hasattr(socket.socket, "sendmsg")  # not on Windows
_GATHERED: Final = 16  # buffers in one system call: _XOPEN_IOV_MAX, which every system takes


class Connection:
    """A connection to one server. Not thread-safe: it belongs to the one who is using it.

    Args:
        deadline: for the connection to be made, by the clock of ``time.monotonic``.
        called: what the connection is made for, for messages.

    Attributes:
        sent_any: whether the kernel took a byte of the last request; if not, the server can't
            have seen it. With TLS it is not known, and taken for granted.

    Raises:
        TuberNetworkError: the connection could not be made; nothing was sent.
    """

    __slots__ = (
        "_encrypted",
        "_is_readable",
        "_reader",
        "_socket",
        "_url",
        "sent_any",
    )

    def __init__(
        self, route: Route, timing: Timing, deadline: float | None, called: object
    ) -> None:
        self._url = route.address.url
        self._socket = connected(route, timing, deadline, called)
        self._reader = ReplyReader(route.max_reply_bytes)
        self.sent_any = False
        self._encrypted = route.ssl_context is not None
        self._is_readable = readability(self._socket)

    def is_stale(self) -> bool:
        """Whether the peer closed the connection, or wrote on it, while it rested.

        Always worth its half microsecond: what is sent to a server that restarts at this moment may
        have run, and can't be sent again.
        """
        return self._is_stale_under_tls() if self._encrypted else bool(self._is_readable())

    def _is_stale_under_tls(self) -> bool:
        """The same under TLS, which may have sent something on its own account (session tickets).

        That is no reason not to go on, and is taken in by reading.
        """
        from tuber.network.tls import NOTHING_YET  # noqa: PLC0415  # ssl is imported by now

        sock = self._socket
        sock.settimeout(0)
        try:
            sock.recv(1)
        except NOTHING_YET:
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(None)
        return True

    async def exchange(
        self, buffers: list[bytes | memoryview], called: object, deadline: float | None
    ) -> Reply:
        """Send a request and receive its reply. It never suspends: see ``_exchange``.

        Raises:
            TuberNetworkError: ``may_have_run`` says whether the server may have got all of it.
            TuberProtocolError: what came is no HTTP reply.
        """
        self.sent_any = sent_all = False
        try:
            sent_all = self._send_or_be_refused(buffers, deadline)
            reply = self._receive(deadline)
            if deadline is not None:
                self._socket.settimeout(None)
            if not sent_all:
                reply.keep_alive = False
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
        if self._encrypted:
            # RFC 9112 section 9.8: a client says that it closes; nobody waits for the answer.
            with suppress(OSError, ValueError):
                self._socket.settimeout(0)
                self._socket.unwrap()  # type: ignore[attr-defined]  # an ssl.SSLSocket
        self._socket.close()

    def forget(self) -> None:
        """In the child of a fork: close its copy of the socket without a word to the peer."""
        self._socket.close()

    def _send_or_be_refused(
        self, buffers: list[bytes | memoryview], deadline: float | None
    ) -> bool:
        """Send everything; False when the server has answered before it took everything.

        It does that when the head says enough, of a body over its limit for one (RFC 9112 section
        9.5); then it reads no more.
        """
        try:
            self._send(buffers, deadline)
        except (BrokenPipeError, ConnectionResetError):
            if not self.sent_any or self._encrypted or not self._has_answer():
                raise
            return False
        return True

    def _has_answer(self) -> bool:
        self._socket.settimeout(0)
        try:
            return self._socket.recv(1, socket.MSG_PEEK) != b""
        except OSError:
            return False
        finally:
            self._socket.settimeout(None)  # the rest of it may still be on its way

    def _send(self, buffers: list[bytes | memoryview], deadline: float | None) -> None:
        """Send everything, with one system call unless the kernel takes less."""
        sock = self._socket
        if deadline is not None:
            _set_deadline(sock, deadline)
        self.sent_any = self._encrypted  # a record may be on its way when sending fails
        if len(buffers) == 1 or self._encrypted or not _CAN_GATHER:
            count = sock.send(buffers[0])
        else:
            count = sock.sendmsg(buffers[:_GATHERED])
        self.sent_any = True
        for buffer in buffers:
            if count >= len(buffer):
                count -= len(buffer)
                continue
            rest, count = memoryview(buffer)[count:], 0
            while rest:
                if deadline is not None:
                    _set_deadline(sock, deadline)
                rest = rest[sock.send(rest) :]

    def _receive(self, deadline: float | None) -> Reply:
        reader, sock = self._reader, self._socket
        reply = place = None
        while reply is None:
            if deadline is not None:
                _set_deadline(sock, deadline)
            if place is None:
                received = sock.recv(RECEIVE_BYTES)
                reply = reader.feed(received) if received else self._end()
            else:
                count = sock.recv_into(place)
                reply = reader.filled(count) if count else self._end()
            if reply is None:
                place = reader.rest()
        return reply

    def _end(self) -> Reply:
        reply = self._reader.end()
        if reply is None:
            raise closed_by_server(self._reader.started)
        return reply


def _set_deadline(sock: socket.socket, deadline: float) -> None:
    sock.settimeout(left(deadline))
