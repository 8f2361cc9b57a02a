"""Our parser for replies agrees with h11's.

Where they differ, ours is the stricter one, and the differences are those listed here with the part
of RFC 9112 that decides. Never may ours read a reply where h11 reads another one.
"""

from __future__ import annotations

import re
from typing import Any

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuber.errors import TuberProtocolError
from tuber.network.http1 import ReplyReader

REFUSED = "refused"
UNFINISHED = "unfinished"
# Status, body, whether the connection may be used again.
Outcome = Any


def ours(pieces: list[bytes]) -> Outcome:
    reader = ReplyReader()
    try:
        for piece in pieces:
            reply = reader.feed(piece)
            if reply is not None:
                return reply.status, bytes(reply.body), reply.keep_alive
        reply = reader.end()
    except TuberProtocolError:
        return REFUSED
    return UNFINISHED if reply is None else (reply.status, bytes(reply.body), reply.keep_alive)


def theirs(received: bytes) -> Outcome:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=64 * 1024)
    request = h11.Request(
        method="POST", target="/", headers=[("Host", "b"), ("Content-Length", "0")]
    )
    connection.send(request)
    connection.send(h11.EndOfMessage())
    if received:  # h11 takes no bytes for the end
        connection.receive_data(received)
    status, body, ended = 0, b"", False
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                reusable = connection.their_state is h11.DONE and not connection.trailing_data[0]
                return status, body, reusable
            elif event is h11.NEED_DATA:
                if ended:
                    return UNFINISHED
                connection.receive_data(b"")
                ended = True
            elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
                return UNFINISHED
    except h11.RemoteProtocolError:
        return UNFINISHED if ended else REFUSED


# The replies that h11 accepts and we refuse, with the section of RFC 9112 (or 9110) that allows it.
OURS_ALONE = [
    rb"(?:\A|[^\r])\n",  # 2.2: a recipient 'may' take LF for a line end
    rb"\r\n[ \t]",  # 5.2: a folded line is refused, or replaced by spaces
    rb"content-length:[^\r]*,",  # 6.3 point 5: a list of equal lengths 'may' be accepted,
    rb"content-length:(?s:.)*content-length:",  # on several lines too
    rb"content-length:(?s:.)*transfer-encoding:",  # 6.1: both 'ought to be' an error
    rb"transfer-encoding:(?s:.)*content-length:",
    rb"http/(?!1\.[01] )",  # 2.3: a version that we do not know
    rb"http/1\.1 101",  # 9110 15.2.2: no request asked to switch
    rb"content-length:[ \t]*[0-9]{10,}",  # over our limit
    rb"\r\n[0-9a-f]{9,}",  # a chunk over our limit
]


def refused_by_us_alone(received: bytes) -> bool:
    return any(re.search(pattern, received.lower()) for pattern in OURS_ALONE)


FIELDS = st.sampled_from(
    [
        "Content-Length: 0",
        "Content-Length: 2",
        "content-length:\t3 ",
        "Content-Length: 2, 2",
        "Content-Length: -1",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Connection: close",
        "Connection: keep-alive",
        "Connection: Close, x",
        "X: y",
        "X : y",
        "Empty:",
        " folded",
        "no colon",
    ]
)
BODIES = st.sampled_from(
    [
        b"",
        b"{}",
        b"abc",
        b"2\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
        b"2;a=b\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}X\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"x\r\n",
    ]
)
STARTS = st.sampled_from(
    [
        "HTTP/1.1 200 OK",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 Not Modified",
        "HTTP/1.1 500 Oops",
        "HTTP/1.1 200",
        "HTTP/1.1 200 ",
        "HTTP/2 200 OK",
        "HTTP/1.1 20 OK",
        "HTTP/1.1  200 OK",
    ]
)
INTERIM = st.sampled_from(
    [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 E\r\nA: b\r\n\r\n"]
)


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    lines = [draw(STARTS), *draw(st.lists(FIELDS, max_size=4)), "", ""]
    return draw(INTERIM) + "\r\n".join(lines).encode("ascii") + draw(BODIES)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    received = bytearray(draw(replies()))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(received)))
        received[place : place + draw(st.integers(0, 2))] = draw(
            st.sampled_from([b"", b"\r\n", b"\n", b"\r", b" ", b"0", b"9", b"\0", b":", b",", b"x"])
        )
    return bytes(received)


def check(received: bytes) -> None:
    mine, other = ours([received]), theirs(received)
    if mine == REFUSED and other != REFUSED:
        assert refused_by_us_alone(received) or other == UNFINISHED, (received, other)
        return
    if mine in (REFUSED, UNFINISHED) or other in (REFUSED, UNFINISHED):
        assert mine == other, (received, mine, other)
        return
    assert mine[:2] == other[:2], (received, mine, other)
    # If h11 would not reuse the connection, we do not either, except for old servers that send
    # 'keep-alive' (RFC 9112 section 9.3), which h11 ignores.
    says_so = re.search(rb"http/1\.0 (?s:.)*keep-alive", received.lower()) is not None
    assert other[2] or not mine[2] or says_so, (received, mine, other)


@settings(max_examples=500)
@given(replies())
def test_both_parsers_agree_on_well_formed_and_odd_replies(received: bytes) -> None:
    check(received)


@settings(max_examples=1500)
@given(mutated())
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
def test_both_parsers_agree_on_mutated_replies(received: bytes) -> None:
    check(received)


@given(replies() | mutated(), st.data())
def test_the_result_does_not_depend_on_how_a_reply_is_split(
    received: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(received) - 1)), max_size=4)))
    pieces = [received[a:b] for a, b in zip([0, *cuts], [*cuts, len(received)], strict=True)]
    cut, whole = ours(pieces), ours([received])
    if isinstance(whole, tuple) and isinstance(cut, tuple):
        # Bytes after a reply are seen only if they arrive with it.
        assert cut[:2] == whole[:2]
    else:
        assert cut == whole


@pytest.mark.parametrize("received", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
def test_a_cut_reply_is_incomplete_for_both(received: bytes) -> None:
    assert (ours([received]), theirs(received)) == (UNFINISHED, UNFINISHED)
