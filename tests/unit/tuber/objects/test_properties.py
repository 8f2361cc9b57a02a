"""Reading and setting properties on the server, by both shells."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.live_board import BOARD, READ, SET, live_board
from tests.support.shells import Shell
from tuber import TuberStateError


@pytest.fixture
def served() -> Iterator[Any]:
    with live_board() as made:
        yield made


@pytest.fixture
def board(shell: Shell, served: Any) -> Iterator[Any]:
    with shell.resolved(served[0]) as made:
        served[1].asked.clear()
        yield made


def test_a_live_property_is_read_on_each_access(shell: Shell, board: Any, served: Any) -> None:
    served[1].offset = 7
    assert shell.finish(board.offset) == 7
    served[1].offset = 8
    assert shell.finish(board.offset) == 8
    assert served[1].asked == [{"object": "Board", "property": "offset"}] * 2


def test_a_live_property_is_set_and_read_back(shell: Shell, board: Any, served: Any) -> None:
    assert shell.finish(board.tuber_set("offset", 3)) == 3
    call = {"object": "Board", "method": "tuber_set", "args": ["offset", 3]}
    assert served[1].asked == [call]


def test_assignment_sets_a_live_property_or_explains_how(
    shell: Shell, board: Any, served: Any
) -> None:
    if shell.name == "blocking":
        board.offset = 4
        assert served[1].offset == 4
    else:
        with pytest.raises(TuberStateError, match=r"await obj\.tuber_set\('offset', value\)"):
            board.offset = 4
        assert served[1].asked == []


def test_a_static_property_can_not_be_set(shell: Shell, board: Any, served: Any) -> None:
    for assign in (
        lambda: setattr(board, "gain", 3),
        lambda: board.tuber_set("gain", 3),
        lambda: board.channels.tuber_set("serial", "C2"),
        lambda: board.channels[0].tuber_set("serial", "C2"),
    ):
        with pytest.raises(AttributeError, match=r"tuber_get\(.*force=True.*__tuber_dynamic__"):
            assign()
    assert served[1].asked == []
    assert shell.finish(board.tuber_get("offset")) == 1.5


def test_remote_attributes_can_not_be_deleted(board: Any) -> None:
    for name in ("gain", "offset", "supply", "read"):
        with pytest.raises(AttributeError, match=f"'{name}' of .* can't be deleted"):
            delattr(board, name)
    assert board.gain == 2.0
    board.note = "mine"
    del board.note
    with pytest.raises(AttributeError):
        del board.note


@pytest.mark.parametrize(
    ("keys", "expected", "text"),
    [
        ("ab", TypeError, "keys to be a list of indices or keys; got 'ab'"),
        ([7], IndexError, "index 7 is out of range for 3 items"),
        (["a"], TypeError, r"expected the index \(int\) of an item; got 'a'"),
    ],
)
def test_wrong_keys_are_named(
    board: Any, served: Any, keys: Any, expected: type[Exception], text: str
) -> None:
    with pytest.raises(expected, match=text):
        board.channels.tuber_set("offset", 1, keys=keys)
    assert served[1].asked == []


def test_a_single_key_is_refused_as_keys(board: Any, served: Any) -> None:
    for container in (board.channels, board.named, board.tuber_context().channels):
        with pytest.raises(TypeError, match="got 'left'"):
            container.tuber_get("offset", keys="left")
    assert served[1].asked == []


def test_contradictory_arguments_send_nothing(board: Any, served: Any) -> None:
    for call in (
        lambda: board.tuber_set("offset"),
        lambda: board.tuber_set("offset", 1, keys=[0]),
        lambda: board.channels.tuber_set("offset"),
        lambda: board.channels.tuber_set("offset", 1, values=[1, 2, 3]),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(IndexError):
        board.channels.tuber_set("offset", 1, keys=[3])
    with pytest.raises(AttributeError, match="no property 'spin'"):
        board.tuber_set("spin", 1)
    assert served[1].asked == []


def test_containers_read_and_set_items_in_one_call(shell: Shell, board: Any, served: Any) -> None:
    channels = board.channels
    shell.finish(channels.tuber_set("offset", 2))
    shell.finish(channels.tuber_set("offset", keys=[0, 2], values=[1, 2]))
    shell.finish(channels.tuber_get("offset"))
    shell.finish(channels.tuber_get("offset", keys=range(2)))
    path = ["Board", "channels"]
    assert served[1].asked == [
        {"object": path, "method": "tuber_set", "args": ["offset", 2]},
        {
            "object": path,
            "method": "tuber_set",
            "args": ["offset"],
            "kwargs": {"values": [1, 2], "keys": [0, 2]},
        },
        {"object": path, "method": "tuber_get", "args": ["offset"]},
        {"object": path, "method": "tuber_get", "args": ["offset"], "kwargs": {"keys": [0, 1]}},
    ]


def test_containers_of_old_servers_are_read_item_by_item(
    shell: Shell, board: Any, served: Any
) -> None:
    assert shell.finish(board.named.tuber_get("offset")) == [1.5, 1.5]
    assert len(served[1].asked) == 1
    with pytest.raises(AttributeError, match="its server offers no tuber_set"):
        board.named.tuber_set("offset", 1)


def test_an_attribute_error_of_the_server_is_raised_as_it_is(shell: Shell) -> None:
    description = {"properties": {"gone": 1}, "dynamic": ["gone"], "methods": {"tuber_set": SET}}
    with live_board(description) as (hostname, served), shell.resolved(hostname) as board:
        served.asked.clear()
        with pytest.raises(AttributeError, match="no sensor"):
            shell.finish(board.gone)
        assert len(served.asked) == 1


def test_servers_without_live_properties_are_used_as_before(shell: Shell) -> None:
    description = copy.deepcopy(BOARD)
    del description["dynamic"]
    del description["methods"]["tuber_set"]  # type: ignore[attr-defined]
    with live_board(description) as (hostname, served), shell.resolved(hostname) as board:
        served.asked.clear()
        assert board.offset == 1.5
        assert served.asked == []
        with pytest.raises(AttributeError, match="can't be set"):
            board.tuber_set("offset", 2)


def test_a_property_that_failed_while_resolving_is_still_live(shell: Shell) -> None:
    unplugged = {"message": "OSError: unplugged", "type": "OSError"}
    description = {
        "type": "Board",
        "methods": {"tuber_set": SET},
        "properties": {"gain": 2.0},
        "failed": {"offset": unplugged},
        "dynamic": ["offset"],
    }
    with live_board(description) as (hostname, served), shell.resolved(hostname) as board:
        assert shell.finish(board.offset) == 1.5
        assert shell.finish(board.tuber_set("offset", 2.5)) == 2.5
        assert shell.finish(board.offset) == served.offset == 2.5
        assert board.gain == 2.0
        assert "offset" in dir(board)


def test_a_name_similar_to_a_live_property_warns(board: Any) -> None:
    with pytest.warns(UserWarning, match=r"'ofset' was set as a local attribute only.*'offset'"):
        board.ofset = 4
    board.ofset = 5  # it is there now
    board.colour = board._ofset = 6


def test_names_of_old_servers_are_sent_as_they_spell_them(shell: Shell) -> None:
    description = {
        "methods": {"read_\u00b5s": READ, "tuber_set": SET},
        "properties": {"t_\u00b5s": 1, "\u2126": 3},
        "dynamic": ["t_\u00b5s"],
        "objects": {"\u00b5": {"methods": {"read": READ}}},
    }
    with live_board(description) as (hostname, served), shell.resolved(hostname) as board:
        served.asked.clear()
        for micro in "\u00b5\u03bc":  # as strings say, and as the parser does
            shell.finish(getattr(board, f"read_{micro}s")())
            shell.finish(getattr(board, f"t_{micro}s"))
            shell.finish(board.tuber_get(f"t_{micro}s"))
            shell.finish(board.tuber_set(f"t_{micro}s", 2))
            shell.finish(getattr(board, micro).read())
            context = board.tuber_context()
            getattr(context, f"read_{micro}s")()
            shell.finish(context())
        assert [getattr(board, ohm) for ohm in "\u03a9\u2126"] == [3, 3]
        asked = repr(served.asked)
        assert "\u00b5" in asked
        assert "\u03bc" not in asked
        if shell.name == "blocking":
            setattr(board, f"t_{micro}s", 5)
            assert served.offset == 5
        assert {"read_\u03bcs", "t_\u03bcs"} <= set(dir(board))
