"""When a goal of the benchmarks is met, and how it is written."""

from __future__ import annotations

import pytest

from benchmarks.goals import Goal, at_least, at_most, below
from benchmarks.sides import Side


@pytest.mark.parametrize(
    ("goal", "found", "met"),
    [
        (at_least(0.8, Side.FLOOR), 0.8, True),
        (at_least(0.8, Side.FLOOR), 0.79, False),
        (at_most(0.8, Side.FLOOR), 0.8, True),
        (at_most(0.8, Side.FLOOR), 0.81, False),
        (at_most(3), 3.0, True),
        (at_most(3), 3.1, False),
        (below(1), 0.99, True),
        (below(1), 1.0, False),
    ],
)
def test_a_goal_bounds_what_was_found(goal: Goal, found: float, met: bool) -> None:
    assert goal.is_met(found) is met


@pytest.mark.parametrize("goal", [at_least(0, Side.PEER), at_most(1000), below(1000)])
def test_a_goal_of_which_nothing_was_found_is_not_met(goal: Goal) -> None:
    assert not goal.is_met(None)


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (at_least(0.85, Side.FLOOR), ">= 0.85 x floor"),
        (at_least(8, Side.PEER), ">= 8 x peer"),
        (at_most(1 / 20, Side.PEER), "<= 1/20 x peer"),
        (at_most(1 / 3, Side.PEER), "<= 1/3 x peer"),
        (at_most(60), "<= 60"),
        (below(1), "< 1"),
    ],
)
def test_a_goal_reads_as_in_the_table_of_goals(goal: Goal, text: str) -> None:
    assert str(goal) == text
