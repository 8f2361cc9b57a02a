"""How speed scales: how growth is judged, what load reports tell, tables and plots of it all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.closed_loop import LoadReport, report_from
from benchmarks.documents import PAGE
from benchmarks.held import Held
from benchmarks.load import LoadError
from benchmarks.machine import Circumstances
from benchmarks.placement import one_core
from benchmarks.scaling.busy import BusyRow
from benchmarks.scaling.cbor_request import call_with_floats
from benchmarks.scaling.connections import ConnectionsRow, combined
from benchmarks.scaling.cores import CoresLine
from benchmarks.scaling.findings import Findings
from benchmarks.scaling.growth import QUESTIONS, Line
from benchmarks.scaling.growth_law import Growth, Law
from benchmarks.scaling.tables import duration, parts
from benchmarks.sides import Side
from tuber.codec.cbor import CborCodec

HELD = Held(memory_kibibytes=30 * 1024, threads=10, descriptors=15)
PRINTED = {
    "connections": 8, "threads": 2, "seconds": 1, "replies": 2000, "calls": 1600,
    "calls_per_second": 1600.0, "p50": 40.0, "p90": 60.0, "p99": 90.0, "p99.9": 200.0,
    "max": 4000.0, "worst_connection_p99": 95.0, "least_calls": 150, "most_calls": 250,
    "unconnected": 0, "unanswered": 0, "lost": 0, "refused": 0, "busy": 0.5,
}  # fmt: skip
WHERE = Circumstances("2026-01-01T00:00+00:00", "A processor", 2, "Linux", "3.11", "1.0", "0.18.7")


def report(**changed: float) -> LoadReport:
    return report_from(json.dumps({**PRINTED, **changed}), HELD, 20_000.0)


@pytest.mark.parametrize(
    ("seconds", "law", "met"),
    [
        ({10: 7.4e-6, 10_000: 7.5e-6}, Law.CONSTANT, True),
        ({10: 7.4e-6, 10_000: 8.3e-6}, Law.CONSTANT, False),
        ({1: 5e-6, 100: 1e-4, 1_000: 1e-3}, Law.LINEAR, True),
        ({1: 5e-6, 100: 1e-4, 1_000: 1.7e-3}, Law.LINEAR, True),  # out of the caches
        ({1: 5e-6, 100: 1e-4, 1_000: 1e-2}, Law.LINEAR, False),
    ],
)
def test_growth_is_judged_by_its_law(seconds: Mapping[int, float], law: Law, met: bool) -> None:
    assert Growth(seconds).obeys(law) is met


def test_the_exponent_is_that_of_the_last_step_in_any_order_of_sizes() -> None:
    assert Growth({100: 4.0, 1: 1.0, 10: 1.0, 1_000: 400.0}).exponent == pytest.approx(2.0)


def test_a_load_report_tells_the_servers_processor_time_of_each_reply() -> None:
    assert report().server_cpu == 10.0
    assert not report().stalled


@pytest.mark.parametrize("trouble", ["unanswered", "lost"])
def test_a_connection_that_was_let_down_is_told(trouble: str) -> None:
    assert report(**{trouble: 1}).stalled


@pytest.mark.parametrize("trouble", ["unconnected", "refused"])
def test_a_load_that_was_not_served_proves_nothing(trouble: str) -> None:
    with pytest.raises(LoadError, match=f"{trouble}: 3 of 8"):
        report(**{trouble: 3})


def test_rounds_are_combined_without_hiding_the_worst() -> None:
    fair, unfair = report(max=9000.0, p50=50.0), report(least_calls=1, p50=60.0)
    together = combined([fair, unfair, report(unanswered=2, p50=70.0)])
    assert (together.p50, together.longest, together.unanswered) == (60.0, 9000.0, 2)
    assert (together.least_calls, together.most_calls) == (1, 250)


@pytest.mark.parametrize("size", [0, 1, 23, 24, 300, 70_000])
def test_the_request_with_an_array_is_what_a_codec_reads(size: int) -> None:
    array = np.arange(size, dtype=np.float64)
    request = CborCodec().decode(call_with_floats("instrument", "take", array))
    assert (request["object"], request["method"]) == ("instrument", "take")
    (argument,) = request["args"]
    assert argument.dtype == np.float64
    assert np.array_equal(argument, array)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7.4e-6, "7.4 us"), (1.5e-3, "1.5 ms"), (2.0, "2 s"), (123.4e-6, "123 us")],
)
def test_a_time_is_shown_in_the_unit_that_suits_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores can't be chosen here")
def test_one_core_is_all_there_is_for_a_while() -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
        command = [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
        assert subprocess.run(command, capture_output=True, check=True).stdout == b"1\n"
    assert os.sched_getaffinity(0) == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is no /proc")
def test_what_a_process_holds_is_read() -> None:
    before = Held.by(os.getpid())
    with Path(__file__).open():
        assert Held.by(os.getpid()).descriptors == before.descriptors + 1
    assert before.threads >= 1
    assert before.memory_kibibytes > 1024


def findings() -> Findings:
    stalled = replace(report(), unanswered=56)
    return Findings(
        WHERE,
        [
            ConnectionsRow(Side.OURS, 8, 0, report()),
            ConnectionsRow(Side.OURS, 64, 0, report()),
            ConnectionsRow(Side.PEER, 64, 0, stalled),
            ConnectionsRow(Side.PEER, 512, 0, None, "fell over"),
        ],
        [CoresLine("tuber", {1: 900.0, 2: 1800.0}), CoresLine("peer", {1: 800.0, 2: 900.0})],
        [BusyRow(Side.OURS, 1, None, report()), BusyRow(Side.OURS, 1, 0.005, report(), 0.8)],
        [
            Line(question, Side.OURS, False, Growth({10: 7e-6, 100: 7e-6, 10_000: 9e-6}))
            for question in QUESTIONS
        ],
    )


def test_the_tables_tell_who_was_let_down_and_what_grew_too_much() -> None:
    found = parts(findings())
    assert "56 never answered" in found["scaling: connections"]
    assert "error: fell over" in found["scaling: connections"]
    assert "| 1,800 |" in found["scaling: cores"]
    assert "| 5 ms |" in found["scaling: a busy thread"]
    (constant,) = [line for line in found["scaling: growth"].splitlines() if "<= 1.1 " in line]
    assert constant.endswith("| NO |")


def test_a_part_that_was_not_measured_leaves_its_place_in_the_page_alone() -> None:
    assert set(parts(Findings(WHERE, cores=findings().cores))) == {"scaling: cores"}


def test_the_page_has_a_place_for_every_part() -> None:
    page = PAGE.read_text()
    for name in parts(findings()):
        assert f"<!-- {name} -->" in page
        assert f"<!-- end of {name} -->" in page


def test_only_what_ours_fails_at_is_a_failure_of_the_run() -> None:
    assert findings().failures() == []
    assert Findings(WHERE, [ConnectionsRow(Side.OURS, 8, 0, replace(report(), lost=1))]).failures()


def test_the_json_keeps_every_value_and_verdict() -> None:
    written = json.loads(findings().to_json())
    assert written["connections"][0]["report"]["held"]["threads"] == 10
    assert written["connections"][2]["side"] == "peer"
    assert [line["met"] for line in written["growth"] if line["law"] == "does not grow"] == [False]


def test_every_part_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from benchmarks.scaling.pictures import draw

    draw(findings(), tmp_path)
    drawn = {path.name for path in tmp_path.iterdir()}
    assert {"scaling-rate.svg", "scaling-waits.svg", "scaling-cores.svg"} <= drawn
    assert len([name for name in drawn if name.startswith("growth-")]) == 4
