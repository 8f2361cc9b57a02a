"""CPU time that another process has used, as exactly as the kernel knows it.

/proc/PID/stat counts in steps of 10 ms, which is a microsecond a call in a short measurement; the
clock of POSIX's clock_getcpuclockid counts nanoseconds, and includes threads that have ended.
"""

from __future__ import annotations

import ctypes
import time


def process_seconds(process_id: int) -> float | None:
    """CPU seconds of that process since it began, of user and kernel; None where unknown (macOS).

    Raises:
        ProcessLookupError: there is no such process.
    """
    find_clock = getattr(ctypes.CDLL(None), "clock_getcpuclockid", None)
    if find_clock is None:
        return None
    clock = ctypes.c_int()
    if find_clock(ctypes.c_int(process_id), ctypes.byref(clock)) != 0:
        raise ProcessLookupError(f"no process {process_id}")
    return time.clock_gettime(clock.value)


def microseconds_each(before: float | None, after: float | None, calls: int) -> float | None:
    """The CPU time of each call between two readings; None when there were none."""
    return None if before is None or after is None else (after - before) / calls * 1e6
