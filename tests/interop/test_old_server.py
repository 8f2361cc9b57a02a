"""Our synchronous client resolves the predecessor's server's objects and calls them."""

from __future__ import annotations

import inspect

import pytest

import tuber


def test_our_client_explores_and_calls_an_old_server(old_server: str) -> None:
    with tuber.resolve_simple(old_server, "Board") as board:
        assert board.__doc__ == "A board with a bit of everything."
        assert board.SERIAL == "0042"
        assert board.limits == [0.5, 1.5]
        assert board.increment([1, 2, 3]) == [2, 3, 4]
        assert board.keywords(1, second="y") == {"first": 1, "second": "y"}
        assert board.clock.frequency() == 10_000_000
        assert [channel.scaled() for channel in board.channels] == [0.0, 2.0, 4.0]
        assert board.named["a"].scaled(0.5) == 5.0
        assert list(board.named.keys()) == ["a", "b"]
        assert board.channels.tuber_get("index") == [0, 1, 2]
        assert board.channels.tuber_get("index", [2, 0]) == [2, 0]
        assert board.channels.tuber_call("scaled", 3.0) == [0.0, 3.0, 6.0]
        assert list(inspect.signature(board.increment).parameters) == ["numbers"]


def test_an_old_servers_failure_is_of_the_right_class(old_server: str) -> None:
    with (
        tuber.resolve_simple(old_server, "Board") as board,
        pytest.raises(KeyError) as caught,
    ):
        board.fail()
    assert isinstance(caught.value, tuber.TuberRemoteError)


def test_an_old_servers_warning_is_shown_again(old_server: str) -> None:
    with tuber.resolve_simple(old_server, "Board") as board, pytest.warns(match="getting hot"):
        assert board.warn() == 7


def test_a_whole_old_registry_can_be_resolved(old_server: str) -> None:
    with tuber.resolve_simple(old_server) as registry:
        assert registry.Board.SERIAL == "0042"
        assert registry.Channels[1].scaled() == 2.0
        assert {"Board", "Channels"} <= set(dir(registry))
