"""Instruction counts are judged by the record, goals by ratios; the page shows the record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.compare import is_met
from benchmarks.instructions.__main__ import RECORDED, judge, table
from benchmarks.instructions.counting import CLIENTS, ROUNDS, of_paths, server_paths
from benchmarks.publish import PAGE
from benchmarks.servers import Unavailable

HERE = {"compiler": "g++ 12"}


def stretches(times: int, of_times: list[int], of_none: int) -> list[tuple[str, int]]:
    each = [(("a | begin", 999), (f"a | {times}", one), ("a | 0", of_none)) for one in of_times]
    return [stretch for one in each for stretch in one]


def test_a_path_costs_the_cheapest_round_without_the_end_of_a_stretch() -> None:
    assert of_paths(stretches(10, [2500, 1102, 1100, 1101, 9900], 100)) == {"a": 100.0}


@pytest.mark.parametrize(
    "counted",
    [[], stretches(10, [1100] * ROUNDS, 100)[:-1], stretches(10, [100] * ROUNDS, 100)],
    ids=["nothing", "a round is missing", "it costs nothing"],
)
def test_an_incomplete_count_is_an_error(counted: list[tuple[str, int]]) -> None:
    with pytest.raises(Unavailable):
        of_paths(counted)


@pytest.mark.parametrize(
    ("counted", "here", "status", "printed"),
    [
        ({"a": 1050, "b": 1900}, HERE, 0, "2 are within 5%"),
        ({"a": 1051, "b": 2000}, HERE, 1, "COSTS MORE"),
        ({"a": 949, "b": 2000}, HERE, 1, "costs less"),
        ({"a": 1000}, HERE, 1, "was not counted"),
        ({"a": 1000, "b": 2000, "c": 1}, HERE, 1, "new"),
        ({"a": 9999}, {"compiler": "g++ 14"}, 0, "NOTHING WAS COMPARED"),
    ],
)
def test_counts_pass_within_five_percent_of_the_record(
    capsys: Any, counted: dict[str, int], here: dict[str, str], status: int, printed: str
) -> None:
    entry = {"circumstances": HERE, "date": "2026-01-01", "instructions": {"a": 1000, "b": 2000}}
    assert judge(counted, here, [entry]) == status
    assert printed in capsys.readouterr().out


def test_every_path_is_recorded_and_published() -> None:
    entries = json.loads(RECORDED.read_text())
    for entry in entries:
        ends = {name.partition(":")[0] for name in entry["instructions"]}
        server = [name for name in entry["instructions"] if name.startswith("server: ")]
        assert ends == {"server", *CLIENTS}
        assert server == [f"server: {path.name}" for path in server_paths()]
    assert table(entries[-1]) in PAGE.read_text()


def test_a_goal_is_met_by_the_median_ratio_of_the_rounds() -> None:
    values = {"tuber": [50.0, 40.0, 60.0], "floor": [100.0, 100.0, 100.0]}
    goals = (">= 0.5 x floor", ">= 0.6 x floor", "<= 60", "<= 2 x peer")
    assert [is_met(goal, values) for goal in goals] == [True, False, True, False]
