"""The paths through the server: requests over one connection, their replies read and checked."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.load import CallRequest
from benchmarks.measurements import call
from tests.support.raw_http import connected, post_message
from tuber.codec.cbor import CborCodec

from .stretches import ROUNDS, CountError, begin, repeated

JSON = b"application/json"
CBOR = b"application/cbor"
PAGE = "page.html"
PAGE_BYTES = 1000
ITEMS = 100_000  # float64: 0.8 MB
BATCH = 1000

# As tuber's client sends them.
LOSSLESS = (b"Accept: application/json, application/cbor", b"X-Tuber-Options: lossless")


@dataclass(frozen=True)
class ServerPath:
    """A request that is made again and again.

    Attributes:
        name: of the path, as it is recorded.
        request: head and body.
        expected: what the reply's body contains.
        times: repetitions in a round.
    """

    name: str
    request: bytes
    expected: bytes
    times: int = 40


def _post(body: bytes, media_type: bytes = JSON, fields: tuple[bytes, ...] = LOSSLESS) -> bytes:
    return post_message(body, b"Content-Type: " + media_type, *fields)


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: board\r\n\r\n".encode()


def _array_argument() -> bytes:
    samples = np.arange(ITEMS, dtype=np.float64)
    request = {"object": "bench", "method": "last", "args": [samples]}
    return CborCodec().encode(request)


NOTHING = call("bench", "nothing")
NUMBERS = list(range(100))
INCREMENTED = b",".join(b"%d" % (number + 1) for number in NUMBERS)


def server_paths() -> tuple[ServerPath, ...]:
    """All of them; the counts of each are recorded under its name."""
    python = call("bench", "increment", NUMBERS).body
    in_cbor = (b"Accept: application/cbor",)
    batch = b"[" + b",".join([NOTHING.body] * BATCH) + b"]"
    return (
        ServerPath("nothing", _post(NOTHING.body), b'{"result":null}'),
        ServerPath("100 ints, Python", _post(python), INCREMENTED),
        ServerPath("100 ints, C++", _post(call("adder", "increment", NUMBERS).body), INCREMENTED),
        ServerPath("100 ints, Python, reply in CBOR", _post(python, JSON, in_cbor), b"\x18\x64"),
        ServerPath("property", _post(b'{"object":"bench","property":"level"}'), b"3.25"),
        ServerPath("call that fails", _post(call("bench", "refuse").body), b"out of range"),
        ServerPath("batch of 1,000", _post(batch), b'{"result":null},' * (BATCH - 1), 2),
        ServerPath(
            "0.8 MB array out",
            _post(call("bench", "samples", ITEMS).body, JSON, in_cbor),
            np.arange(ITEMS, dtype=np.float64).tobytes(),
            4,
        ),
        ServerPath("0.8 MB array in", _post(_array_argument(), CBOR), b"99999.0", 4),
        ServerPath("static file", _get(f"/{PAGE}"), b"x" * PAGE_BYTES),
        ServerPath("health", _get("/tuber/health"), b'"calls"'),
    )


def write_page(directory: Path) -> None:
    """Writes the file that is served beside the registry."""
    (directory / PAGE).write_bytes(b"x" * PAGE_BYTES)


def drive(port: int, path: ServerPath) -> None:
    """Makes a path's requests in rounds over one connection.

    All of a round is sent at once: the next request is there when the server looks for it. So how
    long a worker waits for it before it parks the connection, which is a matter of time, never
    matters.

    Raises:
        CountError: a reply is not what it should be.
    """
    with connected(port) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = peer.makefile("rb")
        for _ in range(path.times):  # fills the caches
            peer.sendall(path.request)
            _read_reply(replies, path.name, path.expected)
        for _ in range(ROUNDS):
            ends = [_end_stretch(begin(path.name)), _end_stretch(repeated(path.name, path.times))]
            ends.append(_end_stretch(repeated(path.name, 0)))
            peer.sendall(ends[0] + path.request * path.times + ends[1] + ends[2])
            _read_reply(replies, "begin", b"null")
            for _ in range(path.times):
                _read_reply(replies, path.name, path.expected)
            for _ in range(2):
                _read_reply(replies, "end", b"null")


def _end_stretch(name: str) -> bytes:
    request: CallRequest = call("counter", "end_stretch", name)
    return _post(request.body)


def _read_reply(replies: socket.SocketIO, asked: str, expected: bytes) -> None:
    """Reads one of several replies that were asked for at once."""
    status_line = replies.readline()
    fields = http.client.parse_headers(replies)
    body = replies.read(int(fields.get("Content-Length", 0)))
    if b" 200 " not in status_line or expected not in body:
        raise CountError(f"{asked!r} was answered {status_line!r} {body[:200]!r}")


__all__ = ["ServerPath", "drive", "json", "server_paths", "write_page"]
