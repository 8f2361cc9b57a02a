"""Calls over the wire: envelopes, batches, failures and warnings as PROTOCOL.md states them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.support.live_server import LiveServer

from .conftest import Wire


def call(method: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    return {"object": "instrument", "method": method, "args": list(args), "kwargs": kwargs}


def test_a_call_returns_its_result(wire: Wire) -> None:
    assert wire.call(call("increment", [1, 2])) == {"result": [2, 3]}


def test_arguments_are_passed_by_position_and_by_name(wire: Wire) -> None:
    many = list(range(40))
    names = {f"k{i}": i for i in range(30)}
    assert wire.call(call("echo", *many, **names)) == {"result": [many, names]}


@pytest.mark.parametrize(
    ("method", "args", "result"),
    [("of_class", [], "Instrument"), ("static", [4], 8), ("_exposed", [], "exposed")],
)
def test_every_kind_of_method_is_called(
    wire: Wire, method: str, args: list[Any], result: Any
) -> None:
    for _ in range(2):  # the second time the decision comes from the cache
        assert wire.call(call(method, *args)) == {"result": result}


@pytest.mark.parametrize(
    ("path", "result"),
    [
        (["instrument", "sensor"], [0.0]),
        (["instrument", ["sensors", 2]], [2.0]),
        (["instrument", ["sensors", -1]], [3.0]),
        (["instrument", ["mixed", "b", 0]], [2.0]),
        ([["array", 1]], [8.0]),
    ],
)
def test_paths_reach_nested_objects(wire: Wire, path: Any, result: Any) -> None:
    assert wire.call({"object": path, "method": "read"}) == {"result": result}


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**40, -(10**40), 2**53 + 1])
def test_integers_of_any_size_are_exact_both_ways(wire: Wire, number: int) -> None:
    assert wire.call(call("increment", [number])) == {"result": [number + 1]}


def test_bytes_arrive_unchanged_both_ways(wire: Wire) -> None:
    envelope = wire.call(call("echo", {"bytes": [0, 255]}))
    assert envelope == {"result": [[{"bytes": [0, 255]}], {}]}


@pytest.mark.parametrize("name", ["ValueError", "KeyError", "SystemExit", "KeyboardInterrupt"])
def test_every_exception_becomes_a_failure(wire: Wire, name: str) -> None:
    error = wire.call(call("raise_it", name, "text"))["error"]
    assert error["type"] == name
    assert error["message"].startswith(name)
    assert "raise_it" in error["traceback"]
    assert wire.call(call("static", 1)) == {"result": 2}, "the server must go on"


def test_a_failing_batch_stops_at_the_failure(wire: Wire) -> None:
    before = wire.call(call("count"))["result"]
    replies = wire.call([call("count"), call("raise_it", "ValueError"), call("count")])
    assert replies[0] == {"result": before + 1}
    assert replies[1]["error"]["type"] == "ValueError"
    assert replies[2]["error"]["type"] == "tuber.NotExecuted"
    assert wire.call(call("count")) == {"result": before + 2}, "the third was not run"


def test_continue_on_error_runs_the_calls_after_a_failure(wire: Wire) -> None:
    replies = wire.call(
        [call("static", 1), call("raise_it", "ValueError"), call("static", 2)],
        X_Tuber_Options="continue-on-error",
    )
    assert [list(reply) for reply in replies] == [["result"], ["error"], ["result"]]


def test_an_unencodable_result_fails_only_its_own_call(wire: Wire) -> None:
    replies = wire.call(
        [call("static", 1), call("unencodable"), call("static", 2)],
        X_Tuber_Options="continue-on-error",
    )
    assert [list(reply) for reply in replies] == [["result"], ["error"], ["result"]]
    assert replies[1]["error"]["type"] == "TypeError"
    assert "deep[1]" in replies[1]["error"]["message"]


def test_an_empty_batch_is_an_empty_array(wire: Wire) -> None:
    assert wire.call([]) == []


@pytest.mark.parametrize(
    ("request_", "type_", "says"),
    [
        (3, "TypeError", "map"),
        ({"object": "instrument", "method": 3}, "TypeError", "'method'"),
        ({"object": "instrument", "method": "count", "args": {}}, "TypeError", "'args'"),
        ({"object": "instrument", "method": "count", "kwargs": []}, "TypeError", "'kwargs'"),
        ({"object": 3, "method": "count"}, "TypeError", "path"),
        ({"method": "count"}, "TypeError", "'object'"),
        ({"object": "nowhere", "method": "count"}, "AttributeError", "nowhere"),
        ({"object": [["array", 9]], "method": "read"}, "IndexError", "9"),
    ],
)
def test_an_invalid_request_fails_with_its_reason(
    wire: Wire, request_: Any, type_: str, says: str
) -> None:
    error = wire.call(request_)["error"]
    assert error["type"] == type_
    assert says in error["message"]
    assert "traceback" not in error


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b"{} {}", b'{"a": NaN}', b'{"a": "\xff"}'])
def test_a_body_that_is_not_json_is_one_failure(wire: Wire, body: bytes) -> None:
    reply, answer = wire.post(body)
    assert reply.status == 200
    assert b'"type":"ValueError"' in answer


def test_warnings_reach_the_caller_every_time(wire: Wire) -> None:
    for _ in range(3):
        assert wire.call(call("warn", "hot", 2)) == {"result": 2, "warnings": ["hot", "hot"]}


def test_warnings_that_python_hides_reach_the_caller_too(wire: Wire) -> None:
    for _ in range(2):
        answer = wire.call({"object": "odd", "method": "deprecated"})
        assert answer == {"result": 42, "warnings": ["use answer()"]}


def test_a_warning_with_invalid_unicode_is_sent(wire: Wire) -> None:
    answer = wire.call({"object": "odd", "method": "warn_of_file"})
    assert answer == {"result": 42, "warnings": ["can't read \\udcff"]}


def test_an_object_whose_class_cannot_be_hashed_is_served(wire: Wire) -> None:
    for _ in range(2):
        assert wire.call({"object": "odd", "method": "answer"}) == {"result": 42}


def test_a_result_may_change_while_it_is_encoded(fresh_server: LiveServer) -> None:
    with Wire(fresh_server.port) as refilling, Wire(fresh_server.port) as reading:
        refill = {"object": "odd", "method": "refill", "args": [1.0]}
        thread = threading.Thread(target=refilling.call, args=(refill,))
        thread.start()
        while thread.is_alive():
            answer = reading.call({"object": "odd", "method": "changing"})
            assert all(set(each) == {"kelvin"} for each in answer["result"])
        thread.join()


def test_a_batch_over_the_limit_runs_no_call(wire: Wire) -> None:
    assert len(wire.call([call("static", 1)] * 10_000)) == 10_000
    error = wire.call([0] * 10_001)["error"]
    assert error["type"] == "ValueError"
    assert "at most 10000 calls, not 10001" in error["message"]


def test_warnings_of_one_call_do_not_reach_another(server: LiveServer) -> None:
    seen: dict[str, set[str]] = {}

    def drive(name: str) -> None:
        with Wire(server.port) as wire:
            for _ in range(50):
                seen.setdefault(name, set()).update(wire.call(call("warn", name))["warnings"])

    threads = [threading.Thread(target=drive, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {name: {name} for name in ("one", "two", "three")}


def test_calls_of_different_connections_run_at_the_same_time(fresh_server: LiveServer) -> None:
    answers: list[Any] = []
    with Wire(fresh_server.port) as waiting, Wire(fresh_server.port) as other:
        thread = threading.Thread(target=lambda: answers.append(waiting.call(call("wait"))))
        thread.start()
        assert other.call(call("wait_started")) == {"result": True}
        assert other.call(call("release")) == {"result": None}
        thread.join()
    assert answers == [{"result": "released"}]


def test_replies_carry_the_promised_fields(wire: Wire) -> None:
    replies = [wire.post(b"{}")[0] for _ in range(2)]
    for reply in replies:
        assert reply.headers["Content-Type"] == "application/json"
        assert reply.headers["Connection"] == "keep-alive"
        assert reply.headers["Date"].endswith(" GMT")
        assert int(reply.headers["Content-Length"]) > 0
    run_ids = {reply.headers["X-Tuber-Run"] for reply in replies}
    assert len(run_ids) == 1
    assert len(run_ids.pop()) == 32


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Content_Type": "application/json; charset=utf-8"}, 200),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Encoding": "gzip"}, 415),
        ({"Accept": "text/html"}, 406),
        ({"Accept": "text/html, */*;q=0.1"}, 200),
        ({"Accept": "application/json;q=0"}, 406),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
    ],
)
def test_header_fields_decide_the_status(wire: Wire, fields: dict[str, str], status: int) -> None:
    reply, _ = wire.post(b"{}", **fields)
    assert reply.status == status


def test_other_http_methods_get_405_and_the_allowed_ones(wire: Wire) -> None:
    wire.connection.request("GET", "/tuber")
    reply = wire.connection.getresponse()
    reply.read()
    assert reply.status == 405
    assert "POST" in reply.headers["Allow"]


def test_another_path_is_not_found(wire: Wire) -> None:
    wire.connection.request("POST", "/elsewhere", b"{}")
    reply = wire.connection.getresponse()
    reply.read()
    assert reply.status == 404
