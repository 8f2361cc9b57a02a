"""What both shells promise, over real sockets: reuse, at most once, time-outs, closing."""

from __future__ import annotations

import errno
import pickle
import socket
import threading
from typing import Any

import pytest

from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import Shell
from tuber import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)


def test_calls_follow_each_other_on_one_connection(shell: Shell) -> None:
    with ScriptedServer(serve) as server, shell.resolved(server.hostname) as board:
        assert board.gain == 2.0
        assert [shell.finish(board.read(n)) for n in range(5)] == [[n] for n in range(5)]
        assert server.connections == 1


def test_the_request_names_host_and_media_types(shell: Shell) -> None:
    heads = []

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            heads.append(connection.head)
            answer(connection, asked)

    with ScriptedServer(handler) as server, shell.resolved(server.hostname):
        pass
    assert heads[0].startswith(b"POST /tuber HTTP/1.1\r\nHost: %b\r\n" % server.hostname.encode())


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


def test_a_request_that_was_sent_is_never_sent_again(shell: Shell) -> None:
    calls = []

    def handler(connection: ServedConnection, number: int) -> None:
        asked = connection.read_request()
        answer(connection, asked)
        calls.append(connection.read_request())

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        with pytest.raises(TuberConnectionLost, match=r"Board\.read\(\) may have run"):
            shell.finish(board.read(1))
        assert server.connections == 1
    assert len(calls) == 1


def test_after_a_time_out_a_late_reply_does_not_meet_the_next_call(shell: Shell) -> None:
    timed_out = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if asked.get("args") == ["slow"]:
                assert timed_out.wait(10)
            answer(connection, asked)

    with (
        ScriptedServer(handler) as server,
        shell.resolved(server.hostname, timeout=0.2) as board,
    ):
        with pytest.raises(TuberTimeout):
            shell.finish(board.read("slow"))
        timed_out.set()
        assert shell.finish(board.read("next")) == ["next"]


def test_a_foreign_server_is_named(shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(http_reply("not here", status="404 Not Found"))

    with (
        ScriptedServer(handler) as server,
        pytest.raises(
            TuberProtocolError, match=f"http://{server.hostname}/tuber answered HTTP 404"
        ),
    ):
        shell.resolve(server.hostname, "Board")


def test_close_ends_the_resting_connections_and_a_later_call_makes_one(shell: Shell) -> None:
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
def test_options_that_make_no_sense_are_refused_before_connecting(
    shell: Shell, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        shell.resolve("board", "Board", **options)


class Cuts:
    """Ends connections at a stage, and tells how many calls it got."""

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


def test_a_refused_connection_says_that_the_call_was_not_run(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hostname = f"127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(TuberConnectionRefused, match="was not run") as caught:
        shell.resolve(hostname, "Board")
    assert caught.value.errno == errno.ECONNREFUSED
    assert not caught.value.may_have_run


def test_a_name_without_an_address_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(TuberNetworkError, match="No address is known for the name 'board'"):
        shell.resolve("board", "Board")


def test_the_next_address_of_a_name_is_tried(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dead = listener.getsockname()
    with ScriptedServer(serve) as server:

        def getaddrinfo(*args: object, **kwargs: object) -> list[Any]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, dead), (*kind, ("127.0.0.1", server.port))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        with shell.resolved(f"board:{server.port}") as board:
            assert shell.finish(board.read(1)) == [1]


def test_what_is_no_http_is_named_and_the_connection_not_used_again(shell: Shell) -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        asked = connection.read_request()
        answer(connection, asked)
        if number == 1:
            connection.read_request()
            connection.send(b"SSH-2.0\r\n\r\n")
            assert connection.read_request() is None
        else:
            serve(connection, number)

    with ScriptedServer(handler) as server, shell.resolved(server.hostname) as board:
        with pytest.raises(TuberProtocolError, match="malformed HTTP reply"):
            shell.finish(board.read(1))
        shell.finish(board.tuber_resolve(force=True))
        assert server.connections == 2


def test_big_requests_and_replies_get_through(shell: Shell) -> None:
    text = "x" * 3_000_000
    with ScriptedServer(serve) as server, shell.resolved(server.hostname) as board:
        for _ in range(2):
            assert shell.finish(board.read(text)) == [text]
        assert server.connections == 1
