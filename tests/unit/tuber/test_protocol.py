"""Calls, results, failures and descriptions as maps."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.errors import TuberProtocolError
from tuber.protocol import (
    ABSENT,
    Call,
    Description,
    Failure,
    MethodDescription,
    Parameter,
    Result,
    Signature,
    parse_reply,
)


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
def test_a_call_leaves_out_what_says_nothing(call: Call, members: dict[str, Any]) -> None:
    assert call.to_map() == members


@pytest.mark.parametrize(
    "outcome",
    [
        Result(None),
        Result({"a": 1}, ("careful",)),
        Failure("KeyError: 1"),
        Failure("KeyError: 1", "KeyError", "Traceback ...", ("careful", "hot")),
    ],
)
def test_an_envelope_comes_back_as_it_was(outcome: Result | Failure) -> None:
    assert parse_reply(outcome.to_map()) == outcome


def test_members_that_are_not_known_are_ignored() -> None:
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
def test_what_is_no_envelope_is_refused(envelope: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        parse_reply(envelope)


SIGNATURE = Signature(
    (
        Parameter("self", 0),
        Parameter("n", 1, default=None, annotation="int"),
        Parameter("rest", 4),
    ),
    "list[int]",
)


def test_a_signature_comes_back_as_it_was() -> None:
    members = SIGNATURE.to_map()
    assert members["parameters"][1] == {
        "name": "n",
        "kind": 1,
        "default": None,
        "annotation": "int",
    }
    assert "default" not in members["parameters"][0]
    assert Signature.from_map(members) == SIGNATURE
    assert Signature.from_map(members).parameters[0].default is ABSENT


@pytest.mark.parametrize("signature", [None, "(self, n)", SIGNATURE])
def test_a_method_comes_back_as_it_was(signature: Signature | str | None) -> None:
    method = MethodDescription("Reads.", signature)
    assert MethodDescription.from_map(method.to_map()) == method


@pytest.mark.parametrize(
    "members",
    [
        None,
        "text",
        {"__doc__": 1},
        {"__signature__": 1},
        {"__signature__": {"parameters": 1}},
        {"__signature__": {"parameters": [1]}},
        {"__signature__": {"parameters": [{}]}},
        {"__signature__": {"parameters": [{"name": "n", "kind": 5}]}},
        {"__signature__": {"parameters": [{"name": "n", "kind": True}]}},
        {"__signature__": {"return_annotation": 1}},
    ],
)
def test_what_is_no_method_is_refused(members: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        MethodDescription.from_map(members)


def test_a_description_is_read_with_everything_inside() -> None:
    description = Description.from_map(
        {
            "__doc__": "A board.",
            "methods": {"read": {"__doc__": None, "__signature__": None}},
            "properties": {"gain": 2.0},
            "objects": {"adc": {"__doc__": None, "type": "Adc"}},
            "type": "Board",
            "failed": {"temperature": {"message": "OSError: 5", "type": "OSError"}},
            "novelty": 1,
        }
    )
    assert description.doc == "A board."
    assert description.methods == {"read": MethodDescription()}
    assert description.properties == {"gain": 2.0}
    assert description.objects == {"adc": Description(type="Adc")}
    assert description.failed == {"temperature": Failure("OSError: 5", "OSError")}
    assert not description.is_container


@pytest.mark.parametrize(
    ("members", "keys", "values"),
    [
        ({"values": []}, None, ()),
        (
            {"values": [{"type": "A"}, {"type": "B"}]},
            None,
            (Description(type="A"), Description(type="B")),
        ),
        ({"keys": 3, "values": {"type": "A"}}, 3, Description(type="A")),
        ({"keys": ["a", 1], "values": {"type": "A"}}, ("a", 1), Description(type="A")),
        ({"keys": ["a"], "values": [{"type": "A"}]}, ("a",), (Description(type="A"),)),
    ],
)
def test_the_forms_of_containers(members: dict[str, Any], keys: Any, values: Any) -> None:
    description = Description.from_map(members)
    assert (description.keys, description.values) == (keys, values)
    assert description.is_container


@pytest.mark.parametrize(
    "members",
    [
        None,
        [],
        {"__doc__": 1},
        {"methods": ["read"]},
        {"properties": ["gain"]},
        {"objects": {"a": None}},
        {"failed": {"a": "text"}},
        {"type": 1},
        {"values": {}},
        {"values": 1},
        {"keys": 2},
        {"keys": 2, "values": [{}, {}]},
        {"keys": -1, "values": {}},
        {"keys": True, "values": {}},
        {"keys": [None], "values": {}},
        {"keys": ["a", "b"], "values": [{}]},
        {"keys": ["a"]},
        {"objects": {"a": {"methods": [[1]]}}},
        {"objects": {"a": {"methods": [], "properties": [None]}}},
    ],
)
def test_what_is_no_description_is_refused(members: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        Description.from_map(members)


def test_live_properties_are_those_told_that_are_properties() -> None:
    failure = {"message": "OSError: unplugged"}
    members = {
        "properties": {"gain": 1, "unit": "V"},
        "failed": {"gauge": failure},
        "dynamic": ["gain", "gauge", "gone"],
    }
    assert Description.from_map(members).dynamic == {"gain", "gauge"}
    assert Description.from_map({"properties": {"gain": 1}}).dynamic == frozenset()
    for wrong in ("gain", [1], {"gain": True}, 1):
        with pytest.raises(TuberProtocolError, match="member 'dynamic' to be an array of strings"):
            Description.from_map({**members, "dynamic": wrong})
