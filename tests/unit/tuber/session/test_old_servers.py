"""Descriptions from servers before 1.0, assembled from many replies."""

from __future__ import annotations

from typing import Any

from tests.support.scripted_link import ScriptedLink
from tuber.protocol import Description, Failure, MethodDescription, Signature

BOARD = {
    "read": {"__doc__": "Reads.", "__signature__": "(self, n)"},
    "stop": {"__doc__": None, "__signature__": {"parameters": []}},
    "gain": 2.0,
}


def answer_one(asked: dict[str, Any]) -> dict[str, Any]:
    """A server that does not support 'resolve'."""
    if "object" not in asked:
        return {"result": {"objects": ["Board"]}}
    if "property" not in asked:
        return {
            "result": {
                "__doc__": "A board.",
                "methods": ["read", "stop"],
                "properties": ["gain", "broken"],
            }
        }
    if asked["property"] in BOARD:
        return {"result": BOARD[asked["property"]]}
    return {"error": {"message": "OSError: no sensor"}}


def answer(asked: Any) -> Any:
    return [answer_one(each) for each in asked] if isinstance(asked, list) else answer_one(asked)


FULL = Description(
    doc="A board.",
    methods={
        "read": MethodDescription("Reads.", "(self, n)"),
        "stop": MethodDescription(None, Signature()),
    },
    properties={"gain": 2.0},
    failed={"broken": Failure("OSError: no sensor")},
)


def test_all_names_of_a_list_are_requested_in_one_batch() -> None:
    link = ScriptedLink(answer)
    assert link.run(link.session.describe("Board")) == FULL
    assert len(link.asked) == 2
    assert link.options_sent == [(), ("continue-on-error",)]


def test_each_object_of_a_registry_of_names_is_described() -> None:
    link = ScriptedLink(answer)
    assert link.run(link.session.describe(None)) == Description(objects={"Board": FULL})


def test_a_method_that_is_not_described_is_still_there() -> None:
    def silent(asked: Any) -> Any:
        if isinstance(asked, list):
            return [{"error": {"message": "no"}} for _ in asked]
        return {"result": {"methods": ["read"], "properties": []}}

    link = ScriptedLink(silent)
    assert link.run(link.session.describe("Board")).methods == {"read": MethodDescription()}


def test_lists_without_names_ask_nothing_more() -> None:
    link = ScriptedLink(lambda asked: {"result": {"methods": [], "properties": []}})
    assert link.run(link.session.describe("Board")) == Description()
    assert len(link.asked) == 1
