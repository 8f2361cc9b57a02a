"""`/tuber/health` and `/tuber/calls`, also while Python is busy, and what browsers may read."""

from __future__ import annotations

import http.client
import json
import re
import select
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import PATIENCE, connected, post_message, read_reply, status_of

from .conftest import REGISTRY, Wire, running_call
from .test_calls import call

# A method that holds the GIL: PyDLL keeps it, CDLL would release it.
STUBBORN = """
import ctypes, os
class Stubborn:
    def hold(self, path):
        libc = ctypes.PyDLL(None)
        pipe = libc.open(path.encode(), os.O_RDONLY)
        libc.read(pipe, ctypes.create_string_buffer(1), 1)
        os.close(pipe)
    def nothing(self): pass
registry = {"instrument": Stubborn()}
"""


def get(server: LiveServer, path: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request("GET", path, headers=fields)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()


def health(server: LiveServer) -> Any:
    status, _, body = get(server, "/tuber/health")
    assert status == 200
    return json.loads(body)


def await_call(server: LiveServer) -> None:
    end = time.monotonic() + 20
    while not health(server)["calls"]:
        assert time.monotonic() < end, "no call runs"


def test_health_is_answered_while_a_method_holds_the_gil(tmp_path: Path) -> None:
    registry = tmp_path / "stubborn.py"
    registry.write_text(STUBBORN)
    with live_server(registry) as server:
        with Wire(server.port) as wire:
            wire.call(call("nothing"))
        pipe = tmp_path / "pipe"
        with running_call(server, pipe, call("hold", str(pipe))):
            for _ in range(10):
                [running] = health(server)["calls"]
    assert running["call"] == "instrument.hold()"
    assert running["from"].startswith("127.0.0.1:")
    assert running["seconds"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", running["began"])


def test_health_is_answered_when_all_call_slots_are_taken(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    with (
        live_server(REGISTRY, "--max-calls", "1") as server,
        running_call(server, pipe, call("read_pipe", str(pipe))),
    ):
        with Wire(server.port) as wire:
            assert wire.post(json.dumps(call("nothing")).encode())[0].status == 503
        assert health(server)["calls"][0]["call"] == "instrument.read_pipe()"


def test_a_full_server_answers_503_while_a_method_holds_the_gil(tmp_path: Path) -> None:
    registry = tmp_path / "stubborn.py"
    registry.write_text(STUBBORN)
    with live_server(registry, "--max-calls", "2") as server:
        nothing = json.dumps(call("nothing")).encode()
        pipe = tmp_path / "pipe"
        with (
            running_call(server, pipe, call("hold", str(pipe))),
            connected(server.port) as one,
            connected(server.port) as other,
        ):
            for peer in (one, other):  # one takes the last slot and waits for the GIL
                peer.sendall(post_message(nothing))
            [refused], _, _ = select.select([one, other], [], [], PATIENCE)
            assert status_of(read_reply(refused)[0]) == 503
            assert health(server)["calls"][0]["call"] == "instrument.hold()"


def test_health_reports_connections_workers_and_calls() -> None:
    with live_server(REGISTRY) as server:
        report = health(server)
    assert list(report) == ["status", "run", "uptime", "connections", "workers", "calls"]
    assert (report["status"], report["connections"], report["calls"]) == ("serving", 1, [])
    assert re.fullmatch("[0-9a-f]{32}", report["run"])
    assert report["workers"] >= 1
    assert report["uptime"] > 0


def test_the_call_record_shows_the_last_calls_with_their_outcomes(fresh_server: LiveServer) -> None:
    asked = [
        call("increment", [1]),
        call("raise_it", "ValueError", "no such gain"),
        {"object": ["instrument", "nothing"]},
        {"object": "instrument", "property": "mode"},
        {},
        3,
    ]
    with Wire(fresh_server.port) as wire:
        wire.call(asked, X_Tuber_Options="continue-on-error")
    status, fields, body = get(fresh_server, "/tuber/calls")
    assert (status, fields["Cache-Control"]) == (200, "no-store")
    record = json.loads(body)
    assert [each["call"] for each in reversed(record)] == [
        "instrument.increment()",
        "instrument.raise_it()",
        "instrument.nothing (describe)",
        "instrument.mode",
        "(describe)",
        "?",
    ]
    assert [bool(each["failed"]) for each in reversed(record)][:2] == [False, True]
    assert record[-2]["failed"] == "ValueError: no such gain"
    assert all(each["seconds"] >= 0 for each in record)


@pytest.mark.parametrize("path", ["/tuber/health", "/tuber/calls"])
def test_pages_of_other_origins_cannot_read_health(server: LiveServer, path: str) -> None:
    status, _, body = get(server, path, Origin="http://elsewhere.example")
    assert status == 403
    assert b"Origin is" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_health_is_read_only(server: LiveServer, method: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request(method, "/tuber/health", "")
        assert connection.getresponse().status == 405


def test_replies_forbid_caching_and_sniffing(wire: Wire) -> None:
    reply, _ = wire.post(json.dumps(call("nothing")).encode())
    assert reply.getheader("Cache-Control") == "no-store"
    assert reply.getheader("X-Content-Type-Options") == "nosniff"
    assert reply.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    assert reply.getheader("Access-Control-Allow-Origin") is None


def test_pages_of_an_allowed_origin_may_call() -> None:
    body = json.dumps(call("nothing")).encode()
    fields = {"Content_Type": "application/json", "Sec_Fetch_Site": "cross-site"}
    with (
        live_server(REGISTRY, "--allow-origin", "https://lab.example") as server,
        Wire(server.port) as wire,
    ):
        reply, _ = wire.post(body, Origin="https://lab.example", **fields)
        assert reply.status == 200
        assert reply.getheader("Access-Control-Allow-Origin") == "https://lab.example"
        assert reply.getheader("Vary") == "Origin"
        reply, said = wire.post(body, Origin="https://elsewhere.example", **fields)
        assert (reply.status, reply.getheader("Access-Control-Allow-Origin")) == (403, None)
        assert b"Sec-Fetch-Site is 'cross-site'" in said
