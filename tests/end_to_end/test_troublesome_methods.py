"""Trouble in served code stays there: the client, others, and the health report are answered."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server

from .conftest import Wire
from .test_health import await_call, health, running_call

REGISTRY = Path(__file__).with_name("registry_troublesome.py")


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with live_server(REGISTRY, "--grace", "1") as running:
        yield running


def call(method: str, *args: object) -> dict[str, Any]:
    return {"object": "board", "method": method, "args": list(args)}


def assert_serves(server: LiveServer, wire: Wire) -> None:
    """The client in trouble is answered, and so is another one; nobody is left running."""
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


def test_a_property_that_raises(server: LiveServer, wire: Wire) -> None:
    assert wire.call({"object": "board", "property": "broken"})["error"]["type"] == "SystemExit"
    assert_serves(server, wire)


def test_a_property_that_hangs(server: LiveServer, wire: Wire) -> None:
    with running_call(server, {"object": "board", "property": "hanging"}):
        await_call(server)
        assert wire.call(call("nothing")) == {"result": None}
        [running] = health(server)["calls"]
        assert running["call"] == "board.hanging"
        wire.call(call("hang_no_more"))
    assert_serves(server, wire)


def test_a_method_that_holds_the_gil(server: LiveServer, wire: Wire) -> None:
    with running_call(server, call("hold_the_gil", 1.5)):
        await_call(server)
        assert health(server)["calls"][0]["call"] == "board.hold_the_gil()"
        assert wire.call(call("nothing")) == {"result": None}  # as soon as it can be
    assert_serves(server, wire)


@pytest.mark.forks
def test_a_child_that_exits(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("fork_and_exit"))["result"] == 5
    assert_serves(server, wire)


@pytest.mark.forks
def test_a_child_that_comes_back_neither_answers_nor_runs_what_follows(
    server: LiveServer, wire: Wire, tmp_path: Path
) -> None:
    counted = tmp_path / "counted"
    answers = wire.call([call("fork_and_return"), call("count", str(counted))])
    assert [each["result"] for each in answers] == [70, None]
    assert counted.read_bytes() == b"1"
    assert_serves(server, wire)


def test_threads_that_are_left(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("leave_threads"))["result"] > 20
    assert_serves(server, wire)


@pytest.mark.parametrize("method", ["itself", "recursive", "recursive_map", "recurse"])
def test_what_has_no_end_is_a_failure_of_its_call(
    server: LiveServer, wire: Wire, method: str
) -> None:
    for accept in ("application/json", "application/cbor, application/json;q=0.5"):
        reply, body = wire.post(json.dumps(call(method)).encode(), Accept=accept)
        assert reply.status == 200
        assert b"error" in body
        assert b"result" not in body.partition(b"message")[0]
    assert_serves(server, wire)


def test_the_filter_of_warnings_is_changed(server: LiveServer, wire: Wire) -> None:
    assert wire.call(call("change_warnings")) == {"result": None}
    answer = wire.call(call("warn"))
    assert "mind the gap" in json.dumps(answer)
    assert_serves(server, wire)


def test_standard_streams_that_are_closed_are_not_somebodys_connection(server: LiveServer) -> None:
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


def test_a_stdout_that_nobody_reads_holds_up_its_printer_alone(
    server: LiveServer, wire: Wire
) -> None:
    with running_call(server, call("print_much", 64)):
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
