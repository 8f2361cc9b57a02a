"""The results as a table for people, as Markdown for the README and as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from .goals import Goal
from .machine import Circumstances
from .run import RowResult
from .sides import Side

BEGIN = "<!-- benchmark table -->"
END = "<!-- end of benchmark table -->"
HEADINGS = ("what", "unit", "tuber", "floor", "peer", "/ floor", "/ peer", "goal", "met")
NO_VALUE = "-"


def cells(result: RowResult) -> tuple[str, ...]:
    """One line of the table, as texts in the order of `HEADINGS`."""
    goals = [str(goal) for goal in result.row.goals]
    met = [_met(result, goal) for goal in result.row.goals]
    return (
        result.row.name,
        result.row.unit,
        *(_value(result, side) for side in (Side.OURS, Side.FLOOR, Side.PEER)),
        *(_ratio(result.ratio(side)) for side in (Side.FLOOR, Side.PEER)),
        ", ".join(goals),
        ", ".join(met),
    )


def _met(result: RowResult, goal: Goal) -> str:
    return "yes" if goal.is_met(result.values) else "NO"


def _value(result: RowResult, side: Side) -> str:
    if side in result.errors:
        return "error"
    if side not in result.values:
        return NO_VALUE
    value = result.values[side]
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return NO_VALUE
    return f"{ratio:.2f}" if ratio >= 0.1 else f"1/{1 / ratio:.0f}"


def to_text(results: Sequence[RowResult], circumstances: Circumstances) -> str:
    """The table in columns, with the errors below it."""
    lines = [HEADINGS, *(cells(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    text.insert(1, "  ".join("-" * width for width in widths))
    for result in results:
        text += [
            f"error: {result.row.name}: {side.value}: {reason}"
            for side, reason in result.errors.items()
        ]
    return "\n".join([*text, "", str(circumstances)]) + "\n"


def to_markdown(results: Sequence[RowResult], circumstances: Circumstances) -> str:
    """The table for the README, with what it was measured on."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(cells(result) for result in results)]
    rows = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([*rows, "", f"Measured {circumstances}."]) + "\n"


def replace_table(document: str, table: str, begin_mark: str = BEGIN, end_mark: str = END) -> str:
    """The document with `table` between two marks; unless told, those of the README.

    Raises:
        ValueError: the document lacks the marks.
    """
    before, begin, rest = document.partition(begin_mark)
    _, end, after = rest.partition(end_mark)
    if not begin or not end:
        raise ValueError(f"the document has no part between {begin_mark!r} and {end_mark!r}")
    return f"{before}{begin_mark}\n{table}{end_mark}{after}"


def to_json(results: Sequence[RowResult], circumstances: Circumstances) -> str:
    """Everything, with full precision."""
    rows = [
        {
            "name": result.row.name,
            "unit": result.row.unit,
            "values": {side.value: value for side, value in result.values.items()},
            "errors": {side.value: reason for side, reason in result.errors.items()},
            "goals": [
                {"goal": str(goal), "met": goal.is_met(result.values)} for goal in result.row.goals
            ],
        }
        for result in results
    ]
    return json.dumps({"circumstances": dataclasses.asdict(circumstances), "rows": rows}, indent=2)
