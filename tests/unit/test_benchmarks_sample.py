"""Percentiles and histograms of the benchmarks, and CPU time of other processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.cpu import microseconds_each, process_seconds
from benchmarks.load import Load
from benchmarks.measurements import load_sample
from benchmarks.sample import BINS_PER_DECADE, bin_of, histogram, lower_edge, percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    ordered = [float(value) for value in range(1, 101)]
    assert percentile(ordered, 50) == 50.0
    assert percentile(ordered, 99) == 99.0
    assert percentile([7.0], 99) == 7.0
    assert percentile([1.0, 2.0], 0) == 1.0


@pytest.mark.parametrize("value", [0.3, 1.0, 5.26, 40.0, 99.9, 100.0, 4e5])
def test_a_value_lies_in_its_bin(value: float) -> None:
    number = bin_of(value)
    assert lower_edge(number) <= value * 1.000001
    assert value < lower_edge(number + 1)


def test_a_histogram_counts_every_value_in_bins_of_equal_ratio() -> None:
    counts = histogram([5.0, 5.01, 50.0, 500.0])
    assert counts == {bin_of(5.0): 2, bin_of(50.0): 1, bin_of(500.0): 1}
    assert bin_of(50.0) - bin_of(5.0) == BINS_PER_DECADE


def test_a_load_is_told_in_microseconds_and_for_each_call() -> None:
    load = Load(1000, 20_000.0, {percent: percent / 1000 for percent in range(101)}, 0.004, 0.008)
    sample = load_sample(load, 20_000.0)
    assert (sample.p50, sample.p99) == (50.0, 99.0)
    assert sample.client_cpu == pytest.approx(4.0)
    assert sample.server_cpu == pytest.approx(8.0)


def test_cpu_time_is_not_known_where_one_reading_is_missing() -> None:
    assert microseconds_each(None, 1.0, 10) is None
    assert microseconds_each(1.0, None, 10) is None
    assert microseconds_each(1.0, 1.5, 1000) == pytest.approx(500.0)


@pytest.mark.skipif(sys.platform != "linux", reason="another system has no such clock")
def test_the_cpu_time_of_another_process_grows_when_it_works() -> None:
    work = "import sys\nfor line in sys.stdin: print(sum(range(200_000)), flush=True)"
    command = [sys.executable, "-c", work]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdin is not None
        assert one.stdout is not None

        def work_once() -> float:
            assert one.stdin is not None
            assert one.stdout is not None
            one.stdin.write("\n")
            one.stdin.flush()
            one.stdout.readline()
            used = process_seconds(one.pid)
            assert used is not None
            return used

        first = work_once()
        assert 0 < first < work_once()
        one.stdin.close()
    with pytest.raises(ProcessLookupError):
        process_seconds(one.pid)
