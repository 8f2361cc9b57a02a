"""The rows of the benchmarks: the goals of the design, all of them, with its figures."""

from __future__ import annotations

import pytest

from benchmarks.measurements import ClientScript, RequestRate
from benchmarks.placement import Placement
from benchmarks.rows import APART, GOALS, MORE, NOTHING, ROWS, Row, tail
from benchmarks.sample import Sample
from benchmarks.series import SERIES
from benchmarks.sides import Side

DESIGNED = {
    "method that does nothing, 1 connection": [">= 0.85 x floor", ">= 8 x peer"],
    "Python method adding 1 to 100 ints, 1 connection": [">= 0.6 x floor", ">= 6 x peer"],
    "C++ method adding 1 to 100 ints, 1 connection": [">= 4 x peer"],
    "method that does nothing, 8 connections": [">= 6 x peer"],
    "the same: 99th percentile of the latency over the median": ["<= 3"],
    "C++ method adding 1 to 100 ints, 8 connections": [">= 6 x peer"],
    "with C++, the same: 99th percentile over the median": ["<= 3"],
    "synchronous call of the client": ["<= 1.6 x floor", "<= 1/20 x peer"],
    "asynchronous call of the client": ["<= 1/5 x peer"],
    "batch of 10,000 calls, from Python to the results": ["<= 1/10 x peer"],
    "0.8 MB float64 array, from the method to the client": ["<= 2 x floor", "<= 1/8 x peer"],
    "call on a new connection: 10,000 idle ones open over none": ["<= 1.2"],
    "memory for 10,000 idle connections": ["<= 64"],
    "memory gained in 1,000,000 calls": ["< 1"],
    "import tuber": ["<= 60", "<= 1/3 x peer"],
}


def test_every_goal_of_the_design_is_asked_in_its_order() -> None:
    assert {row.name: [str(goal) for goal in row.goals] for row in GOALS} == DESIGNED
    assert [row.name for row in GOALS] == list(DESIGNED)


def test_rows_on_a_core_each_ask_what_their_twins_on_one_core_ask() -> None:
    twins = {row.name: row for row in GOALS}
    for row in APART:
        assert isinstance(row.measurement, RequestRate | ClientScript)
        assert row.measurement.placement is not Placement.ONE_CORE
        name = row.name.partition(": ")[2].replace(
            "the same, 99th percentile over", "the same: 99th percentile of the latency over"
        )
        assert row.goals == twins[name].goals


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_goal_is_beside_somebody_who_is_measured(row: Row) -> None:
    assert Side.OURS in row.sides
    assert all(goal.beside is None or goal.beside in row.sides for goal in row.goals)
    assert row.goals or row in MORE


def test_names_and_keys_belong_to_one_row_or_measurement_alone() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    measurements = {row.measurement for row in ROWS} | {
        series.measurement(number) for series in SERIES for number in series.numbers
    }
    assert len({measurement.key for measurement in measurements}) == len(measurements)


def test_the_tail_is_the_99th_percentile_over_the_median() -> None:
    assert tail(Sample(1.0, p50=40.0, p99=100.0)) == 2.5
    with pytest.raises(ValueError, match="no percentiles"):
        tail(Sample(1.0, p50=40.0))


def test_a_request_in_json_is_what_a_peer_would_post() -> None:
    assert NOTHING.body == b'{"object": "instrument", "method": "nothing"}'
