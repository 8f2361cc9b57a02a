"""One request again and again over a plain socket: what the server alone costs."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from ..load import LoadError
from ..sides import RunningServer

TIMEOUT_SECONDS = 60.0
RECEIVED_AT_ONCE = 1 << 20


def request_message(server: RunningServer, body: bytes, media_type: str) -> bytes:
    """A whole request whose reply may come in any media type."""
    return (
        b"POST /tuber HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nAccept: %s\r\n"
        b"Content-Length: %d\r\n\r\n%s"
        % (server.hostname.encode(), media_type.encode(), media_type.encode(), len(body), body)
    )


class RawExchange:
    """A connection on which the same request is made again and again.

    The first reply is read by its Content-Length, and looked at; the others have its size.
    """

    def __init__(self, connection: socket.socket, message: bytes) -> None:
        self._connection = connection
        self._message = message
        connection.sendall(message)
        head, content = _first_reply(connection)
        # "result" or "objects" is the first member of every map that is asked for here.
        if not head.startswith(b"HTTP/1.1 200 ") or b"error" in content[:16]:
            raise LoadError(f"answers {head[:20]!r} {content[:200]!r}")
        self.reply_bytes = len(head) + len(content)
        connection.settimeout(None)  # with a time-out every call would poll first
        self._memory = bytearray(RECEIVED_AT_ONCE)

    def make(self) -> None:
        """Sends the request and receives the whole reply."""
        self._connection.sendall(self._message)
        missing = self.reply_bytes
        while missing:
            count = self._connection.recv_into(self._memory, min(missing, RECEIVED_AT_ONCE))
            if count == 0:
                raise LoadError("the server closed the connection in the midst of a reply")
            missing -= count


@contextlib.contextmanager
def raw_exchange(server: RunningServer, message: bytes) -> Iterator[RawExchange]:
    """One over a new connection.

    Raises:
        LoadError: the first reply is no result.
    """
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, TIMEOUT_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield RawExchange(connection, message)


def _first_reply(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head, with the empty line, and content."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    end = received.index(b"\r\n\r\n") + 4
    head = received[:end]
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    pieces = [received[end:]]
    missing = length - len(pieces[0])
    while missing:
        pieces.append(_receive(connection))
        missing -= len(pieces[-1])
    return head, b"".join(pieces)


def _receive(connection: socket.socket) -> bytes:
    piece = connection.recv(RECEIVED_AT_ONCE)
    if not piece:
        raise LoadError("the server closed the connection in the midst of its first reply")
    return piece
