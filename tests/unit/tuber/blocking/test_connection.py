"""One connection: errors while it is made and used."""

from __future__ import annotations

import errno
import socket
import threading
from time import monotonic
from typing import Any, ClassVar

import pytest

from tests.support.scripted_server import ScriptedServer, ServedConnection, echo, http_reply
from tuber import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)
from tuber._target import Target
from tuber._timing import Timing
from tuber.blocking.connection import Connection
from tuber.network.address import Address
from tuber.network.errors import exchange_error
from tuber.network.exchange import finish
from tuber.network.request_head import RequestHead
from tuber.network.route import Route, route_to
from tuber.protocol import Call

HEAD = RequestHead("board", ["application/json"])


def connect(server: ScriptedServer) -> Connection:
    return Connection(route_to(Target(server.hostname)), Timing(), None, "Board.read()")


def exchange(connection: Connection, body: bytes = b"{}", deadline: float | None = None) -> Any:
    return finish(connection.exchange(HEAD.encode(body), "Board.read()", deadline))


PLACE = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1))


class UnreachableSocket:
    """A socket that can't connect; it keeps the seconds that each of them was given."""

    given: ClassVar[list[float | None]] = []
    fault: ClassVar[Exception] = TimeoutError()
    closed = 0

    def __init__(self, *family: int) -> None:
        pass

    def settimeout(self, seconds: float | None) -> None:
        self.given.append(seconds)

    def connect(self, place: object) -> None:
        raise self.fault

    def close(self) -> None:
        type(self).closed += 1


def unreachable(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> type[UnreachableSocket]:
    """Let the name have one address, or none with an error; no connection can be made."""

    class Unreachable(UnreachableSocket):
        given: ClassVar[list[float | None]] = []

    Unreachable.fault = fault

    def getaddrinfo(*name: object, **kind: object) -> list[Any]:
        if isinstance(fault, (socket.gaierror, UnicodeError)):
            raise fault
        return [PLACE]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "socket", Unreachable)
    return Unreachable


def test_a_refused_connection_says_that_the_call_was_not_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TuberConnectionRefused, match="refused") as caught:
        Connection(Route(Address("127.0.0.1", port)), Timing(), None, "Board.read()")
    assert f"http://127.0.0.1:{port}/tuber; Board.read() was not run" in str(caught.value)
    assert (caught.value.may_have_run, caught.value.errno) == (False, errno.ECONNREFUSED)


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        (TimeoutError(), TuberTimeout, "in time.*switched on"),
        (
            socket.gaierror(-2, "unknown"),
            TuberNetworkError,
            "no address is known for the name 'board'",
        ),
        (UnicodeError("label too long"), TuberNetworkError, "no address is known"),
        (OSError(errno.EHOSTUNREACH, "no route"), TuberNetworkError, "no route.*was not run"),
    ],
)
def test_each_way_not_to_get_a_connection_has_its_error(
    monkeypatch: pytest.MonkeyPatch, fault: Exception, kind: type[Exception], message: str
) -> None:
    unreachable(monkeypatch, fault)
    with pytest.raises(kind, match=message) as caught:
        Connection(Route(Address("board")), Timing(), None, "Board.read()")
    assert caught.value.__cause__ is fault


@pytest.mark.parametrize(
    ("timing", "left", "seconds"),
    [(Timing(), None, 10), (Timing(3, 9), 2, 2), (Timing(3, 9), 9, 3), (Timing(None), None, None)],
)
def test_the_shorter_of_the_two_times_holds_for_connecting(
    monkeypatch: pytest.MonkeyPatch, timing: Timing, left: float | None, seconds: float | None
) -> None:
    unreachables = unreachable(monkeypatch, TimeoutError())
    deadline = None if left is None else monotonic() + left
    with pytest.raises(TuberTimeout):
        Connection(Route(Address("board")), timing, deadline, "Board.read()")
    assert unreachables.given == [pytest.approx(seconds, abs=0.5)]
    assert unreachables.closed == 1


def test_a_deadline_that_has_passed_connects_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachables = unreachable(monkeypatch, OSError("never"))
    with pytest.raises(TuberTimeout, match="was not run"):
        Connection(Route(Address("board")), Timing(), monotonic() - 1, "Board.read()")
    assert unreachables.given == []


def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(echo) as server:
        host, _, port = server.hostname.rpartition(":")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            refusing = listener.getsockname()
        places = [(*PLACE[:4], refusing), (*PLACE[:4], (host, int(port)))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *name, **kind: places)
        connection = connect(server)
        assert exchange(connection).status == 200
        connection.close()


def test_the_kernel_is_told_to_notice_a_vanished_peer() -> None:
    with ScriptedServer(echo) as server:
        connection = connect(server)
        sock = connection._socket
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5_000
        connection.close()


def test_a_big_request_and_a_big_reply_get_through() -> None:
    body = b'"' + b"x" * 3_000_000 + b'"'
    with ScriptedServer(echo) as server:
        connection = connect(server)
        for deadline in (None, monotonic() + 20):
            reply = exchange(connection, body, deadline)
            assert bytes(reply.body) == b'{"result": ' + body + b"}"
        connection.close()


def cut(reply: bytes, reset: bool) -> Any:
    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(reply)
        if reset:
            connection.reset()

    return handler


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nConte", http_reply(1)[:-1]])
def test_a_connection_that_ends_before_the_reply_may_have_run(reply: bytes, reset: bool) -> None:
    with ScriptedServer(cut(reply, reset)) as server:
        connection = connect(server)
        with pytest.raises(TuberConnectionLost, match=r"Board\.read\(\) may have run") as caught:
            exchange(connection)
        assert caught.value.may_have_run
        assert connection._socket.fileno() == -1


def test_a_reply_may_end_with_its_connection() -> None:
    with ScriptedServer(cut(b'HTTP/1.1 200 OK\r\n\r\n{"result": 1}', reset=False)) as server:
        connection = connect(server)
        reply = exchange(connection)
        assert (reply.body, reply.keep_alive) == (b'{"result": 1}', False)
        assert connection._socket.fileno() == -1


def test_a_reply_that_is_no_http_names_the_server_and_closes() -> None:
    with ScriptedServer(cut(b"SSH-2.0-OpenSSH\r\n\r\n", reset=False)) as server:
        connection = connect(server)
        with pytest.raises(TuberProtocolError, match=f"http://{server.hostname}/tuber: malformed"):
            exchange(connection)
        assert connection._socket.fileno() == -1


@pytest.mark.parametrize("started", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_a_time_out_closes_the_connection(started: bytes) -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(started)
        assert connection.read_request() is None
        closed.set()

    with ScriptedServer(handler) as server:
        connection = connect(server)
        with pytest.raises(TuberTimeout, match=r"the time-out passed.*may have run") as caught:
            exchange(connection, deadline=monotonic() + 0.05)
        assert caught.value.may_have_run
        assert closed.wait(10)


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    with ScriptedServer(echo) as server:
        connection = connect(server)
        with pytest.raises(TuberTimeout, match="was not run") as caught:
            exchange(connection, deadline=monotonic() - 1)
        assert not caught.value.may_have_run
        assert not connection.sent_any


def test_a_time_out_while_sending_was_not_run() -> None:
    release = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        release.wait(20)

    with ScriptedServer(handler) as server:
        connection = connect(server)
        with pytest.raises(TuberTimeout, match="was not run") as caught:
            exchange(connection, b"x" * 50_000_000, monotonic() + 0.1)
        assert not caught.value.may_have_run
        assert connection.sent_any
        release.set()


def test_an_interrupted_exchange_leaves_a_closed_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedServer(echo) as server:
        connection = connect(server)

        def interrupted(deadline: float | None) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(Connection, "_receive", lambda self, deadline: interrupted(deadline))
            with pytest.raises(KeyboardInterrupt):
                exchange(connection)
        assert connection._socket.fileno() == -1


def test_a_vanished_peer_is_said_to_have_vanished() -> None:
    error = exchange_error(
        TimeoutError(errno.ETIMEDOUT, "timed out"), "http://board/tuber", "Board.read()", True
    )
    assert isinstance(error, TuberTimeout)
    assert "the peer vanished" in str(error)


def test_a_connection_that_the_peer_closed_is_stale_at_once() -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(http_reply(1))
        if number == 1:
            connection.close()
            closed.set()
        else:
            connection.read_request()

    with ScriptedServer(handler) as server:
        gone, there = connect(server), connect(server)
        exchange(gone)
        exchange(there)
        assert closed.wait(10)
        assert gone.is_stale()
        assert not there.is_stale()
        gone.close()
        there.close()


def test_a_connection_that_was_reset_is_stale() -> None:
    made, gone = threading.Event(), threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        assert made.wait(10)
        connection.reset()
        gone.set()

    with ScriptedServer(handler) as server:
        connection = connect(server)
        made.set()
        assert gone.wait(10)
        assert connection.is_stale()
        connection.close()


def test_a_connection_on_which_the_peer_wrote_unasked_is_stale() -> None:
    wrote = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        connection.send(http_reply("408"))
        wrote.set()
        connection.read_request()

    with ScriptedServer(handler) as server:
        connection = connect(server)
        assert wrote.wait(10)
        assert connection.is_stale()
        connection.close()


def test_a_description_that_does_not_come_is_asked_for_again() -> None:
    asked = Call(None, resolve=True)
    for fault in (TimeoutError(), ConnectionResetError()):
        text = str(exchange_error(fault, "http://board", asked, sent_all=True))
        assert "the description of the registry may be asked for again. Is it a tuber" in text
