"""The results as tables: for people at a terminal, for the README, and in full for docs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .goals import Goal
from .results import Results, RowResult
from .rows import MORE
from .sides import Side

HEADINGS = ("what", "tuber", "floor", "peer", "/ floor", "/ peer", "goal", "met")
FULL_HEADINGS = (
    "what", "side", "value", "rounds", "p50, us", "p99, us",
    "CPU of server, us/call", "CPU of client, us/call", "tuber / side", "its rounds", "goal", "met",
)  # fmt: skip
NO_VALUE = "-"
SHOWN = (Side.OURS, Side.FLOOR, Side.PEER)


def cells(result: RowResult) -> tuple[str, ...]:
    """One line of the table, as texts in the order of `HEADINGS`."""
    return (
        f"{result.row.name}, {result.row.unit}",
        *(_value(result, side) for side in SHOWN),
        *(_ratio(result.ratio(side)) for side in (Side.FLOOR, Side.PEER)),
        *_goals(result, result.row.goals),
    )


def full_cells(result: RowResult) -> list[tuple[str, ...]]:
    """A line for each side, as texts in the order of `FULL_HEADINGS`; goals stand beside theirs."""
    lines = []
    for side in (side for side in SHOWN if side in result.row.sides):
        beside = None if side is Side.OURS else side
        goals = [goal for goal in result.row.goals if goal.beside is beside]
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
                NO_VALUE if beside is None else _ratio(result.ratio(side)),
                NO_VALUE if beside is None else _range(result.ratios(side), _ratio),
                *_goals(result, goals),
            )
        )
    return lines


def _goals(result: RowResult, goals: Sequence[Goal]) -> tuple[str, str]:
    """What is asked, and whether it is met."""
    if not goals:
        return NO_VALUE, NO_VALUE
    return (
        ", ".join(str(goal) for goal in goals),
        ", ".join("yes" if result.is_met(goal) else "NO" for goal in goals),
    )


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


def _range(values: Sequence[float], write: Callable[[float], str]) -> str:
    """The lowest and the highest of several."""
    return f"{write(min(values))} to {write(max(values))}" if len(values) > 1 else NO_VALUE


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
    """The table for the README, without the rows of docs alone; with what it was measured on."""
    lines = [cells(result) for result in results.rows() if result.row not in MORE]
    return _markdown(HEADINGS, lines) + f"\nMeasured {results.circumstances}.\n"


def to_full_markdown(results: Results) -> str:
    """The table for docs: a line for each row and side, with latencies and CPU time."""
    lines = [line for result in results.rows() for line in full_cells(result)]
    return _markdown(FULL_HEADINGS, lines) + f"\nMeasured {results.circumstances}.\n"


def missed_to_markdown(results: Results) -> str:
    """The goals that were missed, with what was reached instead."""
    headings = ("what", "goal", "reached")
    lines = [
        (result.row.name, str(goal), _reached(result.found_for(goal)))
        for result in results.rows()
        for goal in result.row.goals
        if not result.is_met(goal)
    ]
    return _markdown(headings, lines) if lines else "None is.\n"


def _reached(found: float | None) -> str:
    """As exact as is needed to see that it is not the goal itself."""
    if found is None:
        return "not measured"
    return f"{found:.4g}" if found >= 0.1 else f"1/{1 / found:.4g}"


def _markdown(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [headings, ["---" for _ in headings], *lines]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
