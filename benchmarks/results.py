"""What came of a run: the rounds of every measurement, what rows make of them, all as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .goals import Goal
from .machine import Circumstances
from .measurements import Measurement
from .rows import ROWS, Row
from .run import Task
from .sample import Sample, sample_from
from .sides import Side

PRECISION = 6  # significant digits in the JSON; the clocks have fewer


@dataclass(frozen=True)
class Found:
    """The rounds of one measurement, or for a side the reason why there are none."""

    samples: Mapping[Side, Sequence[Sample]] = field(default_factory=dict)
    errors: Mapping[Side, str] = field(default_factory=dict)

    def middle(self, side: Side, member: str) -> float | None:
        """The median over the rounds of a member of the samples; None where it is not known."""
        values = [getattr(sample, member) for sample in self.samples.get(side, ())]
        known = [value for value in values if value is not None]
        return median(known) if known else None


@dataclass(frozen=True)
class RowResult:
    """What came of one row."""

    row: Row
    found: Found

    def rounds(self, side: Side) -> list[float]:
        """The value of each round; of a side that the row has not, none."""
        if side not in self.row.sides:
            return []
        return [self.row.read(sample) for sample in self.found.samples.get(side, ())]

    def value(self, side: Side) -> float | None:
        """The median of the rounds."""
        rounds = self.rounds(side)
        return median(rounds) if rounds else None

    def ratios(self, beside: Side) -> list[float]:
        """Our value over the other's of the same round, which was taken just before or after it."""
        return [
            ours / other
            for ours, other in zip(self.rounds(Side.OURS), self.rounds(beside), strict=False)
            if other
        ]

    def ratio(self, beside: Side) -> float | None:
        """The median of those."""
        ratios = self.ratios(beside)
        return median(ratios) if ratios else None

    def found_for(self, goal: Goal) -> float | None:
        """What a goal is about: our ratio to somebody, or our value alone."""
        return self.value(Side.OURS) if goal.beside is None else self.ratio(goal.beside)

    def is_met(self, goal: Goal) -> bool:
        """Whether we reach it."""
        return goal.is_met(self.found_for(goal))


@dataclass(frozen=True)
class Results:
    """Everything that a run found."""

    circumstances: Circumstances
    found: Mapping[str, Found]  # by the measurement's key

    def of(self, measurement: Measurement) -> Found:
        """What came of that measurement; nothing, when it was not taken."""
        return self.found.get(measurement.key, Found())

    def rows(self) -> list[RowResult]:
        """The rows that were measured."""
        return [
            RowResult(row, self.of(row.measurement))
            for row in ROWS
            if row.measurement.key in self.found
        ]


def collect(tasks: Sequence[Task], circumstances: Circumstances) -> Results:
    """The results of tasks that were measured."""
    return Results(
        circumstances,
        {task.measurement.key: Found(task.samples, task.errors) for task in tasks},
    )


def to_json(results: Results) -> str:
    """Every round of every measurement, and the rows with their verdicts."""
    document = {
        "circumstances": dataclasses.asdict(results.circumstances),
        "rows": [_row_members(result) for result in results.rows()],
        "measurements": {
            key: {
                "rounds": {
                    side.value: [dataclasses.asdict(sample) for sample in samples]
                    for side, samples in found.samples.items()
                },
                "errors": {side.value: reason for side, reason in found.errors.items()},
            }
            for key, found in results.found.items()
        },
    }
    return json.dumps(_rounded(document), indent=1)


def _row_members(result: RowResult) -> dict[str, Any]:
    sides = [side for side in Side if side in result.row.sides]
    return {
        "name": result.row.name,
        "unit": result.row.unit,
        "measurement": result.row.measurement.key,
        "values": {side.value: result.value(side) for side in sides},
        "rounds": {side.value: result.rounds(side) for side in sides},
        "ratios": {side.value: result.ratio(side) for side in sides if side is not Side.OURS},
        "goals": [{"goal": str(goal), "met": result.is_met(goal)} for goal in result.row.goals],
        "errors": {side.value: reason for side, reason in result.found.errors.items()},
    }


def _rounded(value: Any) -> Any:
    """The same with numbers as long as they mean something: a file half as large."""
    if isinstance(value, float):
        return float(f"{value:.{PRECISION}g}")
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def from_json(text: str) -> Results:
    """The results that `to_json` wrote; what the rows say is worked out again.

    Raises:
        ValueError, KeyError, TypeError: it did not write them.
    """
    document = json.loads(text)
    return Results(
        Circumstances(**document["circumstances"]),
        {
            key: Found(
                {
                    Side(side): [sample_from(members) for members in rounds]
                    for side, rounds in found["rounds"].items()
                },
                {Side(side): reason for side, reason in found["errors"].items()},
            )
            for key, found in document["measurements"].items()
        },
    )
