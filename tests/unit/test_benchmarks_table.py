"""The tables of the benchmarks: their cells, and their places in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.documents import PAGE, README, write_documents
from benchmarks.goals import at_least
from benchmarks.results import Found, Results, RowResult
from benchmarks.rows import NOTHING_RATE, Row
from benchmarks.sides import Side
from benchmarks.table import (
    FULL_HEADINGS,
    HEADINGS,
    cells,
    full_cells,
    missed_to_markdown,
    number,
    to_full_markdown,
    to_markdown,
    to_text,
)
from tests.support.benchmark_results import WHERE, rates, whole_run

ROW = Row("calls", "requests/s", NOTHING_RATE, (at_least(0.85, Side.FLOOR), at_least(8, Side.PEER)))
MEASURED = RowResult(
    ROW,
    Found(
        {
            Side.OURS: rates([36_000.0, 35_000.0, 37_000.0]),
            Side.FLOOR: rates([40_000.0, 39_000.0, 41_000.0]),
            Side.PEER: rates([5_000.0, 5_000.0, 5_000.0]),
        }
    ),
)
FAILED = Found({Side.FLOOR: rates([4e4]), Side.OURS: rates([5.0])}, {Side.PEER: "it fell over"})


def test_a_measured_row_shows_values_ratios_and_each_goal() -> None:
    assert dict(zip(HEADINGS, cells(MEASURED), strict=True)) == {
        "what": "calls, requests/s",
        "tuber": "36,000",
        "floor": "40,000",
        "peer": "5,000",
        "/ floor": "0.90",
        "/ peer": "7.20",
        "goal": ">= 0.85 x floor, >= 8 x peer",
        "met": "yes, NO",
    }


def test_in_full_each_side_has_rounds_percentiles_and_cpu_times_and_the_goals_beside_it() -> None:
    ours, floor, peer = (
        dict(zip(FULL_HEADINGS, line, strict=True)) for line in full_cells(MEASURED)
    )
    assert ours["rounds"] == "35,000 to 37,000"
    assert (ours["p50, us"], ours["p99, us"]) == ("27.8", "69.4")
    assert ours["CPU of server, us/call"] == "11.1"
    assert ours["CPU of client, us/call"] == "8.33"
    assert (ours["tuber / side"], ours["goal"]) == ("-", "-")
    assert floor["what"] == ""
    assert (floor["tuber / side"], floor["its rounds"]) == ("0.90", "0.90 to 0.90")
    assert (floor["goal"], floor["met"]) == (">= 0.85 x floor", "yes")
    assert (peer["goal"], peer["met"]) == (">= 8 x peer", "NO")


def test_a_side_that_failed_is_an_error_and_misses_its_goals() -> None:
    line = dict(zip(HEADINGS, cells(RowResult(ROW, FAILED)), strict=True))
    assert line["peer"] == "error"
    assert line["/ peer"] == "-"
    assert line["met"] == "NO, NO"
    text = to_text(Results(WHERE, {NOTHING_RATE.key: FAILED}))
    assert "error: method that does nothing, 1 connection: peer: it fell over" in text


def test_a_small_ratio_is_written_as_a_fraction() -> None:
    small = RowResult(ROW, Found({Side.OURS: rates([50.0]), Side.PEER: rates([1_000.0])}))
    assert cells(small)[HEADINGS.index("/ peer")] == "1/20"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (1234.6, "1,235"), (99.5, "99.5"), (-0.0039, "-0.0039")]
)
def test_a_number_is_as_long_as_it_means_something(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_missed_goal_is_listed_with_what_was_reached() -> None:
    found = {NOTHING_RATE.key: MEASURED.found}
    assert missed_to_markdown(Results(WHERE, found)).splitlines()[2:] == [
        "| method that does nothing, 1 connection | >= 8 x peer | 7.2 |"
    ]
    assert missed_to_markdown(Results(WHERE, {})) == "None is.\n"


def test_a_goal_that_is_just_missed_does_not_look_as_if_it_were_met() -> None:
    close = Found({Side.OURS: rates([31_990.0]), Side.FLOOR: rates([4e4]), Side.PEER: rates([4e3])})
    (line,) = missed_to_markdown(Results(WHERE, {NOTHING_RATE.key: close})).splitlines()[3:]
    assert line.endswith("| >= 8 x peer | 7.997 |")


def test_documents_get_their_tables_between_the_marks_and_nothing_else(tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "benchmarks.md"
    readme.write_text(README.read_text())
    page.write_text(PAGE.read_text())
    results = whole_run()
    write_documents(results, readme, page)
    first = readme.read_text(), page.read_text()
    write_documents(results, readme, page)
    assert (readme.read_text(), page.read_text()) == first
    assert to_markdown(results) in first[0]
    assert to_full_markdown(results) in first[1]
    assert missed_to_markdown(results) in first[1]
    assert first[0].partition("<!-- benchmark")[0] == README.read_text().partition("<!-- bench")[0]


def test_a_document_without_its_marks_is_refused_and_none_is_written(tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "benchmarks.md"
    readme.write_text(README.read_text())
    page.write_text("nothing")
    with pytest.raises(ValueError, match="no part between"):
        write_documents(whole_run(), readme, page)
    assert readme.read_text() == README.read_text()
