"""Displays of remote objects in help(), IPython and Jupyter, without I/O."""

from __future__ import annotations

import pydoc
from typing import Any

import pytest

from tests.support.live_board import BOARD, READ
from tests.support.scripted_link import ScriptedObject, described
from tuber.objects.display import html, text


class Printer:
    """The used part of IPython.lib.pretty.RepresentationPrinter."""

    def __init__(self, depth: int = 1) -> None:
        self.shown = ""
        self.stack = list(range(depth))

    def text(self, text: str) -> None:
        self.shown += text


@pytest.fixture
def board() -> Any:
    failed = {"temperature": {"message": "OSError: no sensor"}}
    return described({**BOARD, "failed": failed})


def test_help_begins_with_the_remote_members(board: Any) -> None:
    shown = pydoc.plain(pydoc.render_doc(board))
    own, _, inherited = shown.partition("Methods inherited from tuber.")
    assert "A board." in own
    assert "read(self, samples: int = 1) -> int" in own
    assert "Reads samples." in own
    assert "tuber_context" not in own
    assert "tuber_context" in inherited
    assert board.__doc__ == "A board."


def test_the_pretty_form_lists_the_members(board: Any) -> None:
    printer = Printer()
    board._repr_pretty_(printer, False)
    for line in (
        repr(board),
        "A board.",
        "read(samples: int = 1) -> int  Reads samples.",
        "gain: float  2.0",
        "offset: float  1.5 (live; as of the resolve)",
        "temperature  failed: OSError: no sensor",
        "channels[3]",
        "supply: Supply",
    ):
        assert line in printer.shown


def test_the_html_is_a_table_with_everything_escaped() -> None:
    evil = "<script>alert(1)</script>"
    method = {**READ, "__doc__": evil}
    remote = described(
        {
            "__doc__": evil,
            "methods": {evil: method},
            "properties": {evil: evil},
            "objects": {evil: {}},
        }
    )
    shown = html(remote)
    assert "<script>" not in shown
    assert shown.count("&lt;script&gt;") >= 5
    assert shown.count("<table>") == 3


def test_the_pretty_form_inside_a_list_is_short(board: Any) -> None:
    printer = Printer(depth=2)
    board._repr_pretty_(printer, False)
    assert printer.shown == repr(board)


def test_displays_send_nothing_also_before_resolving(board: Any) -> None:
    asked = len(board._tuber_link.asked)
    text(board), board._repr_html_(), repr(board)
    assert len(board._tuber_link.asked) == asked
    unresolved = ScriptedObject("Board", hostname="board")
    assert "not resolved" in unresolved._repr_html_()
    assert "not resolved" in text(unresolved)
    assert unresolved._tuber_link.asked == []


def test_signatures_of_very_old_servers_are_shown_as_they_came() -> None:
    remote = described({"methods": {"read": {"__signature__": "(self, n)"}}})
    assert "read(self, n)" in text(remote)
