"""What one measurement of one side in one round found, and the little statistics behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BINS_PER_DECADE = 40  # of a histogram: 6 % wide, less than what two rounds differ by
FEWEST_FOR_P99 = 100  # with fewer there is no hundredth part


@dataclass(frozen=True)
class Sample:
    """One value, and what is known of the calls behind it."""

    value: float  # in the unit of the row
    calls: int = 0
    p50: float | None = None  # us
    p99: float | None = None  # us
    server_cpu: float | None = None  # us a call
    client_cpu: float | None = None  # us a call
    percentiles: tuple[float, ...] = ()  # us, from the 0th to the 99th
    histogram: Mapping[int, int] = field(default_factory=dict)  # calls by `bin_of` their latency


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed (nearest rank)."""
    return ordered[max(math.ceil(percent / 100 * len(ordered)) - 1, 0)]


def bin_of(microseconds: float) -> int:
    """The bin of a histogram with logarithmic bins."""
    return math.floor(math.log10(microseconds) * BINS_PER_DECADE)


def lower_edge(bin_number: int) -> float:
    """Where a bin begins, in us; it ends where the next one begins."""
    return float(10 ** (bin_number / BINS_PER_DECADE))


def histogram(microseconds: Sequence[float]) -> dict[int, int]:
    """How many values are in which bin."""
    counts: dict[int, int] = {}
    for value in microseconds:
        number = bin_of(value)
        counts[number] = counts.get(number, 0) + 1
    return dict(sorted(counts.items()))


def sample_from(members: Mapping[str, Any]) -> Sample:
    """A sample as it was before it became JSON, which has no tuples and no integers as keys."""
    return Sample(
        **{
            **members,
            "percentiles": tuple(members["percentiles"]),
            "histogram": {int(number): count for number, count in members["histogram"].items()},
        }
    )
