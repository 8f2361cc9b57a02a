"""Live properties of a live server, read and set in batches of both clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import live_server
from tests.support.shells import Shell

REGISTRY = """
from tuberd import TuberArray


class Channel:
    __tuber_object__ = True
    __tuber_dynamic__ = ("gain",)
    serial = "0042"

    def __init__(self):
        self._gain = 0

    @property
    def gain(self):
        return self._gain

    @gain.setter
    def gain(self, value):
        if value > 9:
            raise ValueError("a gain is 0 to 9")
        self._gain = value

    def double(self):
        self._gain *= 2


class Board(Channel):
    def __init__(self):
        super().__init__()
        self.channels = TuberArray([Channel() for _ in range(3)])


registry = {"Board": Board()}
"""


@pytest.fixture
def board(shell: Shell, tmp_path: Path) -> Iterator[Any]:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY)
    with live_server(registry) as server, shell.resolved(server.hostname) as board:
        yield board


def test_setting_calling_and_reading_keep_their_order(shell: Shell, board: Any) -> None:
    with shell.within(board.tuber_context()) as context:
        context.tuber_set("gain", 3)
        context.double()
        context.tuber_get("gain")
        context.channels[-1].tuber_set("gain", 4)
        context.channels[2].tuber_get("gain")
        results = shell.finish(context())
    assert results == [3, None, 6, 4, 4]


def test_all_items_of_a_container_are_set_and_read(shell: Shell, board: Any) -> None:
    with shell.within(board.tuber_context()) as context:
        context.channels.tuber_set("gain", 1)
        context.channels.tuber_set("gain", keys=[0, -1], values=[2, 3])
        context.channels.tuber_get("gain", keys=[2, 1, 0])
        context.channels.tuber_call("double", keys=[1])
        context.channels.tuber_get("gain", keys=[1])
        results = shell.finish(context())
    assert results == [[1, 1, 1], [2, 3], [3, 1, 2], [None], [2]]


def test_a_property_of_all_items_is_read_as_outside_of_contexts(shell: Shell, board: Any) -> None:
    in_context = [board.tuber_context(), board.channels.tuber_context()]
    in_context[0].channels.tuber_get("serial")
    in_context[1].tuber_get("serial")
    for context in in_context:
        assert shell.finish(context()) == [["0042"] * 3]
    assert shell.finish(board.channels.tuber_get("serial")) == ["0042"] * 3


def test_a_refused_value_fails_its_call(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    refused, behind = context.tuber_set("gain", 10), context.tuber_get("gain")
    with pytest.raises(ValueError, match="0 to 9"):
        shell.finish(context())
    assert isinstance(refused.exception(), ValueError)
    assert behind.exception().type_name == "tuber.NotExecuted"
    static = context.tuber_set("serial", "0043")
    with pytest.raises(AttributeError, match="serial"):
        shell.result(static)
