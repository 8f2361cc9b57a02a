"""HTTP/1.1 by hand, for tests that must say exactly what is sent and when."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

PATIENCE = 30.0  # seconds that only a broken server needs


def post_message(body: bytes, *fields: bytes, target: bytes = b"/tuber") -> bytes:
    """A whole request with a body."""
    lines = [b"POST %b HTTP/1.1" % target, b"Host: board", *fields]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to a server on loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        yield peer


def read_reply(peer: socket.socket) -> tuple[bytes, bytes]:
    """Return head and body of one reply with a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(peer)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _receive(peer)
    return head, body


def read_to_end(peer: socket.socket) -> bytes:
    """All that comes until the server closes; a reset would have taken the answer with it."""
    pieces = []
    while piece := peer.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def status_of(reply: bytes) -> int:
    """The status of a reply; 0 when nothing came."""
    return int(reply.split(b" ", 2)[1]) if reply else 0


def _receive(peer: socket.socket) -> bytes:
    received = peer.recv(65536)
    assert received, "the server closed within a reply"
    return received
