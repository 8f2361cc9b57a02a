"""Generated classes, seen by Python's own tools, and the objects that share one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import pytest

from tests.support.live_board import BOARD, CHANNEL, READ
from tests.support.scripted_link import ScriptedObject, described
from tuber import SimpleTuberObject, TuberStateError
from tuber.objects.classes import base_of, may_be_subclassed
from tuber.protocol import Description


def described_as(description: dict[str, Any], base: type = SimpleTuberObject) -> Any:
    made = base("Board", hostname="board")
    made._tuber_adopt(Description.from_map(description))
    return made


def test_objects_of_the_same_description_share_their_class() -> None:
    first, second = described_as(BOARD), described_as(copy.deepcopy(BOARD))
    assert type(first) is type(second)
    assert type(first.channels[0]) is type(first.channels[2]) is type(second.named["left"])
    assert type(described_as({**BOARD, "properties": {"offset": 9.5, "gain": 1.0}})) is type(first)


@pytest.mark.parametrize(
    "changed",
    [
        {"__doc__": "Another."},
        {"methods": {"read": {}}},
        {"properties": {"offset": 1, "gain": 2.0}},
        {"dynamic": []},
        {"objects": {}},
        {"type": "Card"},
    ],
)
def test_another_description_has_another_class(changed: dict[str, Any]) -> None:
    assert type(described_as({**BOARD, **changed})) is not type(described_as(BOARD))


def test_the_class_has_the_remote_name_docstring_and_annotations() -> None:
    board = described_as(BOARD)
    kind = type(board)
    assert isinstance(board, SimpleTuberObject)
    assert (kind.__name__, kind.__doc__) == ("Board", "A board.")
    assert kind.__annotations__ == {"offset": float, "gain": float}
    assert kind.offset.fget.__annotations__ == {"return": float}
    assert base_of(kind) is SimpleTuberObject


@pytest.mark.parametrize("name", ["mro", "register", "__subclasses__"])
def test_names_of_metaclasses_hide_nothing(name: str) -> None:
    board = described({"methods": {name: READ}, "keys": 1, "values": {}})
    if not name.startswith("__"):
        assert getattr(board, name)()["method"] == name
    assert len(board) == 1  # type: ignore[arg-type]


def test_a_type_name_that_is_no_identifier_is_not_used() -> None:
    assert type(described_as({"type": "a\0b"})).__name__ == "SimpleTuberObject"


def test_a_list_of_objects_has_all_of_sequence() -> None:
    channels = described_as(BOARD).channels
    assert isinstance(channels, Sequence)
    assert not isinstance(channels, Mapping)
    assert channels.index(channels[1]) == 1
    assert channels.count(channels[1]) == 1
    assert list(reversed(channels)) == [channels[2], channels[1], channels[0]]
    assert channels[1:] == [channels[1], channels[-1]]
    assert channels in {channels}
    assert "maps" not in dir(channels)


def test_a_map_of_objects_has_all_of_mapping() -> None:
    named = described_as(BOARD).named
    assert isinstance(named, Mapping)
    assert not isinstance(named, (Sequence, MutableMapping))
    assert {**named} == dict(named.items())
    assert named.get("middle") is None
    assert "left" in named
    assert named == named
    assert named != {**named}
    assert named._ipython_key_completions_() == ["left", "right"]
    with pytest.raises(KeyError, match="middle"):
        named["middle"]


def test_remote_names_win_over_those_of_a_mapping() -> None:
    board = described(
        {
            "keys": ["a"],
            "values": CHANNEL,
            "methods": {"keys": READ, "items": READ},
            "properties": {"values": 1, "maps": 2},
        }
    )
    assert board.keys()["method"] == "keys"  # type: ignore[operator]
    assert (board.values, board.maps) == (1, 2)
    assert board["a"].serial == "C1"  # type: ignore[index]
    assert list(board) == ["a"]  # type: ignore[call-overload]
    assert board == board


def test_a_base_with_init_subclass_gets_no_subclasses() -> None:
    subclasses = []

    class Watched(ScriptedObject):
        def __init_subclass__(cls, **named: Any) -> None:
            subclasses.append(cls)

        @staticmethod
        def answer(asked: Any) -> Any:
            return {"result": BOARD if asked.get("resolve") else asked}

    assert not may_be_subclassed(Watched)
    board: Any = Watched("Board", hostname="board").tuber_resolve()
    assert subclasses == []
    assert type(board) is Watched
    assert board.read(2)["args"] == [2]
    assert board.read.__doc__ == "Reads samples."
    assert board.offset["property"] == "offset"
    board.offset = 3
    assert board._tuber_link.asked[-1]["args"] == ["offset", 3]
    assert board.supply.fan.spin()["object"] == ["Board", "supply", "fan"]
    assert {"read", "offset", "gain"} <= set(dir(board))


def test_existing_objects_adopt_a_new_description_in_place() -> None:
    board = described_as(BOARD)
    supply, fan, channel, last = (
        board.supply, board.supply.fan, board.channels[0], board.channels[2],
    )  # fmt: skip
    method = board.read
    changed: Any = copy.deepcopy(BOARD)
    changed["properties"]["gain"] = 3.0
    changed["objects"]["channels"]["keys"] = 1
    del changed["objects"]["supply"]["objects"]["fan"]
    changed["objects"]["channels"]["values"] = {**CHANNEL, "properties": {"serial": "C2"}}
    board._tuber_adopt(Description.from_map(changed))
    assert board.gain == 3.0
    assert board.supply is supply
    assert board.channels[0] is channel
    assert channel.serial == "C2"
    assert method == board.read
    for gone in (fan, last):
        with pytest.raises(TuberStateError, match="is no longer on the server"):
            gone.read()
    assert not hasattr(supply, "fan")


def test_a_removed_object_raises_and_can_come_back() -> None:
    board: Any = described({**BOARD})
    channel, method = board.channels[0], board.read
    asked = len(board._tuber_link.asked)
    board._tuber_removed(TuberStateError("Board is gone"))
    for use in (
        lambda: board.read,
        lambda: board.gain,
        lambda: channel.read,
        method,
        lambda: board.tuber_get("offset"),
        lambda: board.tuber_set("offset", 1),
        lambda: board.tuber_context().read().result(),
    ):
        with pytest.raises(TuberStateError, match="Board is gone"):
            use()
    link = board._tuber_link.link
    assert len(link.asked) == asked
    assert not hasattr(board, "_repr_png_")
    assert "not resolved" in board._repr_html_()
    board.tuber_resolve(force=True)
    assert board.gain == 2.0
    assert method()["method"] == "read"
