"""One connection: its faults, and whether the request may have run."""

from __future__ import annotations

import errno
import socket
import threading
from time import monotonic
from typing import Any

import pytest

from tests.support.scripted_server import ScriptedServer, ServedConnection, echo, http_reply
from tuber import TuberProtocolError, TuberTimeout
from tuber.blocking.connection import BlockingConnection
from tuber.blocking.pool import BlockingPool
from tuber.network.address import Address, parse_address
from tuber.network.errors import exchange_error
from tuber.network.exchange import run_without_suspending
from tuber.network.request_head import RequestHead
from tuber.network.route import route_to
from tuber.options import Options, Timing
from tuber.protocol import Call

HEAD = RequestHead(Address("board"), Options())


def connect(server: ScriptedServer) -> BlockingConnection:
    route = route_to(parse_address(server.hostname), Options())
    return run_without_suspending(BlockingPool(route).connect(Timing(), None, "Board.read()"))


def exchange(
    connection: BlockingConnection, body: bytes = b"{}", deadline: float | None = None
) -> Any:
    return run_without_suspending(connection.request(HEAD.encode(body), deadline))


def test_the_kernel_probes_the_peer() -> None:
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
def test_a_connection_that_ends_before_the_reply_is_lost(reply: bytes, reset: bool) -> None:
    with ScriptedServer(cut(reply, reset)) as server:
        connection = connect(server)
        with pytest.raises(ConnectionError):
            exchange(connection)
        assert connection.sent_all
        assert connection._socket.fileno() == -1


def test_a_reply_may_end_with_its_connection() -> None:
    with ScriptedServer(cut(b'HTTP/1.1 200 OK\r\n\r\n{"result": 1}', reset=False)) as server:
        connection = connect(server)
        reply = exchange(connection)
        assert (reply.body, reply.keep_alive) == (b'{"result": 1}', False)
        assert connection._socket.fileno() == -1


def test_a_reply_that_is_not_http_closes() -> None:
    with ScriptedServer(cut(b"SSH-2.0-OpenSSH\r\n\r\n", reset=False)) as server:
        connection = connect(server)
        with pytest.raises(TuberProtocolError, match="malformed HTTP reply"):
            exchange(connection)
        assert connection._socket.fileno() == -1


@pytest.mark.parametrize("started", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_a_timeout_closes_the_connection(started: bytes) -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        connection.read_request()
        connection.send(started)
        assert connection.read_request() is None
        closed.set()

    with ScriptedServer(handler) as server:
        connection = connect(server)
        with pytest.raises(TimeoutError):
            exchange(connection, deadline=monotonic() + 0.05)
        assert connection.sent_all
        assert closed.wait(10)


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    with ScriptedServer(echo) as server:
        connection = connect(server)
        with pytest.raises(TimeoutError):
            exchange(connection, deadline=monotonic() - 1)
        assert not connection.sent_any


def test_a_timeout_while_sending_has_not_sent_all() -> None:
    release = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        release.wait(20)

    with ScriptedServer(handler) as server:
        connection = connect(server)
        with pytest.raises(TimeoutError):
            exchange(connection, b"x" * 50_000_000, monotonic() + 0.1)
        assert (connection.sent_any, connection.sent_all) == (True, False)
        release.set()


def test_an_interrupted_exchange_leaves_a_closed_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedServer(echo) as server:
        connection = connect(server)

        def interrupted(deadline: float | None) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(
                BlockingConnection, "_receive", lambda self, deadline: interrupted(deadline)
            )
            with pytest.raises(KeyboardInterrupt):
                exchange(connection)
        assert connection._socket.fileno() == -1


def test_a_dead_peer_is_not_called_a_timeout_of_the_user() -> None:
    fault = TimeoutError(errno.ETIMEDOUT, "timed out")
    error = exchange_error(fault, "http://board/tuber", "Board.read()", True, 5)
    assert isinstance(error, TuberTimeout)
    assert "http://board/tuber no longer responds" in str(error)


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


def test_an_idle_connection_with_unread_bytes_is_stale() -> None:
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


def test_a_lost_description_may_be_requested_again() -> None:
    asked = Call(None, resolve=True)
    for fault in (TimeoutError(), ConnectionResetError()):
        text = str(exchange_error(fault, "http://board", asked, True, None))
        assert "you may repeat the request to describe the registry. Is a tuber" in text
