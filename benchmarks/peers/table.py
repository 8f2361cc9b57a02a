"""The results as a table for people, as Markdown for docs/ and as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

from ..machine import Circumstances
from .catalogue import TUBER
from .run import ToolResult
from .works import BATCH, CLIENTS, Figures, Outcome, Work, outcome_to_map

MARK = "table of other tools"
NO_VALUE = "-"
LONGEST_ERROR = 100  # characters, in the table; all of it is in the JSON and below the text


@dataclass(frozen=True)
class Column:
    """One figure of one work."""

    heading: str
    work: Work
    figure: str  # the member of `Figures`
    factor: float = 1.0  # from seconds to what the heading says
    compared: bool = True  # with tuber's

    def value(self, outcome: Outcome | None) -> float | None:
        """The figure in the unit of the heading; None when there is none."""
        if not isinstance(outcome, Figures):
            return None
        value: float | None = getattr(outcome, self.figure)
        return None if value is None else value * self.factor


COLUMNS = (
    Column("a call, us", Work.NOTHING, "median", 1e6),
    Column("its p99", Work.NOTHING, "p99", 1e6, compared=False),
    Column("100 ints, us", Work.INCREMENT, "median", 1e6),
    Column("0.8 MB array, us", Work.SAMPLES, "median", 1e6),
    Column(f"{BATCH:,} calls in one go, ms", Work.BATCH, "median", 1e3),
    Column(f"{CLIENTS} clients, calls/s", Work.CLIENTS, "rate"),
    Column("their p99, us", Work.CLIENTS, "p99", 1e6, compared=False),
)
HEADINGS = ("", *(column.heading for column in COLUMNS))


def times_as_fast(column: Column, result: ToolResult, ours: ToolResult | None) -> float | None:
    """How many times as fast as the tool tuber is; None when one of the two was not measured."""
    value = column.value(result.outcomes.get(column.work))
    our_value = column.value(ours.outcomes.get(column.work)) if ours is not None else None
    if not value or not our_value or ours is result or not column.compared:
        return None
    return our_value / value if column.figure == "rate" else value / our_value


def lines(results: Sequence[ToolResult]) -> list[tuple[str, ...]]:
    """The lines of the table, as texts in the order of `HEADINGS`."""
    ours = next((result for result in results if result.tool is TUBER), None)
    return [_line(result, ours) for result in results]


def _line(result: ToolResult, ours: ToolResult | None) -> tuple[str, ...]:
    if result.error is not None:
        rest = [NO_VALUE] * (len(COLUMNS) - 1)
        return (result.tool.name, _error(result.error), *rest)
    return (result.tool.name, *(_cell(column, result, ours) for column in COLUMNS))


def _error(reason: str) -> str:
    words = " ".join(reason.replace("|", "/").split())
    return f"error: {words[:LONGEST_ERROR]}{'...' if len(words) > LONGEST_ERROR else ''}"


def _cell(column: Column, result: ToolResult, ours: ToolResult | None) -> str:
    outcome = result.outcomes.get(column.work)
    if isinstance(outcome, str):
        return _error(outcome) if column.compared else NO_VALUE
    value = column.value(outcome)
    if value is None:
        return NO_VALUE
    words = [f"{value:,.0f}" if value >= 100 else f"{value:.3g}"]
    if column.work is Work.BATCH and result.tool.many.value:
        words.append(result.tool.many.value)
    ratio = times_as_fast(column, result, ours)
    if ratio is not None:
        text = f"x {ratio:.0f}" if ratio >= 10 else f"x {ratio:.2g}"
        words.append(f"**{text}**" if ratio < 1 else text)
    return " ".join(words)


def to_text(results: Sequence[ToolResult], circumstances: Circumstances) -> str:
    """The table in columns, with the errors in full below it."""
    rows = [HEADINGS, *lines(results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    text.insert(1, "  ".join("-" * width for width in widths))
    for result in results:
        text += [f"error: {result.tool.name}: {reason}" for reason in result.errors]
    return "\n".join([*text, "", str(circumstances)]) + "\n"


def to_markdown(results: Sequence[ToolResult], circumstances: Circumstances) -> str:
    """The table, with what was installed and what it was measured on."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *lines(results)]
    table = ["| " + " | ".join(row) + " |" for row in rows]
    installed = "; ".join(
        f"{result.tool.name}: {', '.join(result.tool.requirements)}" for result in results
    )
    return "\n".join([*table, "", f"Installed: {installed}.", "", f"Measured {circumstances}."])


def to_json(
    results: Sequence[ToolResult], circumstances: Circumstances, rounds: int, seconds: float
) -> str:
    """Everything, with full precision; times in seconds."""
    ours = next((result for result in results if result.tool is TUBER), None)
    tools = [
        {
            "name": result.tool.name,
            "requirements": result.tool.requirements,
            "error": result.error,
            "works": {
                work.value: outcome_to_map(outcome) for work, outcome in result.outcomes.items()
            },
            "tuber times as fast": {
                column.work.value: times_as_fast(column, result, ours)
                for column in COLUMNS
                if column.compared
            },
        }
        for result in results
    ]
    return json.dumps(
        {
            "circumstances": dataclasses.asdict(circumstances),
            "rounds": rounds,
            "seconds": seconds,
            "tools": tools,
        },
        indent=2,
    )
