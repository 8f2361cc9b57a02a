"""The rule 'at most once', without sockets: which connection a request goes over."""

from __future__ import annotations

from typing import Any

import pytest

from tuber._timing import Timing
from tuber.errors import TuberConnectionLost, TuberNetworkError, TuberTimeout
from tuber.network.exchange import exchange, finish
from tuber.network.http1 import Reply, parse_head
from tuber.network.request_head import RequestHead
from tuber.session.session import Request

HEAD = RequestHead("board", ["application/json"])
REPLY = Reply(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 0"), b"", keep_alive=True)
CLOSING = Reply(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 0"), b"", keep_alive=False)


class Wire:
    """A connection that answers, or fails, as it is told."""

    def __init__(self, outcome: Reply | BaseException, sent_any: bool = False) -> None:
        self.outcome = outcome
        self.sent_any = sent_any
        self.requests = 0

    async def exchange(self, buffers: list[bytes], called: object, deadline: float | None) -> Reply:
        self.requests += 1
        if isinstance(self.outcome, Reply):
            return self.outcome
        raise self.outcome


class Wires:
    """A pool that keeps a journal."""

    def __init__(self, resting: list[Wire], new: Wire | None = None) -> None:
        self.resting = resting
        self.new = new
        self.ended: list[Any] = []

    def occupy(self) -> bool:
        return True

    async def wait(self, deadline: float | None, called: object) -> None:
        raise AssertionError("there is a place")

    def take(self) -> Wire | None:
        return self.resting.pop() if self.resting else None

    async def make(self, timing: Timing, deadline: float | None, called: object) -> Wire:
        if self.new is None:
            raise TuberNetworkError("unreachable")
        return self.new

    def give_back(self, connection: Wire) -> None:
        self.ended.append(connection)

    def give_up(self) -> None:
        self.ended.append(None)


def run(pool: Wires, timing: Timing | None = None) -> Reply:
    return finish(exchange(pool, HEAD, timing or Timing(), Request(b"{}", "Board.read()")))


UNSENT = TuberConnectionLost("closed")


def test_a_connection_that_rested_is_used_and_rests_again() -> None:
    wire = Wire(REPLY)
    pool = Wires([wire])
    assert run(pool) is REPLY
    assert pool.ended == [wire]


def test_without_one_that_rests_a_new_one_is_made() -> None:
    wire = Wire(REPLY)
    pool = Wires([], wire)
    assert run(pool) is REPLY
    assert pool.ended == [wire]


def test_a_connection_that_closes_does_not_rest() -> None:
    pool = Wires([Wire(CLOSING)])
    assert run(pool) is CLOSING
    assert pool.ended == [None]


def test_a_request_of_which_nothing_left_goes_over_the_next_connections() -> None:
    gone, also_gone, new = Wire(UNSENT), Wire(UNSENT), Wire(REPLY)
    pool = Wires([gone, also_gone], new)
    assert run(pool) is REPLY
    assert [each.requests for each in (gone, also_gone, new)] == [1, 1, 1]
    assert pool.ended == [new]


@pytest.mark.parametrize(
    ("wire", "new"),
    [
        (Wire(TuberConnectionLost("cut"), sent_any=True), None),
        (Wire(TuberTimeout("slow")), None),
        (Wire(KeyboardInterrupt()), None),
        (None, Wire(TuberConnectionLost("closed"))),
        (None, Wire(TuberTimeout("slow"))),
    ],
)
def test_whatever_else_fails_is_not_sent_again(wire: Wire | None, new: Wire | None) -> None:
    other = Wire(REPLY)
    pool = Wires([other, wire] if wire else [], new or other)
    outcome = (wire or new).outcome  # type: ignore[union-attr]
    with pytest.raises(type(outcome)) as caught:  # type: ignore[arg-type]
        run(pool)
    assert caught.value is outcome
    assert other.requests == 0
    assert pool.ended == [None]


def test_a_connection_that_can_not_be_made_gives_its_place_up() -> None:
    pool = Wires([])
    with pytest.raises(TuberNetworkError):
        run(pool)
    assert pool.ended == [None]


class Suspends:
    def __await__(self) -> Any:
        yield


def test_what_waits_for_a_loop_is_an_error_and_no_hang() -> None:
    async def waiting() -> None:
        await Suspends()

    with pytest.raises(RuntimeError, match="waits for an event loop"):
        finish(waiting())
