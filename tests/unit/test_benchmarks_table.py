"""The table of the benchmarks: its cells, its place in a document, its JSON."""

from __future__ import annotations

import json

import pytest

from benchmarks.goals import at_least
from benchmarks.machine import Circumstances
from benchmarks.measurements import CallRequest, RequestRate
from benchmarks.rows import ROWS, Row
from benchmarks.run import RowResult
from benchmarks.sides import Side
from benchmarks.table import BEGIN, END, HEADINGS, cells, replace_table, to_json, to_text

ROW = Row(
    "calls",
    "requests/s",
    RequestRate(CallRequest(b"{}"), connections=1),
    (at_least(0.85, Side.FLOOR), at_least(8, Side.PEER)),
)
MEASURED = RowResult(ROW, {Side.OURS: 36_000.0, Side.FLOOR: 40_000.0, Side.PEER: 5_000.0})
FAILED = RowResult(ROW, {Side.FLOOR: 40_000.0, Side.OURS: 5.0}, {Side.PEER: "it fell over"})
WHERE = Circumstances("2026-01-01T00:00+00:00", "A processor", 2, "Linux", "3.11", "1.0", "0.18.7")


def test_a_measured_row_shows_values_ratios_and_each_goal() -> None:
    assert dict(zip(HEADINGS, cells(MEASURED), strict=True)) == {
        "what": "calls",
        "unit": "requests/s",
        "tuber": "36,000",
        "floor": "40,000",
        "peer": "5,000",
        "/ floor": "0.90",
        "/ peer": "7.20",
        "goal": ">= 0.85 x floor, >= 8 x peer",
        "met": "yes, NO",
    }


def test_a_side_that_failed_is_an_error_and_misses_its_goals() -> None:
    line = dict(zip(HEADINGS, cells(FAILED), strict=True))
    assert line["peer"] == "error"
    assert line["/ peer"] == "-"
    assert line["met"] == "NO, NO"
    assert "error: calls: peer: it fell over" in to_text([FAILED], WHERE)


def test_a_small_ratio_is_written_as_a_fraction() -> None:
    small = RowResult(ROW, {Side.OURS: 50.0, Side.PEER: 1_000.0})
    assert cells(small)[HEADINGS.index("/ peer")] == "1/20"


def test_the_table_replaces_what_stood_between_its_marks() -> None:
    document = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    replaced = replace_table(document, "new\n")
    assert replaced == f"above\n{BEGIN}\nnew\n{END}\nbelow\n"
    assert replace_table(replaced, "new\n") == replaced


@pytest.mark.parametrize("document", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_document_without_both_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="no part between"):
        replace_table(document, "new\n")


def test_the_json_has_full_precision_and_each_verdict() -> None:
    written = json.loads(to_json([MEASURED], WHERE))
    assert written["circumstances"]["processor"] == "A processor"
    assert written["rows"][0]["values"]["tuber"] == 36_000.0
    assert [goal["met"] for goal in written["rows"][0]["goals"]] == [True, False]


def test_every_row_has_a_name_of_its_own_and_a_goal_for_us() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.goals
        assert Side.OURS in row.sides
        for goal in row.goals:
            assert goal.beside is None or goal.beside in row.sides
