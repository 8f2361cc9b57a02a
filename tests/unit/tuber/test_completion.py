"""TAB completion in IPython, with and without jedi, offers everything and sends no request."""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import IPython
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from tests.support.live_board import BOARD, live_board
from tests.support.scripted_server import (
    PATIENCE_SECONDS,
    ScriptedServer,
    ServedConnection,
    http_reply,
)
from tests.support.shells import Shell


@pytest.fixture(scope="module")
def ipython() -> Iterator[InteractiveShell]:
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def complete(request: pytest.FixtureRequest, ipython: InteractiveShell) -> Any:
    ipython.Completer.use_jedi = request.param

    def names(line: str) -> set[str]:
        with provisionalcompleter(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jedi's and IPython's own
            return {
                each.text.lstrip(".") for each in ipython.Completer.completions(line, len(line))
            }

    return names


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("board.", {"read", "offset", "gain", "supply", "channels"}),
        ("board.supply.", {"read", "fan"}),
        ("board.supply.fan.", {"spin"}),
        ("board.channels[0].", {"read", "serial", "offset"}),
        ("board.channels[-1].", {"read", "serial", "offset"}),
        ("board.named['left'].", {"read", "serial", "offset"}),
        ("board.named['", {"left", "right"}),
        ("board.gain.", {"is_integer"}),
        ("board.channels[0].serial.", {"upper"}),
        ("board.supply.read(", {"samples="}),
        ("board.supply.read(sam", {"samples="}),
    ],
)
def test_it_offers_what_there_is_without_a_request(
    shell: Shell, complete: Any, ipython: InteractiveShell, line: str, expected: set[str]
) -> None:
    with live_board() as (hostname, served), shell.resolved(hostname) as board:
        served.asked.clear()
        ipython.user_ns["board"] = board
        assert expected <= complete(line)
        assert served.asked == []


def test_a_live_property_is_not_read_to_complete_its_value(
    complete: Any, ipython: InteractiveShell
) -> None:
    with live_board() as (hostname, served):
        from tuber import resolve_simple

        board = ipython.user_ns["board"] = resolve_simple(hostname, "Board")
        served.asked.clear()
        offered = complete("board.offset.")
        # IPython 8 without jedi gives up on a property, annotated or not.
        assert "is_integer" in offered or (
            IPython.version_info < (9,) and not ipython.Completer.use_jedi
        )
        complete("board.channels[0].offset.")
        assert served.asked == []
        board.close()


def test_question_mark_asks_nothing(shell: Shell, ipython: InteractiveShell) -> None:
    with live_board() as (hostname, served), shell.resolved(hostname) as board:
        served.asked.clear()
        ipython.user_ns["board"] = board
        shown = ipython.object_inspect_text("board")
        assert "A board." in shown
        assert "Reads samples." in ipython.object_inspect_text("board.read", detail_level=1)
        assert served.asked == []


def test_the_synchronous_client_works_in_a_running_loop(ipython: InteractiveShell) -> None:
    with live_board() as (hostname, _):
        cells = (
            "import asyncio, tuber",
            f"board = tuber.resolve_simple({hostname!r}, 'Board')",
            "await asyncio.sleep(0); offset = board.offset",
            "board.close()",
        )
        for cell in cells:
            ipython.run_cell(cell).raise_error()
        assert ipython.user_ns["offset"] == 1.5

        async def within() -> Any:
            from tuber import resolve_simple

            with resolve_simple(hostname, "Board") as board:
                return board.offset

        assert asyncio.run(within()) == 1.5


def test_the_asyncio_client_survives_prompts_between_which_its_loop_stands_still(
    ipython: InteractiveShell,
) -> None:
    def serve_once(connection: ServedConnection, number: int) -> None:
        """Answer like a server that restarts after every call."""
        asked = connection.read_request()
        connection.send(http_reply({"result": BOARD if asked.get("resolve") else asked}))
        connection.close()
        closed.release()

    closed = threading.Semaphore(0)
    with ScriptedServer(serve_once) as server:
        ipython.run_cell("import tuber").raise_error()
        cell = f"board = await tuber.resolve({server.hostname!r}, 'Board')"
        for each in (cell, *["read = await board.read()"] * 5):
            ipython.run_cell(each).raise_error()
            assert closed.acquire(timeout=PATIENCE_SECONDS)
        assert ipython.user_ns["read"] == {"object": "Board", "method": "read"}
        assert server.connections == 6
