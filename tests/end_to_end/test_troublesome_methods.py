"""Served code that misbehaves affects only its own call: other requests are answered."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server

from .conftest import Wire, running_call
from .test_health import await_call, health

REGISTRY = Path(__file__).with_name("registry_troublesome.py")


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with live_server(REGISTRY, "--grace", "1") as running:
        yield running


def call(method: str, *args: object) -> dict[str, Any]:
    return {"object": "board", "method": method, "args": list(args)}


def assert_serves(server: LiveServer, wire: Wire) -> None:
    """Check that the affected client and another one get replies, and that no call is running."""
    assert wire.call(call("nothing")) == {"result": None}
    with Wire(server.port) as other:
        assert other.call([call("nothing")] * 2) == [{"result": None}] * 2
    assert health(server)["calls"] == []


@pytest.mark.parametrize(
    "name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit", "Unprintable"]
)
def test_any_exception_is_a_failure_of_its_call(server: LiveServer, wire: Wire, name: str) -> None:
    answers = wire.call([call("raise_base", name), call("nothing")])
    assert answers[0]["error"]["type"].endswith(name)
    assert answers[1]["error"]["type"] == "tuber.NotExecuted"
    assert_serves(server, wire)


def test_a_result_whose_encoding_is_interrupted(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("interrupted_value"))["error"] == {
        "message": "TypeError: result: encoding it raised KeyboardInterrupt (the method ran)",
        "type": "TypeError",
    }
    assert_serves(server, wire)


def test_a_property_that_raises(server: LiveServer, wire: Wire) -> None:
    assert wire.call({"object": "board", "property": "broken"})["error"]["type"] == "SystemExit"
    assert_serves(server, wire)


def test_a_property_that_hangs(server: LiveServer, wire: Wire) -> None:
    with running_call(server, None, {"object": "board", "property": "hanging"}):
        await_call(server)
        assert wire.call(call("nothing")) == {"result": None}
        [running] = health(server)["calls"]
        assert running["call"] == "board.hanging"
        wire.call(call("hang_no_more"))
    assert_serves(server, wire)


def test_a_method_that_holds_the_gil(server: LiveServer, wire: Wire) -> None:
    with running_call(server, None, call("hold_the_gil", 1.5)):
        await_call(server)
        assert health(server)["calls"][0]["call"] == "board.hold_the_gil()"
        assert wire.call(call("nothing")) == {"result": None}
    assert_serves(server, wire)


@pytest.mark.forks
def test_a_forked_child_that_exits_leaves_the_call_running(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("fork_and_exit"))["result"] == 5
    assert_serves(server, wire)


@pytest.mark.forks
def test_a_child_that_returns_sends_no_reply_and_runs_no_further_calls(
    server: LiveServer, wire: Wire, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"
    answers = wire.call([call("fork_and_return"), call("count", str(counted))])
    assert [each["result"] for each in answers] == [70, None]
    assert counted.read_bytes() == b"1"
    assert_serves(server, wire)


def test_threads_that_outlive_their_call_do_no_harm(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("leave_threads"))["result"] > 20
    assert_serves(server, wire)


@pytest.mark.parametrize("method", ["itself", "recursive", "recursive_map", "recurse"])
def test_endless_values_fail_their_call(server: LiveServer, wire: Wire, method: str) -> None:
    for accept in ("application/json", "application/cbor, application/json;q=0.5"):
        reply, body = wire.post(json.dumps(call(method)).encode(), Accept=accept)
        assert reply.status == 200
        assert b"error" in body
        assert b"result" not in body.partition(b"message")[0]
    assert_serves(server, wire)


def test_a_method_can_change_the_warning_filters(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("change_warnings")) == {"result": None}
    answer = wire.call(call("warn"))
    assert "mind the gap" in json.dumps(answer)
    assert_serves(server, wire)


def test_closed_standard_streams_are_not_reused_for_connections(server: LiveServer) -> None:
    with Wire(server.port) as wire:
        wire.call(call("close_standard_streams"))
    wires = [Wire(server.port) for _ in range(10)]
    try:
        for wire in wires:
            assert wire.call(call("print_to_descriptors")) == {"result": None}
        with Wire(server.port) as refused:  # a line for the log, which is not written to a client
            refused.connection.request("GET", "/nothing")
            assert refused.connection.getresponse().status == 404
        for wire in wires:
            assert wire.call(call("nothing")) == {"result": None}
    finally:
        for wire in wires:
            wire.connection.close()


def test_a_full_stdout_pipe_blocks_only_the_printing_call(server: LiveServer, wire: Wire) -> None:
    with running_call(server, None, call("print_much", 64)):
        await_call(server)
        for _ in range(20):
            assert wire.call(call("nothing")) == {"result": None}
        assert health(server)["calls"][0]["call"] == "board.print_much()"
        assert server.process.stdout is not None
        drain = threading.Thread(target=server.process.stdout.read)
        drain.start()
    assert_serves(server, wire)
    server.process.send_signal(signal.SIGTERM)
    drain.join()
