"""The log that a running `tuberd` writes to stderr."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import Any

from tests.support.live_server import live_server
from tests.support.raw_http import connected, read_to_end

from .conftest import REGISTRY, Wire
from .test_calls import call


def log_of(*options: str) -> list[str]:
    """Return the log of a server that answered a call, failed one and refused two requests.

    Workers write their lines after the replies, so lines of different requests may be in any order.
    """
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
        _, text = server.process.communicate(timeout=60)
    return text.splitlines()[1:]  # the first one is that of the start


def test_refused_requests_are_logged() -> None:
    log = "\n".join(log_of())
    assert log.count(" tuberd: refused from=127.0.0.1:") == 2
    assert ' status=400 request="" reason="bare LF"\n' in f"{log}\n"
    assert ' status=404 request="GET /secret" reason="Not found.' in log


def test_level_info_logs_failed_calls() -> None:
    failed = ' call="instrument.raise_it()" message="ValueError: no such gain"'
    assert any(line.endswith(failed) for line in log_of("--log-level", "info"))


def test_access_log_has_one_line_per_request() -> None:
    lines = [json.loads(line) for line in log_of("--access-log", "--log-format", "json")]
    answered: list[dict[str, Any]] = [line for line in lines if line["event"] == "answered"]
    assert sorted((each["request"], each["status"]) for each in answered) == [
        ("GET /secret", 404),
        ("POST /tuber", 200),
        ("POST /tuber", 200),
    ]
    assert all(each["seconds"] >= 0 and each["bytes"] > 0 for each in answered)


def test_level_error_logs_no_refusal() -> None:
    assert log_of("--log-level", "error") == []
