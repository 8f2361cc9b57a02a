"""One connection to a server over a blocking socket: made, used for one request at a time, closed.

It does not retry, does not know what a request means, and closes itself if anything goes wrong.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

from tuber.blocking.connecting import left
from tuber.network.errors import closed_by_server
from tuber.network.http1 import HttpReply, ReplyReader
from tuber.network.route import Route
from tuber.network.sockets import NO_SIGNAL, pipe_signal_blocked, read_ready_probe

# One read takes in any usual reply; Python gives back what was not filled.
RECEIVE_BYTES: Final = 64 * 1024

_CAN_GATHER: Final = hasattr(socket.socket, "sendmsg")  # not on Windows
_GATHERED: Final = 16  # buffers in one system call: _XOPEN_IOV_MAX, which every system supports


class BlockingConnection:
    """A connection to one server. Not thread-safe: one thread at a time uses it.

    Args:
        sock: connected, and encrypted if the route needs it.

    Attributes:
        sent_any, sent_all: as in ``exchange.Connection``: with TLS a byte may always have left.
    """

    __slots__ = ("_encrypted", "_is_readable", "_reader", "_socket", "sent_all", "sent_any")

    def __init__(self, sock: socket.socket, route: Route) -> None:
        self._socket = sock
        self._reader = ReplyReader(route.max_reply_bytes)
        self.sent_any = self.sent_all = False
        self._encrypted = route.ssl_context is not None
        self._is_readable = read_ready_probe(sock)

    def is_stale(self) -> bool:
        """Whether the peer closed the idle connection or sent something on it.

        This check costs half a microsecond per call. Without it, a request to a server that has
        just restarted would fail, and could not be sent again, because it may have run.
        """
        return self._is_stale_under_tls() if self._encrypted else bool(self._is_readable())

    def _is_stale_under_tls(self) -> bool:
        """Check by reading: TLS itself may have sent something (session tickets)."""
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

    async def request(self, buffers: list[bytes | memoryview], deadline: float | None) -> HttpReply:
        """Send a request and receive its reply; part of ``exchange.Connection``."""
        self.sent_any = self.sent_all = False
        try:
            if self._encrypted:
                with pipe_signal_blocked():
                    self.sent_all = self._send_or_be_refused(buffers, deadline)
                    reply = self._receive(deadline)
            else:
                self.sent_all = self._send_or_be_refused(buffers, deadline)
                reply = self._receive(deadline)
            if deadline is not None:
                self._socket.settimeout(None)
        except BaseException:  # also KeyboardInterrupt: a late reply must not meet the next call
            self.close()
            raise
        if not self.sent_all:
            reply.keep_alive = False
        if not reply.keep_alive:
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection; closing it again does nothing."""
        if self._encrypted:
            # RFC 9112 section 9.8: announce the end; do not wait for the answer.
            with suppress(OSError, ValueError), pipe_signal_blocked():
                self._socket.settimeout(0)
                self._socket.unwrap()  # type: ignore[attr-defined]  # an ssl.SSLSocket
        self._socket.close()

    def forget(self) -> None:
        """Close the copy of the socket in the child of a fork, without a message to the peer."""
        self._socket.close()

    def _send_or_be_refused(
        self, buffers: list[bytes | memoryview], deadline: float | None
    ) -> bool:
        """Send everything; return False if the server has answered before it took everything.

        It may do that after the head, for example if the body is over its limit (RFC 9112 section
        9.5), and then reads no more.
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
            self._socket.settimeout(None)  # the rest of the answer may follow

    def _send(self, buffers: list[bytes | memoryview], deadline: float | None) -> None:
        """Send everything, with one system call unless the kernel accepts less."""
        sock = self._socket
        if deadline is not None:
            sock.settimeout(left(deadline))
        self.sent_any = self._encrypted  # a record may be on its way when sending fails
        flags = 0 if self._encrypted else NO_SIGNAL  # TLS takes none
        if len(buffers) == 1 or self._encrypted or not _CAN_GATHER:
            count = sock.send(buffers[0], flags)
        else:
            count = sock.sendmsg(buffers[:_GATHERED], (), flags)
        self.sent_any = True
        for buffer in buffers:
            if count >= len(buffer):
                count -= len(buffer)
                continue
            rest, count = memoryview(buffer)[count:], 0
            while rest:
                if deadline is not None:
                    sock.settimeout(left(deadline))
                rest = rest[sock.send(rest, flags) :]

    def _receive(self, deadline: float | None) -> HttpReply:
        reader, sock = self._reader, self._socket
        reply = place = None
        while reply is None:
            if deadline is not None:
                sock.settimeout(left(deadline))
            if place is None:
                received = sock.recv(RECEIVE_BYTES)
                reply = reader.feed(received) if received else self._end()
            else:
                count = sock.recv_into(place)
                reply = reader.filled(count) if count else self._end()
            if reply is None:
                place = reader.rest()
        return reply

    def _end(self) -> HttpReply:
        reply = self._reader.end()
        if reply is None:
            raise closed_by_server(self._reader.started)
        return reply
