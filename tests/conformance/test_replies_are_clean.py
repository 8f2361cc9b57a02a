"""httplint, the linter of REDbot, has no warning about any kind of reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from httplint import HttpRequestLinter, HttpResponseLinter
from httplint.note import levels

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, post_message, read_to_end

REGISTRY = Path(__file__).parents[1] / "end_to_end" / "registry.py"
JSON = b"Content-Type: application/json"
CALL = b'{"object": "instrument", "method": "nothing"}'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    webroot = tmp_path_factory.mktemp("web")
    (webroot / "index.html").write_text("<!doctype html><title>board</title>")
    (webroot / "style.css").write_text("body { color: black }")
    (webroot / "style.css.gz").write_bytes(bytes.fromhex("1f8b0800"))
    options = ("--webroot", str(webroot), "--allow-origin", "https://lab.example")
    with live_server(REGISTRY, *options, "--log-level", "error") as running:
        yield running


def get(target: bytes, *fields: bytes, method: bytes = b"GET") -> bytes:
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: localhost", *fields]
    return b"\r\n".join([*lines, b"", b""])


REQUESTS = {
    "call": post_message(CALL, JSON),
    "batch": post_message(b"[" + CALL + b"]", JSON),
    "call as CBOR": post_message(CALL, JSON, b"Accept: application/cbor"),
    "call of an allowed origin": post_message(CALL, JSON, b"Origin: https://lab.example"),
    "preflight": get(
        b"/tuber",
        b"Origin: https://lab.example",
        b"Access-Control-Request-Method: POST",
        b"Access-Control-Request-Headers: content-type",
        method=b"OPTIONS",
    ),
    "options of the server": get(b"*", method=b"OPTIONS"),
    "health": get(b"/tuber/health"),
    "record": get(b"/tuber/calls"),
    "directory": get(b"/"),
    "head": get(b"/", method=b"HEAD"),
    "range": get(b"/", b"Range: bytes=0-3"),
    "impossible range": get(b"/", b"Range: bytes=1000-"),
    "compressed": get(b"/style.css", b"Accept-Encoding: gzip"),
    "not modified": get(b"/", b"If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT"),
    "precondition": get(b"/", b'If-Match: "other"'),
    "no such file": get(b"/none"),
    "no such method": get(b"/tuber"),
    "other media type": post_message(CALL, b"Content-Type: text/plain", b"Accept: text/html"),
    "browser": post_message(CALL, JSON, b"Origin: https://stranger.example"),
    "malformed": get(b"/", b"Host: other"),
    "too big": b"POST /tuber HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n",
    "unknown coding": post_message(CALL, JSON, b"Content-Encoding: br"),
    "unknown expectation": get(b"/", b"Expect: tea"),
    "unknown version": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
}


def fields_of(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    parts = [each.partition(b": ") for each in lines]
    return [(name, value) for name, _, value in parts]


def asked(request: bytes) -> HttpRequestLinter:
    """The request that a reply belongs to, in the form that the linter needs."""
    line, *lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")
    linter = HttpRequestLinter()
    linter.process_request_topline(*line.split(b" "))
    linter.process_headers(fields_of(lines))
    linter.finish_content(True)
    return linter


@pytest.mark.parametrize("name", REQUESTS)
def test_httplint_has_no_warning_about_a_reply(server: LiveServer, name: str) -> None:
    with connected(server.port) as peer:
        peer.sendall(REQUESTS[name].replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        head, _, body = read_to_end(peer).partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    version, status, phrase = line.split(b" ", 2)
    fields = fields_of(lines)
    linter = HttpResponseLinter()
    linter.is_head_response = name == "head"
    linter.request = asked(REQUESTS[name])
    linter.process_response_topline(version, status, phrase)
    linter.process_headers(fields)
    linter.feed_content(body)
    linter.finish_content(True)
    # Ignore its notes on a status, because they are about the request.
    found = [
        note.summary
        for note in linter.notes
        if note.level in (levels.BAD, levels.WARN) and not type(note).__name__.startswith("STATUS_")
    ]
    assert found == []
    twice = [field for field, count in Counter(field for field, _ in fields).items() if count > 1]
    assert twice == []
