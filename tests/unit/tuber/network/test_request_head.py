"""Requests as bytes, without I/O."""

from __future__ import annotations

from tuber.network.address import Address, parse_address
from tuber.network.request_head import JOIN_BYTES, RequestHead
from tuber.options import Options

HEAD = RequestHead(Address("board", 8080), Options(("application/json",)))


def test_a_request_is_one_buffer_with_everything_in_it() -> None:
    (request,) = HEAD.encode(b"{}")
    assert request == (
        b"POST /tuber HTTP/1.1\r\nHost: board:8080\r\nContent-Type: application/json\r\n"
        b"Accept: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )


def test_options_are_a_field() -> None:
    (request,) = HEAD.encode(b"[]", ["continue-on-error"])
    assert b"\r\nX-Tuber-Options: continue-on-error\r\nContent-Length: 2\r\n\r\n[]" in request


def test_a_big_body_is_not_copied() -> None:
    body = b"x" * (JOIN_BYTES + 1)
    head, sent = HEAD.encode(body)
    assert sent is body
    assert head.endswith(b"Content-Length: %d\r\n\r\n" % len(body))


def test_the_rest_of_a_body_is_not_copied() -> None:
    array = bytearray(100_000)
    first, sent = HEAD.encode(b"ab", (), "application/cbor", [memoryview(array)])
    assert b"\r\nContent-Type: application/cbor\r\n" in first
    assert first.endswith(b"Content-Length: 100002\r\n\r\nab")
    assert sent.obj is array


def test_options_of_every_request_precede_those_of_one() -> None:
    head = RequestHead(Address("board"), Options())
    for options, field in (((), b"lossless"), (("x",), b"lossless, x")):
        (request,) = head.encode(b"{}", options)
        assert b"\r\nX-Tuber-Options: " + field + b"\r\n" in request
        assert head.fields(options)["X-Tuber-Options"] == field.decode()


def test_the_endpoint_may_have_another_path() -> None:
    head = RequestHead(parse_address("http://gateway/crate/3"), Options())
    assert head.encode(b"{}")[0].startswith(b"POST /crate/3 HTTP/1.1\r\nHost: gateway\r\n")


def test_the_fields_of_a_request_are_known_to_other_transports() -> None:
    fields = {
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    assert HEAD.fields() == fields
    assert HEAD.fields(["a", "b"]) == {**fields, "X-Tuber-Options": "a, b"}
    assert HEAD.fields() == fields
