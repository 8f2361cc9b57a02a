"""Which address is tried when."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from tuber.network.race import ATTEMPT_DELAY_SECONDS, Race


def place(family: int, host: str) -> Any:
    return (family, socket.SOCK_STREAM, 6, "", (host, 80))


V6 = [place(socket.AF_INET6, f"fe80::{n}") for n in range(3)]
V4 = [place(socket.AF_INET, f"10.0.0.{n}") for n in range(2)]


def order(places: list[Any]) -> list[Any]:
    race = Race(places, 0.0)
    begun = [race.due(n * ATTEMPT_DELAY_SECONDS) for n in range(len(places))]
    assert race.due(99.0) is None
    return begun


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([*V6, *V4], [V6[0], V4[0], V6[1], V4[1], V6[2]]),
        ([*V4, *V6], [V4[0], V6[0], V4[1], V6[1], V6[2]]),
        ([V6[0], V4[0], V6[1]], [V6[0], V4[0], V6[1]]),
        (V4, V4),
    ],
)
def test_families_take_turns_and_the_systems_first_choice_is_first(
    places: list[Any], expected: list[Any]
) -> None:
    assert order(places) == expected


def test_the_next_attempt_waits_a_moment() -> None:
    race = Race(V4, 10.0)
    assert race.seconds_to_next(10.0) == 0
    assert race.due(10.0) == V4[0]
    assert race.due(10.1) is None
    assert race.seconds_to_next(10.1) == pytest.approx(0.15)
    assert race.due(10.25) == V4[1]
    assert race.seconds_to_next(10.25) is None


def test_after_a_failure_the_next_attempt_is_due_at_once() -> None:
    race = Race(V4, 10.0)
    race.due(10.0)
    race.failed(OSError())
    assert not race.lost
    assert race.due(10.0) == V4[1]
    race.failed(OSError())
    assert race.lost


def test_a_refusal_says_more_than_other_faults() -> None:
    race = Race([*V4, *V6], 0.0)
    refusal = ConnectionRefusedError(errno.ECONNREFUSED, "refused")
    for fault in (OSError(errno.ENETUNREACH, "unreachable"), refusal, OSError("another")):
        race.due(9.0)
        race.failed(fault)
    assert race.fault() is refusal


def test_a_name_without_addresses_is_a_race_lost() -> None:
    race = Race([], 0.0)
    assert race.lost
    assert race.due(0.0) is None
    assert "no address" in str(race.fault())
