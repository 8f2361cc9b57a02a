"""The plots of the benchmarks: what they draw of a run, and that they need nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.plots import draw_all, percentiles_of, shares_of
from benchmarks.results import Found, Results, from_json, to_json
from benchmarks.rows import NOTHING_RATE_8
from benchmarks.sample import Sample, bin_of, histogram, lower_edge
from benchmarks.series import CONNECTIONS
from benchmarks.sides import Side
from tests.support.benchmark_results import whole_run

NAMES = {"latency.svg", "percentiles.svg", "connections.svg", "arrays.svg"}


def texts(path: Path) -> list[str]:
    tree = ElementTree.parse(path)
    return [
        "".join(text.itertext()).strip() for text in tree.iter("{http://www.w3.org/2000/svg}text")
    ]


def test_every_plot_is_drawn_of_the_json_alone_and_the_same_each_time(tmp_path: Path) -> None:
    text = to_json(whole_run())
    first = draw_all(from_json(text), tmp_path / "first")
    second = draw_all(from_json(text), tmp_path / "second")
    assert {path.name for path in first} == NAMES
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert {"floor", "tuber", "predecessor"} <= set(texts(one))


def test_a_plot_of_which_something_was_not_measured_is_left_alone(tmp_path: Path) -> None:
    results = whole_run()
    missing = CONNECTIONS.measurement(64).key
    found = {key: value for key, value in results.found.items() if key != missing}
    drawn = draw_all(Results(results.circumstances, found), tmp_path)
    assert {path.name for path in drawn} == NAMES - {"connections.svg"}


def test_a_line_ends_where_its_side_fails_and_says_so(tmp_path: Path) -> None:
    results = whole_run()
    key = CONNECTIONS.measurement(16).key
    fewer = dict(results.found[key].samples)
    del fewer[Side.PEER]
    found = {**results.found, key: Found(fewer, {Side.PEER: "Failed requests: 3 of 300"})}
    draw_all(Results(results.circumstances, found), tmp_path)
    assert any("fails from 16 on" in text for text in texts(tmp_path / "connections.svg"))


def test_a_histogram_is_of_all_rounds_and_leaves_out_the_latest_thousandth() -> None:
    early, late = histogram([10.0] * 999), histogram([10.0] * 1000 + [1e6])
    found = Found({Side.OURS: [Sample(1.0, histogram=early), Sample(1.0, histogram=late)]})
    edges, shares = shares_of(found, Side.OURS)
    assert edges == pytest.approx([lower_edge(bin_of(10.0) + n) / 1e6 for n in (0, 1)])
    assert shares == pytest.approx([100 * 1999 / 2000])


def test_a_percentile_is_the_median_of_the_rounds_and_the_longest_time_is_none() -> None:
    sample = whole_run().of(NOTHING_RATE_8).samples[Side.OURS][0]
    rounds = [
        replace(sample, percentiles=tuple(part * n for n in range(101))) for part in (1.0, 9.0, 2.0)
    ]
    assert percentiles_of(Found({Side.OURS: rounds}), Side.OURS) == [2.0 * n for n in range(100)]
