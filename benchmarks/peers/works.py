"""The works that every tool does, and what came of one: figures or an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import Any, TypeAlias

from .places import Place

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
    place: Place = Place.ALL_CORES

    @classmethod
    def of(
        cls,
        durations: Sequence[float],
        rate: float | None = None,
        place: Place = Place.ALL_CORES,
    ) -> Figures:
        """The figures of so many calls.

        Args:
            durations: in seconds, in any order, at least one.
            rate: calls per second of all clients.
            place: where server and client ran.
        """
        ordered = sorted(durations)
        return cls(median(ordered), ordered[(99 * len(ordered) - 1) // 100], rate, place)

    @classmethod
    def middle(cls, rounds: Sequence[Figures]) -> Figures:
        """The median of each figure over the rounds, in the place where it was fastest."""
        places = {each.place: [one for one in rounds if one.place is each.place] for each in rounds}
        return min(
            (cls._middle_there(place, there) for place, there in places.items()),
            key=lambda figures: figures.median,
        )

    @classmethod
    def _middle_there(cls, place: Place, rounds: Sequence[Figures]) -> Figures:
        rates = [each.rate for each in rounds if each.rate is not None]
        return cls(
            median(each.median for each in rounds),
            median(each.p99 for each in rounds),
            median(rates) if rates else None,
            place,
        )


Outcome: TypeAlias = Figures | str  # the latter is what went wrong
# Of one round: figures for each place.
Taken: TypeAlias = list[Figures] | str


def outcome_to_map(outcome: Outcome) -> dict[str, object]:
    """An outcome as a map for JSON."""
    if isinstance(outcome, str):
        return {"error": outcome}
    return {
        "median": outcome.median,
        "p99": outcome.p99,
        "rate": outcome.rate,
        "place": outcome.place.value,
    }


def taken_to_json(taken: Taken) -> object:
    """What came of a work in one round, for JSON."""
    return taken if isinstance(taken, str) else [outcome_to_map(each) for each in taken]


def taken_from_json(written: Any) -> Taken:
    """What `taken_to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it did not.
    """
    if isinstance(written, str):
        return written
    return [
        Figures(
            float(each["median"]),
            float(each["p99"]),
            None if each["rate"] is None else float(each["rate"]),
            Place(each["place"]),
        )
        for each in written
    ]
