"""The paths through the server: requests over one connection, their replies read and checked."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from benchmarks.measurements import call
from tests.support.raw_http import connected, post_message
from tuber.codec.cbor import CborCodec

from .stretches import ROUNDS, CountError, begin, repeated

PAGE = "page.html"
PAGE_BYTES = 1000
ITEMS = 100_000  # float64: 0.8 MB
BATCH = 1000

# As tuber's client says it, and for replies in CBOR.
LOSSLESS = (b"Accept: application/json, application/cbor", b"X-Tuber-Options: lossless")
IN_CBOR = (b"Accept: application/cbor",)


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


def server_paths() -> tuple[ServerPath, ...]:
    """All of them."""
    nothing = call("bench", "nothing").body
    numbers = list(range(100))
    python = call("bench", "increment", numbers).body
    cpp = call("adder", "increment", numbers).body
    incremented = b",".join(b"%d" % (number + 1) for number in numbers)
    incremented_in_cbor = CborCodec().encode([number + 1 for number in numbers])
    read = b'{"object":"bench","property":"level"}'
    batch = b"[" + b",".join([nothing] * BATCH) + b"]"
    samples = np.arange(ITEMS, dtype=np.float64)
    last = CborCodec().encode({"object": "bench", "method": "last", "args": [samples]})
    return (
        ServerPath("nothing", _post(nothing), b'{"result":null}'),
        ServerPath("100 ints, Python", _post(python), incremented),
        ServerPath("100 ints, C++", _post(cpp), incremented),
        ServerPath("100 ints, Python, reply in CBOR", _post(python, IN_CBOR), incremented_in_cbor),
        ServerPath("property", _post(read), b'{"result":3.25}'),
        ServerPath("call that fails", _post(call("bench", "refuse").body), b"out of range"),
        ServerPath("batch of 1,000", _post(batch), b'{"result":null},' * (BATCH - 1), 2),
        ServerPath(
            "0.8 MB array out",
            _post(call("bench", "samples", ITEMS).body, IN_CBOR),
            samples.tobytes(),
            4,
        ),
        ServerPath("0.8 MB array in", _post(last, media_type=b"application/cbor"), b"99999", 4),
        ServerPath("static file", _get(f"/{PAGE}"), b"x" * PAGE_BYTES),
        ServerPath("health", _get("/tuber/health"), b'"calls"'),
    )


def _post(
    body: bytes, fields: tuple[bytes, ...] = LOSSLESS, media_type: bytes = b"application/json"
) -> bytes:
    return post_message(body, b"Content-Type: " + media_type, *fields)


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: board\r\n\r\n".encode()


def write_page(directory: Path) -> None:
    """Writes the file that is served beside the registry."""
    (directory / PAGE).write_bytes(b"x" * PAGE_BYTES)


def drive(port: int, path: ServerPath) -> None:
    """Makes a path's requests in rounds over one connection.

    A round is sent at once, so that the next request is always there when the server looks for it.
    How long a worker waits for one before it parks the connection is a matter of time, and never
    matters here.

    Raises:
        CountError: a reply is not what it should be.
    """
    start = _post(call("counter", "begin_round", begin(path.name)).body)
    end = _post(call("counter", "end_stretch", repeated(path.name, path.times)).body)
    end_of_none = _post(call("counter", "end_stretch", repeated(path.name, 0)).body)
    with connected(port) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = peer.makefile("rb")
        for _ in range(path.times):  # fills the caches
            peer.sendall(path.request)
            _read_reply(replies, path.name, path.expected)
        for _ in range(ROUNDS):
            peer.sendall(start + path.request * path.times + end + end_of_none)
            _read_reply(replies, "begin_round", b"null")
            for _ in range(path.times):
                _read_reply(replies, path.name, path.expected)
            _read_reply(replies, "end_stretch", b"null")
            _read_reply(replies, "end_stretch", b"null")


def _read_reply(replies: BinaryIO, asked: str, expected: bytes) -> None:
    """Reads the next one of several replies that were asked for at once."""
    status_line = replies.readline()
    fields = http.client.parse_headers(replies)
    body = replies.read(int(fields.get("Content-Length", 0)))
    if b" 200 " not in status_line or expected not in body:
        raise CountError(f"{asked!r} was answered {status_line!r} {body[:200]!r}")
