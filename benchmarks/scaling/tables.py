"""What was found, as tables in Markdown for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence

from ..closed_loop import LoadReport
from ..sides import Side
from .busy import BusyRow
from .connections import ConnectionsRow
from .cores import CoresLine
from .findings import Findings
from .growth import Line
from .growth_law import Law, asked

NO_VALUE = "-"
CONNECTIONS = (
    "connections", "server", "calls/s", "p50 (us)", "p99 (us)", "p99.9 (us)", "longest wait (ms)",
    "fewest to most calls of one", "server CPU (us a call)", "client (cores)", "memory (MiB)",
    "threads", "descriptors",
)  # fmt: skip
BUSY = ("connections", "server", "switch interval", "calls/s", "p50 (us)", "p99 (us)",
        "longest wait (ms)", "left to the thread")  # fmt: skip
GROWTH = ("what", "seen by", "server", "sizes", "smallest", "largest", "largest / smallest",
          "exponent of the last step", "asked", "met")  # fmt: skip


def number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds * 1e6)} us"


def table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def parts(findings: Findings) -> dict[str, str]:
    """The text of each part of the document that was measured, by the name of its marks."""
    found = {
        "scaling: connections": _connections(findings.connections),
        "scaling: cores": _cores(findings.cores),
        "scaling: a busy thread": _busy(findings.busy),
        "scaling: growth": _growth(findings.growth),
    }
    when = f"Measured {findings.circumstances}."
    return {name: f"{text}\n\n{when}" for name, text in found.items() if text}


def _connections(rows: Sequence[ConnectionsRow]) -> str:
    lines = []
    for row in rows:
        name = f"{row.active:,}" + (f", beside {row.idle:,} idle" if row.idle else "")
        if row.report is None:
            lines.append([name, row.side.value, f"error: {row.error}", *[NO_VALUE] * 10])
        else:
            lines.append([name, row.side.value, *_load(row.report)])
    return table(CONNECTIONS, lines) if lines else ""


def _load(report: LoadReport) -> list[str]:
    longest = number(report.longest / 1e3)
    if report.stalled:
        longest += f"; {report.unanswered} never answered, {report.lost} closed"
    return [
        number(report.calls_per_second),
        *(number(each) for each in (report.p50, report.p99, report.p999)),
        longest,
        f"{report.least_calls:,} to {report.most_calls:,}",
        NO_VALUE if report.server_cpu is None else number(report.server_cpu),
        f"{report.client_busy:.2f}",
        f"{report.held.memory_kibibytes / 1024:.1f}",
        f"{report.held.threads:,}",
        f"{report.held.descriptors:,}",
    ]


def _cores(found: Sequence[CoresLine]) -> str:
    counts = sorted({count for line in found for count in line.rates})
    if not counts:
        return ""
    headings = ["calls/s", *(f"{count} connections" if count > 1 else "1" for count in counts)]
    lines = []
    for line in found:
        name = "floor: threads, no server" if line.name == "floor" else line.name
        rates = [number(line.rates[count]) if count in line.rates else "error" for count in counts]
        lines.append([name, *rates])
    return table(headings, lines)


def _busy(rows: Sequence[BusyRow]) -> str:
    lines = []
    for row in rows:
        interval = "no busy thread" if row.interval is None else f"{row.interval * 1e3:g} ms"
        name = [str(row.connections), row.side.value, interval]
        if row.report is None:
            lines.append([*name, f"error: {row.error}", *[NO_VALUE] * 4])
            continue
        report = row.report
        values = (report.calls_per_second, report.p50, report.p99, report.longest / 1e3)
        share = NO_VALUE if row.share is None else f"{min(row.share, 1):.0%}"
        lines.append([*name, *map(number, values), share])
    return table(BUSY, lines) if lines else ""


def _growth(found: Sequence[Line]) -> str:
    lines = []
    for line in found:
        question, growth = line.question, line.growth
        name = [question.name, "client" if line.by_client else "socket", line.side.value]
        if growth is None:
            lines.append([*name, f"error: {line.error}", *[NO_VALUE] * 6])
            continue
        ours = line.side is Side.OURS
        lines.append(
            [
                *name,
                f"{growth.smallest:,} to {growth.largest:,}",
                duration(growth.seconds[growth.smallest]),
                duration(growth.seconds[growth.largest]),
                number(growth.ratio),
                NO_VALUE if question.law is Law.CONSTANT else f"{growth.exponent:.2f}",
                asked(question.law) if ours else NO_VALUE,
                ("yes" if growth.obeys(question.law) else "NO") if ours else NO_VALUE,
            ]
        )
    return table(GROWTH, lines) if lines else ""
