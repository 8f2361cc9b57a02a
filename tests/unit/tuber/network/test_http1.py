"""HTTP/1.1 without I/O: bytes to replies."""

from __future__ import annotations

import sys

import numpy  # noqa: F401  # once imported, its memory is used for large bodies
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.errors import TuberProtocolError
from tuber.network.http1 import MAX_INTERIM_REPLIES, MAX_KNOWN_HEADS, HttpReply, ReplyReader
from tuber.options import MAX_REPLY_BYTES
from tuber.protocol import MAX_FIELDS, MAX_HEAD_BYTES


def reply(*fields: str, body: bytes = b"", start: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([start, *fields, "", ""]).encode("latin-1") + body


def read(*pieces: bytes) -> HttpReply:
    """Return the only reply in the pieces, received in the way of a shell."""
    reader, answer = ReplyReader(), None
    for piece in pieces:
        assert answer is None
        place = reader.rest()
        if place is None:
            answer = reader.feed(piece)
        else:
            count = min(len(place), len(piece))
            place[:count] = piece[:count]
            place.release()
            answer = reader.filled(count)
    assert answer is not None
    return answer


BIG = bytes(range(256)) * 40
REPLIES = [
    (
        reply("Content-Type: Application/JSON; charset=utf-8", "Content-Length: 2", body=b"{}"),
        b"{}",
    ),
    (reply("Content-Length: 0"), b""),
    (reply("content-length:\t3 ", "X-Empty:", body=b"abc", start="HTTP/1.1 200"), b"abc"),
    (reply("Transfer-Encoding: chunked", body=b"2\r\n{}\r\n3\r\nabc\r\n0\r\n\r\n"), b"{}abc"),
    (reply("Transfer-Encoding: Chunked", body=b"0\r\nA: b\r\n\r\n"), b""),
    (reply(start="HTTP/1.1 100 Continue") + reply("Content-Length: 1", body=b"x"), b"x"),
    (reply("A: b", start="HTTP/1.1 103 Early") * 2 + reply("Content-Length: 1", body=b"x"), b"x"),
    (reply(start="HTTP/1.1 204 No Content"), b""),
    (reply("Transfer-Encoding: chunked", start="HTTP/1.1 204 No Content"), b""),
    (reply("Content-Length: 10240", body=BIG), BIG),
]


LARGE = bytes(range(256)) * 1024
KINDS = ["application/cbor", "application/json"]


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("numpy_there", [False, True])
def test_a_large_body_is_received_into_writable_memory(
    media_type: str, numpy_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not numpy_there:
        monkeypatch.delitem(sys.modules, "numpy")
    head = reply(f"Content-Type: {media_type}", f"Content-Length: {len(LARGE)}")
    answer = read(
        head + LARGE[:1000], *(LARGE[at : at + 60_000] for at in range(1000, len(LARGE), 60_000))
    )
    assert bytes(answer.body) == LARGE
    assert not memoryview(answer.body).readonly
    assert isinstance(answer.body, memoryview) == (numpy_there and media_type == KINDS[0])


@pytest.mark.parametrize(("received", "body"), REPLIES)
def test_a_reply_in_one_piece(received: bytes, body: bytes) -> None:
    answer = read(received)
    assert bytes(answer.body) == body
    assert answer.keep_alive


@pytest.mark.parametrize(("received", "body"), [each for each in REPLIES if each[1] is not BIG])
def test_a_reply_split_at_every_byte(received: bytes, body: bytes) -> None:
    for cut in range(1, len(received)):
        assert bytes(read(received[:cut], received[cut:]).body) == body
    assert bytes(read(*(received[i : i + 1] for i in range(len(received)))).body) == body


def test_a_big_body_is_received_in_place() -> None:
    received = REPLIES[-1][0]
    assert bytes(read(received[:300], received[300:5000], received[5000:]).body) == BIG


def test_a_big_body_can_also_be_fed() -> None:
    reader, received = ReplyReader(), REPLIES[-1][0]
    assert reader.feed(received[:300]) is None
    assert reader.feed(received[300:5000]) is None
    answer = reader.feed(received[5000:])
    assert answer is not None
    assert answer.body == BIG


@pytest.mark.parametrize(
    "longer",
    [
        [reply(body=b"x" * 100), b"x"],
        [reply("Content-Length: 101")],
        [reply("Content-Length: 101", body=b"x" * 101)],
        [reply("Transfer-Encoding: chunked", body=b"64\r\n" + b"x" * 100), b"\r\n1\r\nx"],
    ],
)
def test_a_body_over_the_limit_is_refused(longer: list[bytes]) -> None:
    *before, last = longer
    reader = ReplyReader(max_body_bytes=100)
    assert [reader.feed(piece) for piece in before] == [None] * len(before)
    with pytest.raises(TuberProtocolError, match=r"at most 100 bytes \(max_reply_bytes\)"):
        reader.feed(last)


def test_a_body_at_the_limit_is_accepted() -> None:
    answer = ReplyReader(max_body_bytes=100).feed(reply("Content-Length: 100", body=b"x" * 100))
    assert answer is not None
    assert len(answer.body) == 100


def test_several_replies_follow_each_other_on_one_reader() -> None:
    reader = ReplyReader()
    for number in range(3):
        for length in (1, 1, 20):
            body = str(number).encode() * length
            answer = reader.feed(reply(f"Content-Length: {length}", body=body))
            assert answer is not None
            assert (answer.body, answer.keep_alive, reader.started) == (body, True, False)


def test_each_of_many_cached_heads_is_returned_correctly() -> None:
    reader = ReplyReader()
    for number in [*range(2 * MAX_KNOWN_HEADS), *range(2 * MAX_KNOWN_HEADS)]:
        body = b"x" * number
        got = reader.feed(reply(f"Content-Length: {number}", f"A: {number}", body=body))
        assert got is not None
        assert (got.body, got.fields["a"], got.keep_alive) == (body, str(number), True)


def test_a_known_head_with_a_longer_or_shorter_body_is_not_complete() -> None:
    reader = ReplyReader()
    assert reader.feed(reply("Content-Length: 2", body=b"{}")) is not None
    assert reader.feed(reply("Content-Length: 2", body=b"{")) is None
    place = reader.rest()
    assert place is not None
    assert len(place) == 1


def test_fields_and_the_media_type_are_read() -> None:
    answer = read(
        reply(
            "Content-Type: text/Plain;q=1", "X-Tuber-Run: ab", "A: 1", "a: 2", "Content-Length: 0"
        )
    )
    assert answer.media_type == "text/plain"
    assert answer.fields["x-tuber-run"] == "ab"
    assert answer.fields["a"] == "1, 2"


def test_a_body_may_end_with_the_connection() -> None:
    reader = ReplyReader()
    assert reader.feed(reply("Content-Type: application/json", body=b"{")) is None
    assert reader.feed(b"}") is None
    answer = reader.end()
    assert answer is not None
    assert (answer.body, answer.keep_alive) == (b"{}", False)


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"HTTP/1.1 2",
        reply("Content-Length: 5", body=b"1234"),
        reply("Transfer-Encoding: chunked", body=b"5\r\nhello\r\n"),
    ],
)
def test_a_cut_reply_is_not_complete(received: bytes) -> None:
    reader = ReplyReader()
    assert reader.feed(received) is None
    assert reader.end() is None
    assert reader.started == bool(received)


@pytest.mark.parametrize(
    ("fields", "start", "keeps"),
    [
        ([], "HTTP/1.1 200 OK", True),
        (["Connection: keep-alive"], "HTTP/1.1 200 OK", True),
        (["Connection: Close"], "HTTP/1.1 200 OK", False),
        (["Connection: x, close"], "HTTP/1.1 200 OK", False),
        ([], "HTTP/1.0 200 OK", False),
        (["Connection: Keep-Alive"], "HTTP/1.0 200 OK", True),
    ],
)
def test_whether_another_request_may_follow(fields: list[str], start: str, keeps: bool) -> None:
    assert read(reply("Content-Length: 0", *fields, start=start)).keep_alive is keeps


def test_after_chunks_of_an_old_version_no_request_follows() -> None:
    fields = ["Transfer-Encoding: chunked", "Connection: keep-alive"]
    old = read(reply(*fields, body=b"0\r\n\r\n", start="HTTP/1.0 200 OK"))
    assert not old.keep_alive


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"220 mail ready\r\n", b"\x15\x03"]
)
def test_other_protocols_are_refused_at_once(greeting: bytes) -> None:
    with pytest.raises(TuberProtocolError, match="a status line"):
        ReplyReader().feed(greeting)


def test_bytes_after_a_reply_end_the_connection() -> None:
    answer = read(reply("Content-Length: 1", body=b"xHTTP/1.1 200 OK"))
    assert (answer.body, answer.keep_alive) == (b"x", False)


MALFORMED = [
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    b"\r\n\r\n",
    reply("Content-Length: 0", start="HTTP/2 200 OK"),
    reply("Content-Length: 0", start="HTTP/1.1 20 OK"),
    reply("Content-Length: 0", start="HTTP/1.1 099 OK"),
    reply("Content-Length: 0", start="HTTP/1.1  200 OK"),
    reply("Content-Length: 0", start="http/1.1 200 OK"),
    reply("Content-Length: -1"),
    reply("Content-Length: +1"),
    reply("Content-Length: 1 1"),
    reply("Content-Length: 1", "Content-Length: 2"),
    reply("Content-Length: 1", "Content-Length: 1"),
    reply("Content-Length: 0x10"),
    reply("Content-Length: "),
    b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    reply("Transfer-Encoding: chunked", body=b"2\n"),
    reply("Transfer-Encoding: chunked", body=b"0\r\nA: b\n\n"),
    reply("Content-Length: -1", start="HTTP/1.1 204 No Content"),
    reply(f"Content-Length: {MAX_REPLY_BYTES + 1}"),
    reply("Content-Length: " + "9" * 30),
    reply("Transfer-Encoding: chunked", "Content-Length: 1"),
    reply("Transfer-Encoding: gzip, chunked"),
    reply("Transfer-Encoding: identity"),
    reply("Transfer-Encoding: chunked", body=b"zz\r\n"),
    reply("Content-Length : 1"),
    reply("Content-Length: 1", " folded"),
    reply("no colon"),
    reply(": no name"),
    reply("A: b\nC: d"),
    reply("A: b\rC: d"),
    reply("A: \x00"),
    reply("Content-Encoding: gzip", "Content-Length: 1"),
    reply(start="HTTP/1.1 101 Switching Protocols"),
    reply(start="HTTP/1.1 102 Processing") * (MAX_INTERIM_REPLIES + 1),
    reply(*["A: b"] * (MAX_FIELDS + 1)),
    reply("A: " + "b" * MAX_HEAD_BYTES),
    b"HTTP/1.1 200 OK\r\nA: " + b"b" * MAX_HEAD_BYTES,
]


@pytest.mark.parametrize("received", MALFORMED)
def test_a_reply_that_is_not_strict_is_refused(received: bytes) -> None:
    with pytest.raises(TuberProtocolError, match="malformed HTTP reply: expected") as caught:
        ReplyReader().feed(received)
    assert caught.value.may_have_run
    assert len(str(caught.value)) < 1000


@given(st.lists(st.sampled_from([r for r, _ in REPLIES] + MALFORMED) | st.binary(), max_size=4))
def test_anything_is_a_reply_or_our_error(pieces: list[bytes]) -> None:
    reader = ReplyReader()
    try:
        for piece in pieces:
            reader.feed(piece)
        reader.end()
    except TuberProtocolError:
        pass


def test_interim_replies_are_counted_per_reply() -> None:
    reader = ReplyReader()
    for _ in range(2 * MAX_INTERIM_REPLIES):
        assert reader.feed(reply(start="HTTP/1.1 100 Continue")) is None
        answer = reader.feed(reply("Content-Length: 2", body=b"{}"))
        assert answer is not None
        assert answer.body == b"{}"
