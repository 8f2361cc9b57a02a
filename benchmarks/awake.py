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
from collections.abc import Iterator

_LOOP = """
import os
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(100_000):
        pass
"""


@contextlib.contextmanager
def awake_cores() -> Iterator[None]:
    """While it lasts no core sleeps; elsewhere than on Linux nothing happens."""
    if not hasattr(os, "SCHED_IDLE"):
        yield
        return
    loops = [subprocess.Popen([sys.executable, "-c", _LOOP]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
