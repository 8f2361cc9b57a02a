"""What a running `tuberd` tells its operator on stderr."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import Any

from tests.support.live_server import live_server
from tests.support.raw_http import connected, read_to_end

from .conftest import REGISTRY, Wire
from .test_calls import call


def told(*options: str) -> list[str]:
    """The lines on stderr of a server that answered a call, failed one, and refused a request."""
    with live_server(REGISTRY, *options, stderr=subprocess.PIPE) as server:
        with Wire(server.port) as wire:
            wire.call(call("nothing"))
            wire.call(call("raise_it", "ValueError", "no such gain"))
        with connected(server.port) as peer:
            peer.sendall(b"GET /\nHost: x\r\n\r\n")
            read_to_end(peer)
        with Wire(server.port) as wire:
            wire.connection.request("GET", "/secret")
            assert wire.connection.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        _, text = server.process.communicate(timeout=20)
    return text.splitlines()


def test_refused_requests_are_told() -> None:
    fault, refusal = told()
    assert " tuberd: refused from=127.0.0.1:" in fault
    assert fault.endswith(' status=400 request="" reason="bare LF"')
    assert ' status=404 request="GET /secret" reason="There is nothing here.' in refusal


def test_failed_calls_are_told_when_asked_for() -> None:
    failure, *_ = told("--log-level", "info")
    assert failure.endswith(' call="instrument.raise_it()" message="ValueError: no such gain"')


def test_every_request_is_told_when_asked_for() -> None:
    lines = [json.loads(line) for line in told("--access-log", "--log-format", "json")]
    answered: list[dict[str, Any]] = [line for line in lines if line["event"] == "answered"]
    assert [(each["request"], each["status"]) for each in answered] == [
        ("POST /tuber", 200),
        ("POST /tuber", 200),
        ("GET /secret", 404),
    ]
    assert all(each["seconds"] >= 0 and each["bytes"] > 0 for each in answered)


def test_nothing_is_told_when_asked_for() -> None:
    assert told("--log-level", "error") == []
