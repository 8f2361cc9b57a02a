"""The comparison with other tools: its figures, its table, and that whoever fails is told as such.

The tools that are here anyway, tuber and the standard library's, are run for a moment; the others
are installed by `nox -s bench_peers` alone.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import marks
from benchmarks.machine import Circumstances
from benchmarks.peers.catalogue import TOOLS, TUBER, Many, Tool
from benchmarks.peers.client import (
    WrongAnswerError,
    check_batch,
    check_increment,
    check_nothing,
    check_samples,
    durations,
)
from benchmarks.peers.environments import TOOLS_DIRECTORY, ToolEnvironment, prepare
from benchmarks.peers.instrument import SAMPLES
from benchmarks.peers.places import Place, places
from benchmarks.peers.run import (
    Effort,
    ToolError,
    ToolResult,
    measure,
    measure_once,
    merged,
    parse_taken,
    works_of,
)
from benchmarks.peers.table import HEADINGS, MARK, lines, to_json, to_markdown, to_text
from benchmarks.peers.works import (
    BATCH,
    Figures,
    Outcome,
    Taken,
    Work,
    taken_from_json,
    taken_to_json,
)

ROOT = Path(__file__).parents[2]
HERE = ToolEnvironment(Path(sys.executable), str(ROOT))
WHERE = Circumstances("2026-01-01T00:00+00:00", "A processor", 2, "Linux", "3.11", "1.0", "0.18.7")
OTHER = Tool("Other", "other", ("other==2.5", "numpy"), Many.STREAM)
XMLRPC = next(tool for tool in TOOLS if tool.module == "xmlrpc_threads")


def result(tool: Tool, call: float, rate: float, batch: Outcome) -> ToolResult:
    timed = Figures(call, 2 * call)
    works = dict.fromkeys((Work.NOTHING, Work.INCREMENT, Work.SAMPLES), timed)
    return ToolResult(tool, {**works, Work.BATCH: batch, Work.CLIENTS: Figures(call, call, rate)})


OURS = result(TUBER, 20e-6, 50_000.0, Figures(2e-3, 3e-3))
THEIRS = result(OTHER, 80e-6, 4_000.0, Figures(1e-3, 1e-3))


# --- figures --------------------------------------------------------------------------------------


def test_figures_are_the_median_and_what_one_of_a_hundred_exceeds() -> None:
    figures = Figures.of([float(number) for number in range(100, 0, -1)])
    assert (figures.median, figures.p99) == (50.5, 99.0)
    assert Figures.of([3.0]) == Figures(3.0, 3.0)


def test_rounds_become_their_medians() -> None:
    rounds: list[dict[Work, Taken]] = [
        {Work.CLIENTS: [Figures(call, 10 * call, 1000 / call)]} for call in (1.0, 9.0, 2.0)
    ]
    assert merged(rounds) == {Work.CLIENTS: Figures(2.0, 20.0, 500.0)}


def test_a_work_that_failed_in_one_round_has_failed() -> None:
    rounds: list[dict[Work, Taken]] = [
        {Work.NOTHING: [Figures(1.0, 1.0)]},
        {Work.NOTHING: "ValueError: no"},
    ]
    assert merged(rounds) == {Work.NOTHING: "ValueError: no"}


def test_the_better_place_counts_by_its_medians_and_not_by_a_lucky_round() -> None:
    one, both = (
        [Figures(call, call, place=place) for call in calls]
        for place, calls in ((Place.ONE_CORE, (1.0, 8.0, 8.0)), (Place.ALL_CORES, (5.0, 4.0, 5.0)))
    )
    rounds: list[dict[Work, Taken]] = [
        {Work.SAMPLES: list(pair)} for pair in zip(one, both, strict=True)
    ]
    assert merged(rounds) == {Work.SAMPLES: Figures(5.0, 5.0, None, Place.ALL_CORES)}


@pytest.mark.parametrize(
    "taken",
    [
        "it fell over",
        [Figures(1.0, 2.0, 3.0)],
        [Figures(1.0, 2.0), Figures(3.0, 4.0, None, Place.ONE_CORE)],
    ],
)
def test_what_was_taken_comes_back_from_json(taken: Taken) -> None:
    assert taken_from_json(json.loads(json.dumps(taken_to_json(taken)))) == taken


def test_a_client_speaks_in_the_last_line_it_prints() -> None:
    printed = (
        'Welcome!\n{"nothing": [{"median": 1, "p99": 2, "rate": null, "place": "one core"}]}\n\n'
    )
    expected = [Figures(1.0, 2.0, None, Place.ONE_CORE)]
    assert parse_taken(printed, [Work.NOTHING]) == {Work.NOTHING: expected}


@pytest.mark.parametrize(
    "printed", ["", "Welcome!", "{}", "[1]", '{"nothing": [{"median": 1}]}', '{"nothing": 3}']
)
def test_a_client_that_says_nothing_of_its_works_has_failed(printed: str) -> None:
    with pytest.raises(ToolError, match="no outcomes"):
        parse_taken(printed, [Work.NOTHING])


def test_a_call_that_takes_long_is_timed_a_few_times_all_the_same() -> None:
    calls: list[None] = []
    assert len(durations(lambda: calls.append(None), 0.0, 5)) == 5
    assert len(calls) == 5


# --- answers --------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Answering:
    """A client whose every answer is the same."""

    answer: Any

    def nothing(self) -> Any:
        return self.answer

    def increment(self, numbers: list[int]) -> Any:
        return self.answer

    def samples(self) -> Any:
        return self.answer

    def nothings(self, count: int) -> Any:
        return self.answer


ONE_MORE = list(range(1, 101))


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (check_nothing, None, [0, b""]),
        (check_increment, tuple(ONE_MORE), [[], list(range(100)), [float(n) for n in ONE_MORE]]),
        (check_samples, SAMPLES.copy(), [SAMPLES[1:], SAMPLES[::-1], SAMPLES.astype("f4")]),
        (check_samples, SAMPLES.copy(), [SAMPLES.tolist(), SAMPLES.tobytes(), None]),
        (check_batch, [None] * BATCH, [[], [None] * (BATCH - 1), [0] * BATCH]),
    ],
)
def test_only_the_right_answer_is_timed(
    check: Callable[[Answering], None], right: object, wrong: list[object]
) -> None:
    check(Answering(right))
    for answer in wrong:
        with pytest.raises(WrongAnswerError):
            check(Answering(answer))


# --- the table ------------------------------------------------------------------------------------


def test_a_tool_is_shown_beside_tuber_by_how_many_times_as_fast_tuber_is() -> None:
    ours, theirs = (dict(zip(HEADINGS, line, strict=True)) for line in lines([OURS, THEIRS]))
    assert ours == {
        "": TUBER.name,
        "a call, us": "20",
        "its p99": "40",
        "100 ints, us": "20",
        "0.8 MB array, us": "20",
        "1,000 calls in one go, ms": "2",
        "8 clients, calls/s": "50,000",
        "their p99, us": "20",
    }
    assert theirs == {
        "": "Other",
        "a call, us": "80 x 4",
        "its p99": "160",
        "100 ints, us": "80 x 4",
        "0.8 MB array, us": "80 x 4",
        "1,000 calls in one go, ms": "1 (stream) **x 0.5**",  # where tuber is slower
        "8 clients, calls/s": "4,000 x 12",
        "their p99, us": "80",
    }


def test_a_work_that_failed_is_an_error_with_its_reason_and_leaves_the_others() -> None:
    broken = result(OTHER, 80e-6, 4_000.0, "ValueError: a | b\nand so on")
    line = dict(zip(HEADINGS, lines([OURS, broken])[1], strict=True))
    assert line["1,000 calls in one go, ms"] == "error: ValueError: a / b and so on"
    assert line["a call, us"] == "80 x 4"
    assert "error: Other: batch: ValueError: a | b" in to_text([OURS, broken], WHERE)


def test_a_tool_that_could_not_be_had_is_a_line_with_the_reason() -> None:
    missing = ToolResult(OTHER, error="pip failed: " + "x" * 500)
    line = lines([OURS, missing])[1]
    assert line[0] == "Other"
    assert line[1].startswith("error: pip failed: xxx")
    assert len(line[1]) < 120
    assert set(line[2:]) == {"-"}
    assert "x" * 500 in to_text([OURS, missing], WHERE)


def test_without_tuber_there_are_values_and_no_ratios() -> None:
    failed = ToolResult(TUBER, error="it fell over")
    assert lines([failed, THEIRS])[1][1] == "80"


def test_a_tool_that_has_no_way_to_do_a_work_is_not_asked_to() -> None:
    plain = dataclasses.replace(OTHER, many=Many.NONE)
    assert Work.BATCH not in works_of(plain)
    assert set(works_of(OTHER)) == set(Work)
    outcomes = {work: THEIRS.outcomes[work] for work in works_of(plain)}
    line = dict(zip(HEADINGS, lines([OURS, ToolResult(plain, outcomes)])[1], strict=True))
    assert line["1,000 calls in one go, ms"] == "-"


def test_the_json_has_full_precision_and_the_ratios() -> None:
    written = json.loads(to_json([OURS, THEIRS], WHERE, rounds=5, seconds=0.8))
    other = written["tools"][1]
    assert other["works"]["clients"]["rate"] == 4_000.0
    assert other["works"]["clients"]["place"] == "all cores"
    assert other["tuber times as fast"]["clients"] == pytest.approx(12.5)
    assert other["tuber times as fast"]["batch"] == pytest.approx(0.5)
    assert written["circumstances"]["processor"] == "A processor"


def test_the_table_has_its_place_in_the_document() -> None:
    document = (ROOT / "docs" / "benchmarks.md").read_text()
    replaced = marks.replaced(document, MARK, to_markdown([OURS, THEIRS], WHERE))
    assert "| Other | 80 x 4 |" in replaced
    assert "Other: other==2.5, numpy" in replaced
    assert replaced.partition("<!--")[0] == document.partition("<!--")[0]


# --- tools ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.module)
def test_every_tool_is_pinned_and_has_its_module(tool: Tool) -> None:
    assert (TOOLS_DIRECTORY / f"{tool.module}.py").exists()
    assert all("==" in each for each in tool.requirements if each not in ("numpy", "orjson"))


@pytest.mark.parametrize("tool", [TUBER, XMLRPC], ids=lambda tool: tool.module)
def test_a_tool_does_every_work(tool: Tool) -> None:
    taken = measure_once(tool, HERE, 0.2)
    for work in Work:
        rounds = taken[work]
        assert not isinstance(rounds, str), rounds
        expected = (Place.ALL_CORES,) if work is Work.CLIENTS else places()
        assert [figures.place for figures in rounds] == list(expected)
        for figures in rounds:
            assert 0 < figures.median <= figures.p99
            assert (figures.rate is not None) == (work is Work.CLIENTS)


def test_a_tool_that_does_not_start_is_told_with_its_last_words_and_spoils_no_other() -> None:
    absent = dataclasses.replace(OTHER, module="no_such_tool")
    unavailable = dataclasses.replace(OTHER, name="Unavailable")
    measured = measure(
        {absent: HERE, unavailable: "pip failed", XMLRPC: HERE}, Effort(rounds=1, seconds=0.2)
    )
    assert measured[0].errors == [
        "its server ended with 1: ModuleNotFoundError: "
        "No module named 'benchmarks.peers.tools.no_such_tool'"
    ]
    assert measured[1].errors == ["pip failed"]
    assert measured[2].errors == []


@pytest.mark.slow
def test_a_package_that_can_not_be_had_is_the_reason_of_its_tool_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmarks.environment.CACHE", tmp_path)
    nowhere = dataclasses.replace(OTHER, requirements=(str(tmp_path / "no-such-package"),))
    reason = prepare([nowhere])[nowhere]
    assert isinstance(reason, str)
    assert reason.startswith("can't be installed: ERROR: ")
    assert "no-such-package" in reason
