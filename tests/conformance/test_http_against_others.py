"""The server reads requests as h11 and llhttp do, except where this file explains the difference.

The same generated and mutated streams go to all three. What counts most is that no two readers see
another number of messages in a stream that both take: that is how requests are smuggled.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.http_readers import (
    Reading,
    Verdict,
    read_by_h11,
    read_by_llhttp,
    read_by_server,
)
from tests.support.live_server import live_server

from .http_differences import LOOSER, STRICTER, WAITING, unexplained

REGISTRY = Path(__file__).parents[1] / "end_to_end" / "registry.py"
EXAMPLES = int(os.environ.get("TUBER_HTTP_EXAMPLES", "400"))

METHODS = [b"GET", b"POST", b"PUT", b"PATCH", b"OPTIONS", b"DELETE", b"CONNECT", b"BREW", b"get"]
TARGETS = [b"/", b"/tuber", b"*", b"http://a/x", b"a:80", b"/a b", b"/%zz", b"/\xc3\xa4", b"/?q#f"]
VERSIONS = [b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1"]
HOSTS = [b"Host: a"] * 8 + [b"host:a", b"Host:", b"Host: a, b", b"Host: a b", b"X-Host: a"]
FIELDS = [
    *(b"Connection: close", b"Connection: keep-alive", b"Connection: close, x", b"Accept: */*"),
    *(b"X: 1", b"X:", b"X : 1", b" X: 1", b"X\t: 1", b": 1", b"X", b"X: a\x00b", b"X: \xff"),
    *(b"X: 1\r\n 2", b"X: 1\r\n\t2", b"X[]: 1", b"X: \x7f", b"Host: b", b"Expect: 100-continue"),
    *(b"Upgrade: websocket", b"Content-Type: application/json", b"Keep-Alive: x", b"TE: trailers"),
]
LENGTHS = [b"0", b"2", b"5", b"+2", b"-1", b"2, 2", b"2,3", b" 2 ", b"0x2", b"2 2", b"", b"02"]
LENGTHS += [b"99999999999999999999", b"\xb2", b"2\x0b"]
CODINGS = [b"chunked"] * 5 + [b"Chunked", b"gzip, chunked", b"chunked, gzip", b"identity"]
CODINGS += [b"chunked, chunked", b"xchunked", b"chunked\t", b"\x0bchunked", b'"chunked"', b""]
BODIES = [
    *(b"", b"{}", b"{}GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n", b"0\r\n\r\n"),
    *(
        b"2;a=b\r\n{}\r\n0\r\n\r\n",
        b"2 \r\n{}\r\n0\r\n\r\n",
        b"2\n{}\n0\n\n",
        b"+2\r\n{}\r\n0\r\n\r\n",
    ),
    *(b"2\r\n{}0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\nX: 1\r\n\r\n"),
    *(b'2;a="\r\n"\r\n{}\r\n0\r\n\r\n', b"02\r\n{}\r\n00\r\n\r\n", b"2;\r\n{}\r\n0\r\n\r\n"),
    *(b"-2\r\n{}\r\n0\r\n\r\n", b"2\r\r\n{}\r\n0\r\n\r\n", b"10000000000000002\r\n{}\r\n0\r\n\r\n"),
    *(b"2\r\n{}\r\n0\r\nX 1\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
]
PIECES = [
    *(bytes([byte]) for byte in b'\r\n \t:,;="0129\x00\x7f\x80/'),
    b"\r\n",
    b"\n\n",
    b"\r\n\r\n",
]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Draw a request whose parts may contradict each other."""
    line = b" ".join(draw(st.sampled_from(each)) for each in (METHODS, TARGETS, VERSIONS))
    fields = [draw(st.sampled_from(HOSTS)), *draw(st.lists(st.sampled_from(FIELDS), max_size=2))]
    for name, values in ((b"Content-Length", LENGTHS), (b"Transfer-Encoding", CODINGS)):
        for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
            fields.append(name + b": " + draw(st.sampled_from(values)))
    body = draw(st.sampled_from(BODIES))
    return b"\r\n".join([line, *draw(st.permutations(fields)), b"", body])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Draw one or two requests and change a few of their bytes."""
    stream = b"".join(draw(st.lists(requests(), min_size=1, max_size=2)))
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        place = draw(st.integers(0, len(stream)))
        piece = draw(st.sampled_from(PIECES))
        stream = stream[:place] + piece + stream[place + draw(st.sampled_from([0, 0, 1, 2])) :]
    return stream


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with live_server(REGISTRY, "--log-level", "error") as server:
        yield server.port


@pytest.mark.parametrize("reader", [read_by_h11, read_by_llhttp])
def test_the_server_parses_streams_like_other_parsers(
    port: int, reader: Callable[[bytes], Reading]
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize="TUBER_HTTP_EXAMPLES" not in os.environ,
        database=None,
    )
    @given(streams())
    def read(stream: bytes) -> None:
        ours = read_by_server(port, stream)
        assert not unexplained(ours, reader(stream)), stream

    read()


def test_every_difference_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/evidence/http-differences.md").read_text()
    for said, decides in [*STRICTER.items(), *LOOSER.items(), *WAITING.items()]:
        [row] = [line for line in text.splitlines() if line.startswith(f"| {said} |")]
        assert decides in row


def test_the_comparison_detects_a_difference(port: int) -> None:
    """A parser that prefers Content-Length would find one more message in this stream."""
    smuggling = (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    assert read_by_server(port, smuggling).verdict is Verdict.REFUSED
    assert read_by_h11(smuggling).messages == 2
    two, one = Reading(Verdict.ACCEPTED, 2), Reading(Verdict.ACCEPTED, 1)
    assert unexplained(one, two)
    assert unexplained(two, one)
    assert unexplained(one, Reading(Verdict.ACCEPTED, 1, "something new"))
