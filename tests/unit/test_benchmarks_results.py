"""What rows make of the rounds, and that the JSON of a run loses nothing."""

from __future__ import annotations

import json

import pytest

from benchmarks.goals import at_least, at_most
from benchmarks.results import Found, Results, RowResult, collect, from_json, to_json
from benchmarks.rows import NOTHING_RATE, NOTHING_RATE_8, Row, tail
from benchmarks.run import Task
from benchmarks.sample import Sample
from benchmarks.sides import Side
from tests.support.benchmark_results import WHERE, rates, whole_run

ROW = Row("calls", "requests/s", NOTHING_RATE, (at_least(0.85, Side.FLOOR), at_least(8, Side.PEER)))


def result(row: Row = ROW, **rounds: list[float]) -> RowResult:
    return RowResult(row, Found({Side[side]: rates(values) for side, values in rounds.items()}))


def test_a_value_is_the_median_of_the_rounds() -> None:
    assert result(OURS=[5.0, 90.0, 7.0]).value(Side.OURS) == 7.0
    assert result(OURS=[5.0]).value(Side.PEER) is None


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    drifting = result(OURS=[90.0, 45.0, 30.0], FLOOR=[100.0, 50.0, 33.0])
    assert drifting.ratios(Side.FLOOR) == pytest.approx([0.9, 0.9, 0.909], abs=0.001)
    assert drifting.ratio(Side.FLOOR) == pytest.approx(0.9)
    assert drifting.ratio(Side.PEER) is None


def test_goals_are_judged_by_the_ratio_or_by_the_value_alone() -> None:
    measured = result(OURS=[90.0], FLOOR=[100.0], PEER=[15.0])
    assert [measured.is_met(goal) for goal in ROW.goals] == [True, False]
    assert measured.is_met(at_most(90))
    assert not result(FLOOR=[100.0]).is_met(ROW.goals[0])


def test_a_row_of_the_tail_reads_the_percentiles_of_the_same_rounds() -> None:
    row = Row("tail", "ratio", NOTHING_RATE, (at_most(3),), read=tail)
    assert result(row, OURS=[10.0, 20.0]).value(Side.OURS) == pytest.approx(2.5)


def test_a_side_that_the_row_does_not_show_has_no_values_in_it() -> None:
    row = Row("calls", "requests/s", NOTHING_RATE, (), (Side.OURS,))
    assert result(row, OURS=[1.0], PEER=[1.0]).rounds(Side.PEER) == []


def test_a_member_that_some_samples_lack_is_the_median_of_the_others() -> None:
    found = Found({Side.OURS: [Sample(1.0, p99=3.0), Sample(1.0), Sample(1.0, p99=5.0)]})
    assert found.middle(Side.OURS, "p99") == 4.0
    assert found.middle(Side.OURS, "server_cpu") is None
    assert found.middle(Side.PEER, "value") is None


def test_results_come_back_from_json_as_they_were_but_for_the_last_digits() -> None:
    results = whole_run()
    again = from_json(to_json(results))
    assert again.circumstances == WHERE
    assert from_json(to_json(again)) == again
    for key, found in results.found.items():
        for side, samples in found.samples.items():
            for one, other in zip(samples, again.found[key].samples[side], strict=True):
                assert other.value == pytest.approx(one.value, rel=1e-5)
                assert other.percentiles == pytest.approx(one.percentiles, rel=1e-5)
                assert other.histogram == one.histogram


def test_the_json_has_every_round_with_percentiles_and_cpu_time_and_each_verdict() -> None:
    written = json.loads(to_json(whole_run()))
    (row,) = (
        row for row in written["rows"] if row["name"].startswith("method that does nothing, 1")
    )
    assert len(row["rounds"]["tuber"]) == 3
    assert row["ratios"]["floor"] == pytest.approx(0.8)
    assert [goal["met"] for goal in row["goals"]] == [False, True]
    for sample in written["measurements"][row["measurement"]]["rounds"]["peer"]:
        assert sample["p99"] == pytest.approx(2.5 * sample["p50"], rel=1e-4)
        assert sample["server_cpu"] > sample["client_cpu"] > 0


def test_only_rows_that_were_measured_are_results() -> None:
    task = Task(NOTHING_RATE_8, (Side.OURS,), 1)
    task.samples[Side.OURS] = rates([1.0])
    rows = collect([task], WHERE).rows()
    assert {row.row.measurement for row in rows} == {NOTHING_RATE_8}
    assert len(rows) == 2
    assert Results(WHERE, {}).rows() == []
