"""The order of a run: what is measured once for many, in which rounds, and who begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.goals import at_least
from benchmarks.measurements import CallRequest, RequestRate
from benchmarks.rows import Row, tail
from benchmarks.run import Effort, Task, plan
from benchmarks.sample import Sample
from benchmarks.series import Series
from benchmarks.sides import Side

RATE = RequestRate(CallRequest(b"{}"), connections=1)
ROW = Row("calls", "requests/s", RATE, (at_least(0.85, Side.FLOOR),), (Side.FLOOR, Side.OURS))
EFFORT = Effort(rounds=7, seconds=0.1)


def test_equal_measurements_are_taken_once_for_all_who_want_them() -> None:
    tailed = replace(ROW, name="tail", read=tail, sides=(Side.PEER, Side.OURS), rounds=2)
    series = Series("connections", (1, 2), lambda number: RequestRate(RATE.request, number), ())
    first, second = plan([ROW, tailed], [series], EFFORT)
    assert first.measurement == RATE
    assert first.sides == (Side.FLOOR, Side.OURS, Side.PEER)
    assert (first.rounds, second.rounds) == (7, 3)


def test_a_short_run_takes_no_more_rounds_than_it_has() -> None:
    (task,) = plan([replace(ROW, rounds=3)], [], Effort(rounds=2, seconds=0.1))
    assert task.rounds == 2


@pytest.mark.parametrize(("wanted", "numbers"), [(7, [*range(7)]), (3, [0, 3, 5]), (1, [0])])
def test_rounds_that_are_fewer_are_spread_over_the_run(wanted: int, numbers: list[int]) -> None:
    task = Task(RATE, (Side.OURS,), wanted)
    assert [number for number in range(7) if task.takes_part(number, 7)] == numbers


def test_another_side_begins_in_each_round() -> None:
    task = Task(RATE, (Side.FLOOR, Side.OURS, Side.PEER), 3)
    assert {task.turn(number)[0] for number in range(3)} == set(Side)
    assert all(set(task.turn(number)) == set(Side) for number in range(3))


def test_what_a_side_gave_before_it_failed_does_not_count() -> None:
    task = Task(RATE, (Side.OURS, Side.PEER), 2)
    task.samples[Side.PEER] = [Sample(1.0)]
    task.fails(Side.PEER, "it fell over")
    assert task.samples == {}
    assert task.errors == {Side.PEER: "it fell over"}
