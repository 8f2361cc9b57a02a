"""The counts as a table for people, and for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .circumstances import Circumstances
from .record import TOLERANCE, Comparison, Entry
from .stretches import Count

TABLE = "instructions table"  # its name in docs/benchmarks.md
NO_VALUE = "-"


def to_text(counts: Mapping[str, Count], comparisons: Sequence[Comparison]) -> str:
    """A line for each path, with what was recorded and the verdict where there is one."""
    compared = {each.path: each for each in comparisons}
    lines = [("path", "instructions", "spread", "recorded", "change", "")]
    for path in dict.fromkeys([*counts, *compared]):
        lines.append((path, *_counted(counts.get(path)), *_compared(compared.get(path))))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    # The path and the verdict are text, what is between them are numbers.
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _counted(count: Count | None) -> tuple[str, str]:
    if count is None:
        return NO_VALUE, NO_VALUE
    return f"{count.instructions:,.0f}", f"{count.spread:.2%}"


def _compared(comparison: Comparison | None) -> tuple[str, str, str]:
    if comparison is None:
        return NO_VALUE, NO_VALUE, ""
    recorded = NO_VALUE if comparison.recorded is None else f"{comparison.recorded:,}"
    change = NO_VALUE if comparison.change is None else f"{comparison.change:+.1%}"
    return recorded, change, "" if comparison.verdict.passes else comparison.verdict.value


def nothing_compared(here: Circumstances) -> str:
    """Says so, and how to get something to compare with."""
    return (
        "NOTHING WAS COMPARED: no counts are recorded for these circumstances:\n"
        f"  {here}\n"
        "To compare a change here, record without it first: nox -s instructions -- --record"
    )


def summary(comparisons: Sequence[Comparison], entry: Entry) -> str:
    """What came of the comparison, and what to do about it."""
    bad = [each for each in comparisons if not each.verdict.passes]
    told = f"Compared with the counts of {entry.date}, recorded for {entry.circumstances}: "
    if not bad:
        return f"{told}all {len(comparisons)} are within {TOLERANCE:.0%}."
    return (
        f"{told}{len(bad)} of {len(comparisons)} are not within {TOLERANCE:.0%}.\n"
        "If that is meant to be, record them, and say why in the change: "
        "nox -s instructions -- --record\n"
        "To see where the instructions go: nox -s instructions -- --keep DIR, "
        "then callgrind_annotate --inclusive=yes on a file there (docs/benchmarks.md)"
    )


def to_markdown(entry: Entry) -> str:
    """The table for the document: what was recorded, of what and where."""
    rows = [f"| {path} | {count:,} |" for path, count in entry.instructions.items()]
    head = ["| path | instructions |", "| --- | ---: |"]
    return "\n".join([*head, *rows, "", f"Recorded {entry.date}; {entry.circumstances}."]) + "\n"
