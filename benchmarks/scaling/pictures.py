"""What was found, as plots in docs/plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..closed_loop import LoadReport
from ..environment import ROOT
from ..figures import LOG, LOG2, Axis, Plot, drawn, drawn_beside
from ..sides import Side
from .connections import ACTIVE, ConnectionsRow
from .cores import CoresLine
from .findings import Findings
from .growth import Line

PLOTS = ROOT / "docs" / "plots"
SIDES = (Side.FLOOR, Side.OURS, Side.PEER)
SIZES = {1: (7.0, 4.2), 2: (9.0, 4.0), 3: (11.0, 4.0)}  # inches, by how many plots are in a row


def draw(findings: Findings, directory: Path = PLOTS) -> None:
    """Draws each part that was measured."""
    if findings.connections:
        _draw_connections(findings.connections, directory)
    if findings.cores:
        _draw_cores(findings.cores, directory)
    if findings.growth:
        _draw_growth(findings.growth, directory)


def _draw_connections(rows: Sequence[ConnectionsRow], directory: Path) -> None:
    across = Axis("active connections", LOG2, ticks=ACTIVE)
    with drawn(
        directory / "scaling-rate.svg",
        title="Calls per second",
        x=across,
        y=Axis("calls/s", limits=(0, None)),
    ) as plot:
        _side_lines(plot, rows, lambda report: report.calls_per_second)
    with drawn_beside(
        directory / "scaling-waits.svg",
        titles=["Half of the calls wait at most", "99 % wait at most", "The longest wait"],
        x=across,
        y=Axis("time of a call", LOG, "s"),
        size=SIZES[3],
    ) as (half, most, longest):
        _side_lines(half, rows, lambda report: report.p50 * 1e-6)
        _side_lines(most, rows, lambda report: report.p99 * 1e-6)
        _side_lines(longest, rows, lambda report: report.longest * 1e-6)


def _side_lines(
    plot: Plot, rows: Sequence[ConnectionsRow], value: Callable[[LoadReport], float]
) -> None:
    for side in SIDES:
        found = {
            row.active: value(row.report)
            for row in reversed(rows)  # the first of a number counts: the others are beside idle
            if row.side is side and row.idle == 0 and row.report is not None
        }
        if found:
            xs = sorted(found)
            plot.line(side.value, xs, [found[x] for x in xs])


def _draw_cores(lines: Sequence[CoresLine], directory: Path) -> None:
    counts = sorted({count for line in lines for count in line.rates})
    with drawn(
        directory / "scaling-cores.svg",
        title="A C++ method that computes for 1 ms",
        x=Axis("connections", LOG2, ticks=tuple(counts)),
        y=Axis("calls/s", limits=(0, None)),
    ) as plot:
        for line in lines:
            xs = sorted(line.rates)
            if xs:
                label = "threads, no server" if line.name == "floor" else None
                plot.line(line.name, xs, [line.rates[x] for x in xs], label=label)


def _draw_growth(lines: Sequence[Line], directory: Path) -> None:
    for name, keys, titles, label, scale in (
        (
            "growth-arguments",
            ("ints", "floats"),
            ("List of ints, JSON", "Array of float64, CBOR"),
            "items of the argument",
            LOG,
        ),
        ("growth-batch", ("batch",), ("One call of a batch",), "calls in the batch", LOG),
        (
            "growth-registry",
            ("registry-call", "registry-names", "registry-resolve"),
            ("Call", "Names", "Resolving everything"),
            "objects in the registry",
            LOG,
        ),
        (
            "growth-depth",
            ("depth-objects", "depth-containers"),
            ("Path through objects", "Path through containers"),
            "steps of the path",
            LOG2,
        ),
    ):
        if not all(any(line.question.key == key for line in lines) for key in keys):
            continue
        with drawn_beside(
            directory / f"{name}.svg",
            titles=titles,
            x=Axis(label, scale),
            y=Axis("time of a call", LOG, "s"),
            size=SIZES[len(keys)],
        ) as plots:
            for plot, key in zip(plots, keys, strict=True):
                _growth_lines(plot, [line for line in lines if line.question.key == key])


def _growth_lines(plot: Plot, lines: Sequence[Line]) -> None:
    """Solid as a plain socket sees the server, dashed as a client does."""
    for line in lines:
        if line.growth is None:
            continue
        xs = sorted(line.growth.seconds)
        shares = {x: line.growth.seconds[x] / (x if line.question.per_item else 1) for x in xs}
        label = None
        if line.by_client:
            label = "tuber's client" if line.side is Side.OURS else "predecessor's client"
        plot.line(line.side.value, xs, [shares[x] for x in xs], dashed=line.by_client, label=label)
