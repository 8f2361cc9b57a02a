"""Keeps this process, and what it starts, on one core while something is measured.

Client and server then take turns, and a call takes what both of them work. On two cores it also
takes two wake-ups of a core, or none, as the scheduler likes: more than small differences of work.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """While it lasts; where cores can't be chosen (elsewhere than on Linux) nothing happens."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})  # the first one serves most interrupts
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
