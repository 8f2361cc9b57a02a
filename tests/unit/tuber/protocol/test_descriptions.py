"""Descriptions as maps, and finding one along a path."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.errors import TuberProtocolError
from tuber.protocol import Description, Failure, MethodDescription, find_description


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
def test_containers_have_several_forms(members: dict[str, Any], keys: Any, values: Any) -> None:
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
def test_malformed_descriptions_are_refused(members: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        Description.from_map(members)


def test_live_properties_are_the_dynamic_names_that_are_properties() -> None:
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


LEAF, OTHER = Description(type="Leaf"), Description(type="Other")
BOARD = Description(
    objects={
        "adc": Description(objects={"fan": LEAF}),
        "shared": Description(keys=3, values=LEAF),
        "listed": Description(values=(LEAF, OTHER)),
        "named": Description(keys=("a", 2), values=(LEAF, Description(values=(OTHER,)))),
    }
)


@pytest.mark.parametrize(
    ("steps", "type_name"),
    [
        (["adc", "fan"], "Leaf"),
        ([["shared", 2]], "Leaf"),
        ([["listed", 1]], "Other"),
        ([["listed", -1]], "Other"),
        ([["named", "a"]], "Leaf"),
        ([["named", 2, 0]], "Other"),
    ],
)
def test_a_description_is_found_by_its_path(steps: list[Any], type_name: str) -> None:
    for at in ("Board", ["Crate", ["Boards", 1]]):
        path = ["Board", *steps] if at == "Board" else [*at, *steps]
        found = find_description(BOARD, at, path)
        assert found is not None
        assert found.type == type_name
    registry = Description(objects={"Board": BOARD})
    assert find_description(registry, None, ["Board", *steps]) == find_description(
        BOARD, "Board", ["Board", *steps]
    )


@pytest.mark.parametrize(
    "steps",
    [
        ["read"],
        ["adc", "fan", "x"],
        [["adc", 0]],
        [["listed", 7]],
        [["listed", "a"]],
        [["named", 3]],
    ],
)
def test_an_unknown_path_has_no_description(steps: list[Any]) -> None:
    assert find_description(BOARD, "Board", ["Board", *steps]) is None
    assert find_description(None, "Board", ["Board", *steps]) is None


def test_the_path_may_be_that_of_the_known_object() -> None:
    assert find_description(BOARD, "Board", "Board") is BOARD
    item = ["Crate", ["Boards", 1]]
    assert find_description(BOARD, item, item) is BOARD


def test_names_are_in_the_form_of_the_parser_and_keep_the_spelling_of_old_servers() -> None:
    members = {"methods": {"\ufb01ne": {}}, "properties": {"\u00b5": 1}, "dynamic": ["\u00b5"]}
    description = Description.from_map(members)
    assert description.names == {"fine", "\u03bc"}
    assert description.dynamic == {"\u03bc"}
    assert (description.wire_name("\u03bc"), description.wire_name("fine")) == (
        "\u00b5",
        "\ufb01ne",
    )
    assert description.wire_name("other") == "other"
    both = Description.from_map({"properties": {"\u00b5": 1, "\u03bc": 2}})
    assert both.properties == {"\u00b5": 1, "\u03bc": 2}
    assert both.wire_name("\u00b5") == "\u03bc"
