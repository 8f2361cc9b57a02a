"""What is measured for plots alone: the same thing over and over with another number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .measurements import Measurement, RequestRate
from .placement import Placement
from .rows import ALL_SIDES, NOTHING, WITHOUT_PEER, array_argument, array_result
from .sides import Side

ROUNDS = 3


@dataclass(frozen=True)
class Series:
    """Measurements that differ in one number."""

    name: str
    numbers: Sequence[int]
    measurement: Callable[[int], Measurement]
    sides: tuple[Side, ...]


CONNECTIONS = Series(
    "calls/s over connections, one core for both",
    (1, 2, 4, 8, 16, 32, 64),
    lambda connections: RequestRate(NOTHING, connections),
    ALL_SIDES,
)
CONNECTIONS_ANYWHERE = Series(
    "calls/s over connections, all cores for both",
    (1, 2, 4, 8, 16, 32, 64),
    lambda connections: RequestRate(NOTHING, connections, Placement.ANYWHERE),
    ALL_SIDES,
)
ARRAY_ITEMS = tuple(10**power for power in range(8))  # 8 B to 80 MB of float64
RESULTS = Series("arrays from the method to the client", ARRAY_ITEMS, array_result, ALL_SIDES)
ARGUMENTS = Series(
    "arrays from the client to the method", ARRAY_ITEMS, array_argument, WITHOUT_PEER
)

SERIES = (CONNECTIONS, CONNECTIONS_ANYWHERE, RESULTS, ARGUMENTS)
