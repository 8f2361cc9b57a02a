"""Keeps the cores from going to sleep while something is measured.

A request and its reply leave each side waiting for the other. On an idle core, in a virtual machine
above all, waking up from that takes longer than everything that is to be compared, and differently
long from minute to minute. So a process per core runs in an endless loop under SCHED_IDLE (Linux):
the scheduler takes its core away at once when anything else wants it, but the core never rests. All
sides have the same advantage.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator

_LOOP = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
print(flush=True)
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(100_000):
        pass
"""


@contextlib.contextmanager
def awake_cores(cores: Iterable[int] | None = None) -> Iterator[None]:
    """While it lasts none of those cores sleeps; elsewhere than on Linux nothing happens.

    Args:
        cores: their numbers; all of this process, when not told.
    """
    with contextlib.ExitStack() as stack:
        if hasattr(os, "SCHED_IDLE"):
            for core in os.sched_getaffinity(0) if cores is None else cores:
                stack.enter_context(_awake(core))
        yield


@contextlib.contextmanager
def _awake(core: int) -> Iterator[None]:
    """Bound to its core: left to themselves all loops may share one, and the others sleep."""
    command = [sys.executable, "-I", "-c", _LOOP, str(core)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as loop:
        try:
            assert loop.stdout is not None
            loop.stdout.readline()
            yield
        finally:
            loop.kill()
