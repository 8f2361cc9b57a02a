"""The cases of h1spec (uNetworking, at 30d2938), copied into a table.

Each of its 32 cases has a row here under the name that it has there, so that the figure in
docs/evidence/reliability.md can be counted again. A beginning of a request must be waited for: here
its rest is sent later, and nothing may come back before that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, read_reply, status_of

REGISTRY = Path(__file__).parents[1] / "end_to_end" / "registry.py"

WHOLE = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
# The cases that h1spec sends in two parts, and the number of bytes in the first.
BEGINNINGS = {
    "Fragmented method": len(b"G"),
    "Fragmented URL 1": len(b"GET "),
    "Fragmented URL 2": len(b"GET /hello"),
    "Fragmented URL 3": len(b"GET /hello "),
    "Fragmented HTTP version": len(b"GET /hello HTTP"),
    "Fragmented request line": len(b"GET /hello HTTP/1.1"),
    "Fragmented request line newline 1": len(b"GET /hello HTTP/1.1\r"),
    "Fragmented request line newline 2": len(b"GET /hello HTTP/1.1\r\n"),
    "Fragmented field name": len(b"GET /hello HTTP/1.1\r\nHos"),
    "Fragmented field value 1": len(b"GET /hello HTTP/1.1\r\nHost:"),
    "Fragmented field value 2": len(b"GET /hello HTTP/1.1\r\nHost: "),
    "Fragmented field value 3": len(b"GET /hello HTTP/1.1\r\nHost: localhost"),
    "Fragmented field value 4": len(b"GET /hello HTTP/1.1\r\nHost: localhost\r"),
    "Fragmented request": len(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n"),
    "Fragmented request termination": len(WHOLE) - 1,
}

SUCCESS, CLIENT_ERROR, ANY_ERROR = range(200, 300), range(400, 500), range(400, 600)


def get(*fields: bytes) -> bytes:
    return b"\r\n".join([b"GET / HTTP/1.1", *fields, b"", b""])


HOST = b"Host: example.com"
# Each case: its name, the bytes sent, and the statuses that h1spec accepts.
REQUESTS: dict[str, tuple[bytes, range | tuple[int, ...]]] = {
    "Request without HTTP version": (b"GET / \r\n\r\n", ANY_ERROR),
    "Request with Expect header": (get(HOST, b"Expect: 100-continue"), (100, *SUCCESS)),
    "Valid GET request": (get(HOST), SUCCESS),
    "Valid GET request with edge cases": (get(b"hoSt:\texample.com", b"empty:"), SUCCESS),
    "Invalid header characters": (get(HOST, b"X-Invalid[]: test"), CLIENT_ERROR),
    "Missing Host header": (get(b"Content-Length: 5"), CLIENT_ERROR),
    "Multiple Host headers": (get(HOST, b"Host: example.org"), CLIENT_ERROR),
    "Overflowing negative Content-Length header": (
        get(HOST, b"Content-Length: -123456789123456789123456789"),
        CLIENT_ERROR,
    ),
    "Negative Content-Length header": (get(HOST, b"Content-Length: -1234"), CLIENT_ERROR),
    "Non-numeric Content-Length header": (get(HOST, b"Content-Length: abc"), CLIENT_ERROR),
    "Empty header value": (get(HOST, b"X-Empty-Header: "), SUCCESS),
    "Header containing invalid control character": (
        get(HOST, b"X-Bad-Control-Char: test\x07"),
        CLIENT_ERROR,
    ),
    "Invalid HTTP version": (get(HOST).replace(b"1.1", b"9.9"), ANY_ERROR),
    "Invalid prefix of request": (b"Extra line" + get(HOST), ANY_ERROR),
    "Invalid line ending": (get(HOST)[:-2] + b"\rSome-Header: Test\r\n\r\n", CLIENT_ERROR),
    "Valid POST request with body": (
        b"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhello",
        (404, *SUCCESS),
    ),
    "Conflicting Transfer-Encoding and Content-Length": (
        get(HOST, b"Transfer-Encoding: chunked", b"Content-Length: 5"),
        CLIENT_ERROR,
    ),
}

# The cases with another status from our server, and the rule for it.
OTHERWISE = {"Valid POST request with body": (405, "RFC 9110 section 15.5.6")}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    webroot = tmp_path_factory.mktemp("web")
    for name in ("index.html", "hello"):
        (webroot / name).write_text("<!doctype html><title>board</title>")
    with live_server(REGISTRY, "--webroot", str(webroot), "--log-level", "error") as running:
        yield running


def test_each_case_has_its_row() -> None:
    assert len(BEGINNINGS) + len(REQUESTS) == 32
    text = (Path(__file__).parents[2] / "docs/evidence/reliability.md").read_text()
    [row] = [line for line in text.splitlines() if line.startswith("| h1spec ")]
    assert f"| {32 - len(OTHERWISE)} | 32 |" in row
    for _, decides in OTHERWISE.values():
        assert decides in row


@pytest.mark.parametrize("case", BEGINNINGS)
def test_the_server_waits_for_the_rest_of_a_request(server: LiveServer, case: str) -> None:
    with connected(server.port) as peer:
        peer.sendall(WHOLE[: BEGINNINGS[case]])
        peer.settimeout(0.05)
        with pytest.raises(TimeoutError):
            peer.recv(1)
        peer.settimeout(30)
        peer.sendall(WHOLE[BEGINNINGS[case] :])
        assert status_of(read_reply(peer)[0]) == 200


@pytest.mark.parametrize("case", REQUESTS)
def test_each_request_gets_its_status(server: LiveServer, case: str) -> None:
    request, statuses = REQUESTS[case]
    with connected(server.port) as peer:
        peer.sendall(request)
        status = status_of(read_reply(peer)[0])
    if case in OTHERWISE:
        assert status == OTHERWISE[case][0]
        assert status not in statuses
    else:
        assert status in statuses
