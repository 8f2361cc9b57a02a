"""Hand-written HTTP/1.1, for tests that control exactly which bytes are sent and when."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

PATIENCE = 30.0  # seconds; only a broken server takes longer


def post_message(body: bytes, *fields: bytes, target: bytes = b"/tuber") -> bytes:
    """Return a complete request with a body."""
    lines = [b"POST %b HTTP/1.1" % target, b"Host: board", *fields]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """Connect to a server on loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as peer:
        yield peer


def read_reply(peer: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and body of one reply with a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(peer)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _receive(peer)
    return head, body


def read_to_end(peer: socket.socket) -> bytes:
    """Return all bytes until the server closes. A reset raises, because it could lose the reply."""
    pieces = []
    while piece := peer.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def status_of(reply: bytes) -> int:
    """Return the status of a reply, or 0 if it is empty."""
    return int(reply.split(b" ", 2)[1]) if reply else 0


def _receive(peer: socket.socket) -> bytes:
    received = peer.recv(65536)
    assert received, "the server closed within a reply"
    return received
