"""Counts of instructions: out of callgrind's files, beside the recorded ones, in their table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.instructions.__main__ import DOCUMENT, RECORDED, judge, write_down
from benchmarks.instructions.circumstances import Circumstances
from benchmarks.instructions.record import Entry, Verdict, compare, find, load, save
from benchmarks.instructions.report import TABLE, to_markdown
from benchmarks.instructions.server_paths import server_paths
from benchmarks.instructions.stretches import ROUNDS, Count, CountError, count_stretches, counts

HERE = Circumstances(
    "x86_64 avx2", "glibc 2.36", "g++ 12.2.0", "CPython 3.11.7", "orjson 3.13.0", "valgrind-3.19.0"
)
ELSEWHERE = replace(HERE, compiler="g++ 14.2.0")
STRETCH = """# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 4711
cmd:  python -m tuberd
part: {part}
thread: 4

desc: Timerange: Basic block 0 - 149457340
desc: Trigger: {trigger}

positions: line
events: Ir
summary: {instructions}

fn=(19004) operator delete(void*)
0 22

totals: {instructions}
"""


def rounds(path: str, times: int, of_times: list[int], of_none: int) -> list[tuple[str, int]]:
    return [
        stretch
        for instructions in of_times
        for stretch in (
            (f"{path} | begin", 999_999),
            (f"{path} | {times}", instructions),
            (f"{path} | 0", of_none),
        )
    ]


def entry_of(counted: dict[str, int], circumstances: Circumstances = HERE) -> Entry:
    return Entry(circumstances, "2026-01-01T00:00+00:00", counted)


def as_counts(counted: dict[str, int]) -> dict[str, Count]:
    return {path: Count(instructions, 0.001) for path, instructions in counted.items()}


def test_a_path_costs_what_its_repetitions_take_beyond_the_end_of_a_stretch() -> None:
    stretches = rounds("a", 10, [1100, 1100, 1100, 1100, 1100], 100)
    stretches += rounds("b", 2, [500, 500, 500, 500, 500], 100)
    assert count_stretches(stretches) == {"a": Count(100.0, 0.0), "b": Count(200.0, 0.0)}


def test_the_cheapest_round_counts_whatever_happened_in_the_others() -> None:
    (count,) = count_stretches(rounds("a", 10, [2500, 1102, 1100, 1101, 9900], 100)).values()
    assert count.instructions == pytest.approx(100.0)
    assert count.spread == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("stretches", "reason"),
    [
        ([], "no stretches"),
        ([("a | begin", 5)], "no stretches"),
        (rounds("a", 10, [1100] * ROUNDS, 100)[:-1], "'a' has stretches"),
        (rounds("a", 10, [100] * ROUNDS, 100), "'a' costs nothing"),
    ],
)
def test_what_was_not_counted_as_a_whole_is_an_error(
    stretches: list[tuple[str, int]], reason: str
) -> None:
    with pytest.raises(CountError, match=reason):
        count_stretches(stretches)


def test_stretches_are_read_from_callgrinds_files_in_the_order_of_their_numbers(
    tmp_path: Path,
) -> None:
    stretches = rounds("late in the alphabet", 4, [900] * ROUNDS, 100)
    stretches += rounds("early", 4, [500] * ROUNDS, 100)
    for part, (name, instructions) in enumerate(stretches, 1):
        text = STRETCH.format(
            part=part, trigger=f"Client Request: {name}", instructions=instructions
        )
        (tmp_path / f"stretches.{part}-04").write_text(text)
    at_end = STRETCH.format(part=99, trigger="Program termination", instructions=12345)
    (tmp_path / "stretches-01").write_text(at_end)
    (tmp_path / "stretches").write_text("")
    counted = counts(tmp_path)
    assert list(counted) == ["late in the alphabet", "early"]
    assert [count.instructions for count in counted.values()] == [200.0, 100.0]


@pytest.mark.parametrize(
    ("counted", "verdict"),
    [
        (1050, Verdict.SAME),
        (1051, Verdict.MORE),
        (950, Verdict.SAME),
        (949, Verdict.LESS),
    ],
)
def test_five_per_cent_are_tolerated_in_both_directions(counted: int, verdict: Verdict) -> None:
    (comparison,) = compare({"a": 1000}, {"a": counted})
    assert comparison.verdict is verdict
    assert comparison.verdict.passes == (verdict is Verdict.SAME)


def test_a_path_without_a_counterpart_does_not_pass() -> None:
    verdicts = {each.path: each.verdict for each in compare({"gone": 1}, {"new": 1})}
    assert verdicts == {"new": Verdict.NEW, "gone": Verdict.GONE}
    assert not any(verdict.passes for verdict in verdicts.values())


def test_recording_replaces_the_entry_of_the_same_circumstances_and_no_other(
    tmp_path: Path,
) -> None:
    file = tmp_path / "recorded.json"
    save(file, load(file), entry_of({"a": 1}))
    save(file, load(file), entry_of({"a": 2}, ELSEWHERE))
    save(file, load(file), entry_of({"a": 3}))
    assert load(file) == [entry_of({"a": 2}, ELSEWHERE), entry_of({"a": 3})]
    assert find(load(file), HERE) == entry_of({"a": 3})
    assert find(load(file), replace(HERE, libc="musl 1.2")) is None


@pytest.mark.parametrize(
    ("counted", "status", "said"),
    [
        ({"a": 1001, "b": 2000}, 0, "all 2 are within 5%"),
        ({"a": 1001, "b": 2200}, 1, "COSTS MORE"),
        ({"a": 900, "b": 2000}, 1, "costs less: record it"),
        ({"a": 1000}, 1, "was not counted"),
        ({"a": 1000, "b": 2000, "c": 1}, 1, "new: record it"),
    ],
)
def test_the_exit_status_says_whether_the_record_may_stay(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    counted: dict[str, int],
    status: int,
    said: str,
) -> None:
    file = tmp_path / "recorded.json"
    save(file, [], entry_of({"a": 1000, "b": 2000}))
    assert judge(as_counts(counted), HERE, file) == status
    assert said in capsys.readouterr().out


def test_in_unknown_circumstances_nothing_is_compared_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "recorded.json"
    save(file, [], entry_of({"a": 1000}, ELSEWHERE))
    assert judge(as_counts({"a": 5000}), HERE, file) == 0
    printed = capsys.readouterr().out
    assert "NOTHING WAS COMPARED" in printed
    assert "--record" in printed
    assert "5,000" in printed


def test_what_was_written_down_is_compared_with_and_stands_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, document = tmp_path / "recorded.json", tmp_path / "benchmarks.md"
    document.write_text(f"above\n<!-- {TABLE} -->\nold\n<!-- end of {TABLE} -->\nbelow\n")
    write_down(as_counts({"a": 1000}), HERE, file, document)
    assert judge(as_counts({"a": 1100}), HERE, file) == 1
    assert "+10.0%" in capsys.readouterr().out
    assert "| a | 1,000 |" in document.read_text()
    assert "old" not in document.read_text()


def test_the_documents_table_is_what_was_recorded_last() -> None:
    assert to_markdown(load(RECORDED)[-1]) in DOCUMENT.read_text()


def test_all_paths_through_the_server_are_recorded_in_each_circumstances() -> None:
    paths = {f"server: {path.name}" for path in server_paths()}
    for entry in load(RECORDED):
        assert {name for name in entry.instructions if name.startswith("server: ")} == paths
