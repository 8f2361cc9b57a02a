"""Our clients resolve the predecessor's server's objects, call them and send batches."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

import tuber
from tests.support.shells import Shell


def test_our_client_explores_and_calls_an_old_server(old_server: str) -> None:
    with tuber.resolve_simple(old_server, "Board") as board:
        assert type(board).__doc__ == "A board with a bit of everything."
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


def test_both_our_shells_call_an_old_server(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server) as board:
        assert board.SERIAL == "0042"
        assert shell.finish(board.increment([1, 2, 3])) == [2, 3, 4]
        assert shell.finish(board.clock.frequency()) == 10_000_000
        assert [shell.finish(channel.scaled()) for channel in board.channels] == [0.0, 2.0, 4.0]
        assert shell.finish(board.keywords(1, second="y")).second == "y"
        with pytest.raises(KeyError):
            shell.finish(board.fail())
        with pytest.warns(match="getting hot"):
            assert shell.finish(board.warn()) == 7


def test_an_old_server_takes_our_batches(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server) as board:
        with shell.within(board.tuber_context()) as context:
            context.increment([1])
            context.clock.frequency()
            context.channels[2].scaled(factor=3.0)
            context.named["a"].scaled()
            assert shell.finish(context()) == [[2], 10_000_000, 6.0, 20.0]
            futures = [context.increment([n]) for n in range(5)]
        assert [shell.result(future) for future in futures] == [[n + 1] for n in range(5)]


def test_failures_in_a_batch_of_an_old_server(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server) as board:
        context = board.tuber_context()
        futures = [context.increment([1]), context.fail(), context.increment([2])]
        with pytest.raises(KeyError):
            shell.finish(context())
        assert shell.result(futures[0]) == [2]
        with pytest.raises(tuber.TuberRemoteError):
            shell.result(futures[2])
        context = board.tuber_context(return_exceptions=True)
        context.increment([1])
        context.fail()
        context.warn()
        context.increment([2])
        with pytest.warns(match="getting hot"):
            first, failure, seven, last = shell.finish(context())
        assert (first, seven, last) == ([2], 7, [3])
        assert isinstance(failure, KeyError)


def test_many_calls_to_an_old_server_are_in_flight_at_once(old_server: str) -> None:
    async def main() -> list[Any]:
        board: Any = await tuber.resolve(old_server, "Board")
        return await asyncio.gather(*(board.increment([n]) for n in range(100)))

    assert asyncio.run(main()) == [[n + 1] for n in range(100)]
