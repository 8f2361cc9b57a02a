"""On which cores a tool's server and client run while they are timed.

Left to itself the scheduler runs the two now on one core, now on two, and stays with either for a
while. Small messages are faster on one, where nobody has to wake up another core (which in a
virtual machine takes longer than the rest of a call); large ones, and tools with threads of their
own, may be faster on several. So both are measured, and for each tool the better one counts.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from enum import Enum

from ..placement import pin


class Place(Enum):
    """Where they run; the values are the names in JSON."""

    ONE_CORE = "one core"
    ALL_CORES = "all cores"


def places() -> tuple[Place, ...]:
    """Those that can be had here: elsewhere than on Linux processes can't be told."""
    return tuple(Place) if hasattr(os, "sched_setaffinity") else (Place.ALL_CORES,)


def put(place: Place, processes: Iterable[int]) -> None:
    """Has all threads of those processes run there, and those that they start later."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = _all_cores()
    if place is Place.ONE_CORE:
        cores = frozenset([max(cores)])
    for process_id in processes:
        pin(process_id, cores)


@functools.cache
def _all_cores() -> frozenset[int]:
    """Those of this process before it was put anywhere."""
    return frozenset(os.sched_getaffinity(0))
