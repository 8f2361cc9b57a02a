"""Connecting, without sockets: the order of attempts, and the errors."""

from __future__ import annotations

import errno
import socket
from time import monotonic
from typing import Any

import pytest

from tuber import TuberConnectionRefused, TuberNetworkError, TuberTimeout, TuberUnreachable
from tuber.network.address import Address
from tuber.network.connecting import ATTEMPT_DELAY_SECONDS, connect, race
from tuber.network.exchange import run_without_suspending
from tuber.options import Timing

WINNER: Any = object()
FAULT = OSError(errno.ENETUNREACH, "unreachable")


def place(family: int, host: str) -> Any:
    return (family, socket.SOCK_STREAM, 6, "", (host, 80))


V6 = [place(socket.AF_INET6, f"fe80::{n}") for n in range(3)]
V4 = [place(socket.AF_INET, f"10.0.0.{n}") for n in range(2)]


class ScriptedAttempts:
    """Connection attempts with given outcomes; None is a timeout.

    Attributes:
        journal: the addresses tried, and the seconds of each wait.
    """

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.journal: list[Any] = []
        self.cancelled = False

    def start(self, place: Any) -> None:
        self.journal.append(place)

    async def ended(self, seconds: float | None) -> Any:
        self.journal.append(seconds)
        return self.outcomes.pop(0)

    async def cancel(self) -> None:
        self.cancelled = True


def run(places: list[Any], attempts: ScriptedAttempts) -> Any:
    return run_without_suspending(race(places, attempts))


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([*V6, *V4], [V6[0], V4[0], V6[1], V4[1], V6[2]]),
        ([*V4, *V6], [V4[0], V6[0], V4[1], V6[1], V6[2]]),
        ([V6[0], V4[0], V6[1]], [V6[0], V4[0], V6[1]]),
        (V4, V4),
    ],
)
def test_families_alternate_and_the_systems_first_choice_is_first(
    places: list[Any], expected: list[Any]
) -> None:
    attempts = ScriptedAttempts(*[FAULT] * len(places))
    with pytest.raises(OSError, match="unreachable"):
        run(places, attempts)
    assert [each for each in attempts.journal if isinstance(each, tuple)] == expected
    assert attempts.cancelled


def test_the_next_attempt_begins_after_a_delay_or_a_failure_and_the_last_has_no_limit() -> None:
    attempts = ScriptedAttempts(None, FAULT, FAULT, WINNER)
    assert run([*V4, V6[0]], attempts) is WINNER
    assert attempts.journal == [
        V4[0], ATTEMPT_DELAY_SECONDS, V6[0], ATTEMPT_DELAY_SECONDS, V4[1], None, None,
    ]  # fmt: skip
    assert attempts.cancelled


def test_a_refusal_is_reported_before_other_faults() -> None:
    refusal = ConnectionRefusedError(errno.ECONNREFUSED, "refused")
    with pytest.raises(ConnectionRefusedError) as caught:
        run([*V4, V6[0]], ScriptedAttempts(FAULT, refusal, OSError("another")))
    assert caught.value is refusal


def test_a_name_without_addresses_is_a_failure() -> None:
    with pytest.raises(OSError, match="no address"):
        run([], ScriptedAttempts())


class FailingDialler(ScriptedAttempts):
    """A dialler whose lookup fails; it records the time limit."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault
        self.seconds: Any = "never called"

    async def within(self, seconds: float | None, connecting: Any) -> Any:
        self.seconds = seconds
        return await connecting

    async def look_up(self, address: Address) -> Any:
        raise self.fault

    async def open(self, sock: socket.socket) -> Any:
        raise AssertionError("there is no socket")


def fail(
    fault: Exception, timing: Timing | None = None, deadline: float | None = None
) -> tuple[TuberNetworkError, FailingDialler]:
    dialler = FailingDialler(fault)
    with pytest.raises(TuberNetworkError) as caught:
        run_without_suspending(
            connect(dialler, Address("board"), timing or Timing(), deadline, "Board.read()")
        )
    return caught.value, dialler


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        (TimeoutError(), TuberTimeout, "Timed out after 10 s connecting to http://board/tuber; "),
        (socket.gaierror(-2, "unknown"), TuberNetworkError, "Could not resolve the host name "),
        (UnicodeError("too long"), TuberNetworkError, "Could not resolve the host name 'board' "),
        (OSError(errno.EHOSTUNREACH, "no"), TuberUnreachable, "http://board/tuber is unreachable:"),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
            TuberConnectionRefused,
            "Connection refused by http://board/tuber; ",
        ),
    ],
)
def test_each_fault_has_its_error(fault: Exception, kind: type[Exception], message: str) -> None:
    error, _ = fail(fault)
    assert type(error) in (kind, *kind.__subclasses__())
    assert error.__cause__ is fault
    assert (error.may_have_run, error.errno) == (False, getattr(fault, "errno", None))
    assert str(error).startswith(message)
    assert "Board.read() was not run" in str(error)


@pytest.mark.parametrize(
    ("timing", "left", "seconds"),
    [
        (Timing(), None, 10),
        (Timing(3, 9), 2, 2),
        (Timing(3, 9), 9, 3),
        (Timing(None), None, None),
        (Timing(), -1, 0),
    ],
)
def test_the_shorter_of_the_two_timeouts_limits_connecting(
    timing: Timing, left: float | None, seconds: float | None
) -> None:
    _, dialler = fail(TimeoutError(), timing, None if left is None else monotonic() + left)
    assert dialler.seconds == (None if seconds is None else pytest.approx(seconds, abs=0.5))
