"""Calls, results and failures as maps."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.errors import TuberProtocolError
from tuber.protocol import Call, Failure, Result, parse_reply


@pytest.mark.parametrize(
    ("call", "members"),
    [
        (Call(), {}),
        (Call(resolve=True), {"resolve": True}),
        (Call("Board", property="gain"), {"object": "Board", "property": "gain"}),
        (
            Call(["Board", "adc"], "read", (1,), {"n": 2}),
            {"object": ["Board", "adc"], "method": "read", "args": (1,), "kwargs": {"n": 2}},
        ),
    ],
)
def test_a_call_travels_without_default_members(call: Call, members: dict[str, Any]) -> None:
    assert call.to_map() == members


@pytest.mark.parametrize(
    ("envelope", "result"),
    [
        ({"result": None}, Result(None)),
        ({"result": {"a": 1}, "warnings": ["careful"]}, Result({"a": 1}, ("careful",))),
    ],
)
def test_a_result_is_read_from_its_envelope(envelope: Any, result: Result) -> None:
    assert parse_reply(envelope) == result


@pytest.mark.parametrize(
    "failure",
    [
        Failure("KeyError: 1"),
        Failure("KeyError: 1", "KeyError", "Traceback ...", ("careful", "hot")),
    ],
)
def test_a_failure_is_read_from_the_envelope_it_is_written_to(failure: Failure) -> None:
    assert parse_reply(failure.to_map()) == failure


def test_unknown_members_are_ignored() -> None:
    assert parse_reply({"result": 1, "took": 0.1}) == Result(1)
    assert parse_reply({"error": {"message": "a", "code": 3}, "x": 1}) == Failure("a")
    assert parse_reply({"result": 1, "error": None, "warnings": None}) == Result(1)


@pytest.mark.parametrize(
    "envelope",
    [
        None,
        [],
        "text",
        {},
        {"warnings": []},
        {"error": "text"},
        {"error": {}},
        {"error": {"message": 1}},
        {"error": {"message": "a", "type": 1}},
        {"result": 1, "warnings": "text"},
        {"result": 1, "warnings": [1]},
    ],
)
def test_other_values_than_envelopes_are_refused(envelope: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        parse_reply(envelope)
