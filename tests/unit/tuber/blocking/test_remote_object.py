"""The blocking shell over real sockets: reuse, at most once, threads, forks."""

from __future__ import annotations

import gc
import os
import socket
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import tuber
from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, echo, http_reply
from tuber import SimpleTuberObject, TuberRemoteWarning
from tuber.blocking import pool as _pool


def board_of(server: ScriptedServer, **options: Any) -> Any:
    return tuber.resolve_simple(server.hostname, "Board", **options)


class RefusesToSend:
    """A socket whose peer has reset the connection, so the kernel accepts no bytes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, request: bytes, flags: int = 0) -> int:
        raise BrokenPipeError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def test_an_unsent_request_is_sent_on_another_connection() -> None:
    with ScriptedServer(serve) as server, board_of(server) as board:
        (connection,) = board._tuber_link._pool._idle
        connection._socket = RefusesToSend(connection._socket)
        assert board.read(1) == [1]
        assert server.connections == 2


def test_without_a_timeout_a_call_may_take_any_time() -> None:
    with ScriptedServer(serve) as server, board_of(server) as board:
        (connection,) = board._tuber_link._pool._idle
        assert connection._socket.gettimeout() is None


def test_threads_share_an_object_and_get_their_own_replies() -> None:
    with ScriptedServer(serve) as server, board_of(server) as board:

        def work(thread: int) -> bool:
            return all(board.read(thread, n) == [thread, n] for n in range(50))

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(work, range(16)))
        assert server.connections <= 9


def test_idle_connections_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pool, "MAX_IDLE", 2)
    together = threading.Barrier(4)

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if "method" in asked:
                together.wait(10)
            answer(connection, asked)

    with ScriptedServer(handler) as server, board_of(server) as board:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(board.read, range(4)))
        assert len(board._tuber_link._pool._idle) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_makes_its_own_connection() -> None:
    with ScriptedServer(serve) as server, board_of(server) as board:
        assert board.read("parent") == ["parent"]
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if board.read("child") == ["child"] else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert board.read("parent") == ["parent"]
        assert server.connections == 2


def test_an_object_that_is_freed_closes_its_sockets() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with ScriptedServer(serve) as server:
            board = board_of(server)
            assert board.read(1) == [1]
            del board
            gc.collect()


def test_nested_objects_have_the_same_shell() -> None:
    board = SimpleTuberObject("Board", hostname="board")
    inside = board.object_factory(["Board", "adc"])
    assert repr(inside) == "<SimpleTuberObject Board.adc at http://board/tuber>"


def test_calls_are_echoed_in_full() -> None:
    with ScriptedServer(echo) as server:
        board = SimpleTuberObject("Board", hostname=server.hostname)
        asked = board._tuber_link.run(
            board._tuber_link.session.call("Board", "read", (1,), {"n": 2})
        )
        assert asked == {"object": "Board", "method": "read", "args": [1], "kwargs": {"n": 2}}
        board.close()


def test_a_remote_warning_points_at_the_line_of_the_call() -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        connection.read_request()
        connection.send(http_reply({"result": 7, "warnings": ["getting hot"]}))

    with ScriptedServer(handler) as server, board_of(server) as board:
        with pytest.warns(TuberRemoteWarning, match="getting hot") as shown:
            assert board.read() == 7
        assert [each.filename for each in shown] == [__file__]
