"""When a goal of the benchmarks is met, and how it is written."""

from __future__ import annotations

import pytest

from benchmarks.goals import Goal, at_least, at_most
from benchmarks.sides import Side

VALUES = {Side.OURS: 80.0, Side.FLOOR: 100.0, Side.PEER: 10.0}


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (at_least(0.8, Side.FLOOR), True),
        (at_least(0.81, Side.FLOOR), False),
        (at_least(8, Side.PEER), True),
        (at_least(8.1, Side.PEER), False),
        (at_most(0.8, Side.FLOOR), True),
        (at_most(0.79, Side.FLOOR), False),
        (at_least(80), True),
        (at_most(80), True),
        (at_most(79), False),
    ],
)
def test_a_goal_compares_our_value_with_its_multiple_of_the_other(goal: Goal, met: bool) -> None:
    assert goal.is_met(VALUES) is met


@pytest.mark.parametrize("missing", [Side.OURS, Side.PEER])
def test_a_goal_without_both_values_is_not_met(missing: Side) -> None:
    values = {side: value for side, value in VALUES.items() if side is not missing}
    assert not at_least(0, Side.PEER).is_met(values)
    assert not at_most(1000, Side.PEER).is_met(values)


def test_a_bound_of_its_own_needs_our_value_only() -> None:
    assert at_most(3).is_met({Side.OURS: 2.0})


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (at_least(0.85, Side.FLOOR), ">= 0.85 x floor"),
        (at_least(8, Side.PEER), ">= 8 x peer"),
        (at_most(1 / 20, Side.PEER), "<= 1/20 x peer"),
        (at_most(1 / 3, Side.PEER), "<= 1/3 x peer"),
        (at_most(60), "<= 60"),
    ],
)
def test_a_goal_reads_as_in_the_table_of_goals(goal: Goal, text: str) -> None:
    assert str(goal) == text
