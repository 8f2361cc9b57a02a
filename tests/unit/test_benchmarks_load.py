"""Reading what ApacheBench prints: a rate only when every request was answered as it should be."""

from __future__ import annotations

import pytest

from benchmarks.load import LoadError, parse_percentiles, parse_report

REPORT = """
Concurrency Level:      8
Time taken for tests:   0.345 seconds
Complete requests:      2000
Failed requests:        0
Keep-Alive requests:    2000
Total transferred:      300000 bytes
Total body sent:        374000
Requests per second:    5801.42 [#/sec] (mean)
Time per request:       1.379 [ms] (mean)
"""


def test_the_rate_is_read() -> None:
    assert parse_report(REPORT) == 5801.42


@pytest.mark.parametrize(
    ("shown", "instead", "complaint"),
    [
        ("Failed requests:        0", "Failed requests:        3", "Failed requests: 3 of 2000"),
        (
            "Keep-Alive requests:",
            "Non-2xx responses:      7\nKeep-Alive requests:",
            "Non-2xx responses: 7",
        ),
        ("Keep-Alive requests:", "Write errors:           1\nKeep-Alive requests:", "Write errors"),
        ("Keep-Alive requests:    2000", "Keep-Alive requests:    1999", "only 1999 of 2000"),
        ("Keep-Alive requests:    2000\n", "", "only 0 of 2000"),
        ("Complete requests:      2000", "Complete requests:      0", "no request"),
        ("Requests per second:    5801.42", "Requests per hour: 1", "no rate"),
    ],
)
def test_a_report_that_shows_trouble_is_an_error(shown: str, instead: str, complaint: str) -> None:
    assert shown in REPORT
    with pytest.raises(LoadError, match=complaint):
        parse_report(REPORT.replace(shown, instead))


def test_percentiles_are_read_in_milliseconds() -> None:
    rows = ["Percentage served,Time in ms\n", "0,0.024\n", "50,0.121\n", "99,1.5\n"]
    assert parse_percentiles(rows) == {0: 0.024, 50: 0.121, 99: 1.5}
