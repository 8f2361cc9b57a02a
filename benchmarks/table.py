"""The results as tables: for people at a terminal, for the README, and in full for docs."""

from __future__ import annotations

from collections.abc import Sequence

from .results import Results, RowResult
from .rows import tail
from .sides import Side

HEADINGS = ("what", "unit", "tuber", "floor", "peer", "/ floor", "/ peer", "goal", "met")
FULL_HEADINGS = (
    "what", "side", "value", "rounds", "p50, us", "p99, us",
    "CPU of server, us/call", "CPU of client, us/call", "tuber / side", "of the rounds",
)  # fmt: skip
NO_VALUE = "-"
SHOWN = (Side.OURS, Side.FLOOR, Side.PEER)


def cells(result: RowResult) -> tuple[str, ...]:
    """One line of the table, as texts in the order of `HEADINGS`."""
    return (
        result.row.name,
        result.row.unit,
        *(_value(result, side) for side in SHOWN),
        *(_ratio(result.ratio(side)) for side in (Side.FLOOR, Side.PEER)),
        ", ".join(str(goal) for goal in result.row.goals) or NO_VALUE,
        ", ".join("yes" if result.is_met(goal) else "NO" for goal in result.row.goals) or NO_VALUE,
    )


def full_cells(result: RowResult) -> list[tuple[str, ...]]:
    """A line for each side, as texts in the order of `FULL_HEADINGS`."""
    lines = []
    for side in (side for side in SHOWN if side in result.row.sides):
        ratios = [] if side is Side.OURS else result.ratios(side)
        lines.append(
            (
                f"{result.row.name}, {result.row.unit}" if side is Side.OURS else "",
                side.value,
                _value(result, side),
                _range(result.rounds(side), number),
                *(
                    number(result.found.middle(side, member))
                    for member in ("p50", "p99", "server_cpu", "client_cpu")
                ),
                _ratio(result.ratio(side)) if ratios else NO_VALUE,
                _range(ratios, _ratio),
            )
        )
    return lines


def number(value: float | None) -> str:
    """A number as long as it means something."""
    if value is None:
        return NO_VALUE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _value(result: RowResult, side: Side) -> str:
    return "error" if side in result.found.errors else number(result.value(side))


def _ratio(ratio: float | None) -> str:
    if ratio is None:
        return NO_VALUE
    return f"{ratio:.2f}" if ratio >= 0.1 else f"1/{1 / ratio:.0f}"


def _range(values: Sequence[float], write: object) -> str:
    """The lowest and the highest of several."""
    if len(values) < 2:
        return NO_VALUE
    assert callable(write)
    return f"{write(min(values))} to {write(max(values))}"


def to_text(results: Results) -> str:
    """The table in columns, with the errors below it."""
    rows = results.rows()
    lines = [HEADINGS, *(cells(result) for result in rows)]
    text = _in_columns(lines)
    for result in rows:
        text += [
            f"error: {result.row.name}: {side.value}: {reason}"
            for side, reason in result.found.errors.items()
        ]
    return "\n".join([*text, "", str(results.circumstances)]) + "\n"


def _in_columns(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    text.insert(1, "  ".join("-" * width for width in widths))
    return text


def to_markdown(results: Results) -> str:
    """The table for the README, with what it was measured on."""
    lines = [cells(result) for result in results.rows() if result.row.goals]
    return _markdown(HEADINGS, lines) + f"\nMeasured {results.circumstances}.\n"


def to_full_markdown(results: Results) -> str:
    """The table for docs: a line for each row and side, with latencies and CPU time."""
    lines = [
        line
        for result in results.rows()
        if result.row.read is not tail
        for line in full_cells(result)
    ]
    return _markdown(FULL_HEADINGS, lines) + f"\nMeasured {results.circumstances}.\n"


def _markdown(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [headings, ["---" for _ in headings], *lines]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
