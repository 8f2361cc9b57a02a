"""On which cores server and client run while something is measured.

Left to itself the scheduler runs a server and its only client now on one core, now on two, and
stays with either for minutes. On two, each request and each reply has to wake up the other core,
and in a virtual machine that alone may take ten times as long as everything that is to be compared
(floor and ours both 20,000 requests/s there, over 100,000 on one core). So the place is chosen.
Elsewhere than on Linux it can't be, and nothing happens.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Set
from enum import Enum
from pathlib import Path

from .awake import awake_cores
from .sides import RunningServer


class Placement(Enum):
    """Who runs where."""

    ONE_CORE = "one core for both"  # nobody is woken up elsewhere: the work alone is measured
    CORE_EACH = "a core for each"
    ANYWHERE = "all cores for both"


class PlacementImpossible(OSError):
    """The machine has too few cores."""


@contextlib.contextmanager
def placed(server: RunningServer, placement: Placement) -> Iterator[None]:
    """While it lasts, the server and this process's new children run where they should.

    Where they have to wake up other cores, these are kept from sleeping, which would take longer
    still, and differently long from minute to minute.

    Raises:
        PlacementImpossible: a core for each, on a machine that has but one.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    everywhere = os.sched_getaffinity(0)
    first, last = min(everywhere), max(everywhere)
    servers, clients = everywhere, everywhere
    if placement is not Placement.ANYWHERE:
        servers, clients = {last}, {last}
    if placement is Placement.CORE_EACH:
        if first == last:
            raise PlacementImpossible("a core for each needs two cores")
        clients = {first}
    pin(server.process_id, servers)
    os.sched_setaffinity(0, clients)
    try:
        with contextlib.ExitStack() as stack:
            if placement is not Placement.ONE_CORE:
                stack.enter_context(awake_cores(servers | clients))
            yield
    finally:
        os.sched_setaffinity(0, everywhere)


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Keeps this process, and what it starts, on one core while it lasts.

    Where cores can't be chosen (elsewhere than on Linux) nothing happens.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})  # the first one serves most interrupts
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def pin(process_id: int, cores: Set[int]) -> None:
    """Keeps all threads of a process on those cores, those that they start later too."""
    pinned: set[int] = set()
    while (
        threads := {int(path.name) for path in Path(f"/proc/{process_id}/task").iterdir()} - pinned
    ):
        for thread in threads:
            with contextlib.suppress(ProcessLookupError):  # it has ended
                os.sched_setaffinity(thread, cores)
        pinned |= threads  # one that was started meanwhile is found in the next look
