"""The works that every tool does, and what came of one: figures or an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import TypeAlias

BATCH = 1_000
CLIENTS = 8


class Work(Enum):
    """What is timed; the values are the names on the command line and in JSON."""

    NOTHING = "nothing"
    INCREMENT = "increment"
    SAMPLES = "samples"
    BATCH = "batch"
    CLIENTS = "clients"


@dataclass(frozen=True)
class Figures:
    """How a work went: times of a call (or a batch), and calls per second where many call."""

    median: float  # seconds
    p99: float  # seconds
    rate: float | None = None  # calls per second of all clients

    @classmethod
    def of(cls, durations: Sequence[float], rate: float | None = None) -> Figures:
        """The figures of so many calls.

        Args:
            durations: in seconds, in any order, at least one.
            rate: calls per second of all clients.
        """
        ordered = sorted(durations)
        return cls(median(ordered), ordered[(99 * len(ordered) - 1) // 100], rate)

    @classmethod
    def middle(cls, rounds: Sequence[Figures]) -> Figures:
        """The median of each figure over the rounds."""
        rates = [each.rate for each in rounds if each.rate is not None]
        return cls(
            median(each.median for each in rounds),
            median(each.p99 for each in rounds),
            median(rates) if rates else None,
        )


Outcome: TypeAlias = Figures | str  # the latter is what went wrong


def outcome_to_map(outcome: Outcome) -> dict[str, object]:
    """An outcome as a map for JSON."""
    if isinstance(outcome, str):
        return {"error": outcome}
    return {"median": outcome.median, "p99": outcome.p99, "rate": outcome.rate}


def outcome_from_map(written: dict[str, float | str | None]) -> Outcome:
    """What `outcome_to_map` wrote.

    Raises:
        KeyError: it did not.
        TypeError, ValueError: the figures are no numbers.
    """
    if "error" in written:
        return str(written["error"])
    rate = written["rate"]
    return Figures(
        float(written["median"] or 0),
        float(written["p99"] or 0),
        None if rate is None else float(rate),
    )
