"""The counts that were recorded, and what is said of new ones beside them.

The file holds an entry for each set of circumstances in which somebody recorded. Counts are never
compared across circumstances: another compiler or another Python changes them by more than a
change of the sources would.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from .circumstances import Circumstances
from .stretches import Count

# In both directions. Repeated counts differ by less than a tenth of it.
TOLERANCE = 0.05


class Verdict(Enum):
    """What a count is beside the recorded one."""

    SAME = "same"  # but for less than the tolerance
    MORE = "COSTS MORE"
    LESS = "costs less: record it"
    NEW = "new: record it"
    GONE = "was not counted"

    @property
    def passes(self) -> bool:
        """Whether the file may stay as it is."""
        return self is Verdict.SAME


@dataclass(frozen=True)
class Entry:
    """What was recorded in one set of circumstances.

    Attributes:
        circumstances: these.
        date: ISO 8601, UTC; of which commit they are is told by the file's own history.
        instructions: of one repetition, by the name of the path.
    """

    circumstances: Circumstances
    date: str
    instructions: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """One path's count beside the recorded one; None where there is none."""

    path: str
    recorded: int | None
    counted: int | None

    @property
    def change(self) -> float | None:
        """By what part of the recorded one the count is larger."""
        if self.recorded is None or self.counted is None:
            return None
        return self.counted / self.recorded - 1

    @property
    def verdict(self) -> Verdict:
        """What it means for the change that is tested."""
        if self.recorded is None:
            return Verdict.NEW
        if self.counted is None:
            return Verdict.GONE
        if abs(self.counted - self.recorded) <= TOLERANCE * self.recorded:
            return Verdict.SAME
        return Verdict.MORE if self.counted > self.recorded else Verdict.LESS


def compare(recorded: Mapping[str, int], counted: Mapping[str, int]) -> list[Comparison]:
    """All paths, in the order in which they were counted; those that are gone come last."""
    names = dict.fromkeys([*counted, *recorded])
    return [Comparison(name, recorded.get(name), counted.get(name)) for name in names]


def rounded(counts: Mapping[str, Count]) -> dict[str, int]:
    """What is recorded of counts."""
    return {path: round(count.instructions) for path, count in counts.items()}


def load(file: Path) -> list[Entry]:
    """The entries of the file; none when it is missing."""
    if not file.exists():
        return []
    return [
        Entry(Circumstances(**entry["circumstances"]), entry["date"], entry["instructions"])
        for entry in json.loads(file.read_text())
    ]


def find(entries: list[Entry], circumstances: Circumstances) -> Entry | None:
    """The entry recorded in just these circumstances."""
    return next((entry for entry in entries if entry.circumstances == circumstances), None)


def save(file: Path, entries: list[Entry], entry: Entry) -> None:
    """Writes the entry to the file, in the place of the one of the same circumstances."""
    others = [other for other in entries if other.circumstances != entry.circumstances]
    written = [asdict(each) for each in [*others, entry]]
    file.write_text(json.dumps(written, indent=2) + "\n")
