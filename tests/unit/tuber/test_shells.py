"""The guarantees of both shells over real sockets: reuse, at most once, timeouts, closing."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import pytest

from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import PATIENCE_SECONDS, Shell, hurry
from tuber import (
    TuberConnectionLost,
    TuberTimeout,
)


def test_calls_follow_each_other_on_one_connection(shell: Shell) -> None:
    with ScriptedServer(serve) as server, shell.resolved(server.hostname) as board:
        assert board.gain == 2.0
        assert [shell.finish(board.read(n)) for n in range(5)] == [[n] for n in range(5)]
        assert server.connections == 1


def test_a_reply_with_close_makes_the_next_call_connect_again(shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request(), "Connection: close")

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        assert shell.finish(board.read(1)) == [1]
        assert server.connections == 2


def test_a_stale_connection_is_noticed_before_anything_is_sent(
    shell: Shell,
) -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        if number == 1:
            connection.close()
            closed.set()
        else:
            serve(connection, number)

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        assert closed.wait(10)
        assert shell.finish(board.read(1)) == [1]
        assert server.connections == 2


def test_after_a_timeout_a_late_reply_does_not_meet_the_next_call(shell: Shell) -> None:
    timed_out = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if asked.get("args") == ["slow"]:
                assert timed_out.wait(10)
            answer(connection, asked)

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        hurry(board, 0.2)
        with pytest.raises(TuberTimeout):
            shell.finish(board.read("slow"))
        hurry(board, PATIENCE_SECONDS)
        timed_out.set()
        assert shell.finish(board.read("next")) == ["next"]


def test_close_ends_idle_connections_and_a_later_call_connects_again(shell: Shell) -> None:
    ended = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        serve(connection, number)
        ended.set()

    with ScriptedServer(handler) as server:
        board = shell.resolve(server.hostname, "Board")
        shell.close(board)
        assert ended.wait(10)
        assert shell.finish(board.read(1)) == [1]
        assert server.connections == 2
        shell.close(board)


def test_an_unpickled_object_has_a_link_of_its_own(shell: Shell) -> None:
    with (
        ScriptedServer(serve) as server,
        shell.resolved(server.hostname, timeout=5) as board,
        shell.within(pickle.loads(pickle.dumps(board))) as again,
    ):
        assert shell.finish(again.read(1)) == [1]
        assert again._tuber_link is not board._tuber_link
        assert again._tuber_link.session.options == board._tuber_link.session.options


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"timeout": -1}, ValueError),
        ({"timeout": "1"}, TypeError),
        ({"accept_types": ["text/html"]}, ValueError),
    ],
)
def test_invalid_options_are_refused_before_connecting(
    shell: Shell, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        shell.resolve("board", "Board", **options)


class Cuts:
    """A server that ends connections at a given stage and counts the calls."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.calls = 0

    def __call__(self, connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if "method" not in asked:
                answer(connection, asked)
                continue
            self.calls += 1
            whole = http_reply({"result": None})
            if self.stage == "in the reply":
                connection.send(whole[:-3])
            if self.stage == "reset":
                connection.reset()
            return


@pytest.mark.parametrize("stage", ["before the reply", "in the reply", "reset"])
def test_a_connection_lost_after_sending_is_reported_and_the_call_ran_once(
    shell: Shell, stage: str
) -> None:
    cuts = Cuts(stage)
    with ScriptedServer(cuts) as server, shell.resolved(server.hostname) as board:
        for _ in range(3):
            with pytest.raises(TuberConnectionLost, match="may have run") as caught:
                shell.finish(board.read(1))
            assert caught.value.may_have_run
    assert cuts.calls == 3


def test_big_requests_and_replies_get_through(shell: Shell) -> None:
    text = "x" * 3_000_000
    with ScriptedServer(serve) as server, shell.resolved(server.hostname) as board:
        for _ in range(2):
            assert shell.finish(board.read(text)) == [text]
        assert server.connections == 1
