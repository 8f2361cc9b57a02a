"""The smallest setting of each session works; nothing here asserts how long something takes."""

from __future__ import annotations

import dataclasses
import shutil
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the benchmarks choose cores by Linux"),
    pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed"),
    pytest.mark.skipif(not shutil.which("h2load"), reason="h2load is not installed"),
]
pytest.importorskip("pyperf")

from benchmarks import compare, load, peers, publish, scaling, servers  # noqa: E402
from benchmarks.servers import FLOOR, OURS  # noqa: E402

SECONDS = 0.05
SIDES = (OURS, FLOOR)  # the predecessor would have to be downloaded


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "CLIENTS", 2)
    for session in (compare, peers, scaling):
        monkeypatch.setattr(session, "QUICK", (1, SECONDS))


def test_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("CPU time", "asynchronous call", "0.8 MB", "batch of", "import tuber")
    rows = [
        dataclasses.replace(row, sides=tuple(side for side in row.sides if side in SIDES))
        for row in compare.ROWS
        if row.cores is servers.Cores.ONE and any(name in row.name for name in names)
    ]
    monkeypatch.setattr(compare, "ROWS", rows)
    measured = compare.measure("", quick=True)
    for row in rows:
        found = measured["rows"][row.name]
        assert not found["errors"]
        assert all(values[0] > 0 for values in found["values"].values())
        assert set(found["values"]) == set(row.sides)
    assert len(compare.tables(measured)["full benchmark table"].splitlines()) == 2 + len(rows)


def test_peers() -> None:
    measured = peers.measure("no other tool", quick=True)
    line = peers.tables(measured)["table of other tools"].splitlines()[2]
    assert OURS in line
    assert "error" not in line
    assert publish.NONE not in line.split()


def test_growth() -> None:
    for question in (scaling.QUESTIONS[1], scaling.QUESTIONS[3]):
        small = dataclasses.replace(question, sizes=question.sizes[:2], sides=SIDES)
        lines = scaling.grown(small, 1, SECONDS)
        assert [(line["side"], line["by"]) for line in lines] == [
            (OURS, "socket"), (OURS, "client"), (FLOOR, "socket"),
        ]  # fmt: skip
        assert all(scaling.growth_cells(line)[6] != publish.NONE for line in lines)


def test_h2load_reports_every_connection_and_wrk_notices_a_missing_server() -> None:
    with servers.serving(OURS) as server:
        slowest, fastest, failed = load.fairness(server, compare.NOTHING, 2, 1)
    assert 0 < slowest <= fastest
    assert failed == 0
    with pytest.raises(servers.Unavailable):
        load.load(server, compare.NOTHING, 1, SECONDS)
