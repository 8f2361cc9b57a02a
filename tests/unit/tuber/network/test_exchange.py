"""The rule 'at most once', without sockets: the choice of a request's connection."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.errors import (
    TuberConnectionLost,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)
from tuber.network.address import Address
from tuber.network.exchange import exchange_over_pool, run_without_suspending
from tuber.network.http1 import HttpReply, parse_head
from tuber.network.request_head import RequestHead
from tuber.network.route import Route
from tuber.options import Options, Timing
from tuber.session.messages import Request

HEAD = RequestHead(Address("board"), Options())
REPLY = HttpReply(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 0"), b"", keep_alive=True)
CLOSING = HttpReply(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 0"), b"", keep_alive=False)


class Wire:
    """A connection with a given reply or fault."""

    def __init__(self, outcome: HttpReply | BaseException, sent_any: bool = False) -> None:
        self.outcome = outcome
        self.sent_any = self.sent_all = sent_any
        self.requests = 0

    async def request(self, buffers: list[bytes], deadline: float | None) -> HttpReply:
        self.requests += 1
        if isinstance(self.outcome, HttpReply):
            return self.outcome
        raise self.outcome


class Wires:
    """A pool that keeps a journal."""

    route = Route(Address("board"))

    def __init__(self, idle: list[Wire], new: Wire | None = None) -> None:
        self.idle = idle
        self.new = new
        self.ended: list[Any] = []

    def acquire_slot(self) -> bool:
        return True

    async def wait_for_slot(self, deadline: float | None, called: object) -> None:
        raise AssertionError("there is a free slot")

    def checkout(self) -> Wire | None:
        return self.idle.pop() if self.idle else None

    async def connect(self, timing: Timing, deadline: float | None, called: object) -> Wire:
        if self.new is None:
            raise TuberNetworkError("unreachable")
        return self.new

    def checkin(self, connection: Wire) -> None:
        self.ended.append(connection)

    def release_slot(self) -> None:
        self.ended.append(None)


def run(pool: Wires, timing: Timing | None = None) -> HttpReply:
    return run_without_suspending(
        exchange_over_pool(pool, HEAD, timing or Timing(), Request(b"{}", "Board.read()"))
    )


UNSENT = ConnectionResetError("closed")


def test_an_idle_connection_is_used_and_kept() -> None:
    wire = Wire(REPLY)
    pool = Wires([wire])
    assert run(pool) is REPLY
    assert pool.ended == [wire]


def test_without_an_idle_connection_a_new_one_is_made() -> None:
    wire = Wire(REPLY)
    pool = Wires([], wire)
    assert run(pool) is REPLY
    assert pool.ended == [wire]


def test_a_connection_that_closes_is_not_kept() -> None:
    pool = Wires([Wire(CLOSING)])
    assert run(pool) is CLOSING
    assert pool.ended == [None]


def test_an_unsent_request_is_sent_on_the_next_connections() -> None:
    gone, also_gone, new = Wire(UNSENT), Wire(UNSENT), Wire(REPLY)
    pool = Wires([gone, also_gone], new)
    assert run(pool) is REPLY
    assert [each.requests for each in (gone, also_gone, new)] == [1, 1, 1]
    assert pool.ended == [new]


@pytest.mark.parametrize(
    ("wire", "new", "error"),
    [
        (Wire(ConnectionResetError("cut"), sent_any=True), None, TuberConnectionLost),
        (Wire(TimeoutError("slow")), None, TuberTimeout),
        (Wire(TuberProtocolError("garbage")), None, TuberProtocolError),
        (Wire(KeyboardInterrupt()), None, KeyboardInterrupt),
        (None, Wire(ConnectionResetError("closed")), TuberConnectionLost),
        (None, Wire(TimeoutError("slow")), TuberTimeout),
    ],
)
def test_a_request_is_not_sent_again_after_other_faults(
    wire: Wire | None, new: Wire | None, error: type[BaseException]
) -> None:
    other = Wire(REPLY)
    pool = Wires([other, wire] if wire else [], new or other)
    with pytest.raises(error):
        run(pool)
    assert other.requests == 0
    assert pool.ended == [None]


@pytest.mark.parametrize(
    ("timing", "text"),
    [
        (Timing(), "Timed out waiting for a reply from http://board/tuber; Board.read() may"),
        (Timing(total=5), "Timed out after 5 s waiting for a reply from http://board/tuber; Board"),
        (Timing(total=0.25), "Timed out after 0.2 s waiting"),
    ],
)
def test_a_timeout_names_its_limit(timing: Timing, text: str) -> None:
    with pytest.raises(TuberTimeout) as caught:
        run(Wires([], Wire(TimeoutError(), sent_any=True)), timing)
    assert str(caught.value).startswith(text)


def test_a_failed_connection_releases_its_slot() -> None:
    pool = Wires([])
    with pytest.raises(TuberNetworkError):
        run(pool)
    assert pool.ended == [None]


class Suspends:
    def __await__(self) -> Any:
        yield


def test_a_coroutine_that_suspends_is_an_error_and_no_hang() -> None:
    async def waiting() -> None:
        await Suspends()

    with pytest.raises(RuntimeError, match="waits for an event loop"):
        run_without_suspending(waiting())
