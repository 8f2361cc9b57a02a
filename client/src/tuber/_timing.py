"""Time-outs: what a user may write as ``timeout``, and what holds when nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

TimeoutLike: TypeAlias = "float | tuple[float | None, float | None] | None"

# A crate that is switched off does not answer at all; the kernel alone would try for two minutes.
CONNECT_SECONDS: Final = 10.0
# poll(2) counts milliseconds in a C int: 24 days.
MAX_SECONDS: Final = (2**31 - 1) // 1000
# A method may run for hours, but who waits for a peer that vanished (a cable pulled, a board
# switched off) learns it within 5 s. Probes may get lost: only three in a row are too many.
PROBE_AFTER_SECONDS: Final = 2
PROBE_EVERY_SECONDS: Final = 1
PROBES: Final = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a call may take, in seconds.

    Attributes:
        connect: for a connection to be made; None for no limit of our own.
        total: for the whole call, a new connection included; None for no limit: a method runs as
            long as it runs. Whether the peer is still there is probed all the same.
    """

    connect: float | None = CONNECT_SECONDS
    total: float | None = None


def parse_timeout(timeout: TimeoutLike) -> Timing:
    """Read what the user gave as ``timeout``: seconds, or ``(connect, total)``.

    Raises:
        TypeError: it is neither.
        ValueError: a time is not above zero, or over MAX_SECONDS.
    """
    if timeout is None:
        return Timing()
    pair = timeout if isinstance(timeout, tuple) else (CONNECT_SECONDS, timeout)
    if len(pair) != 2:
        raise ValueError(f"expected timeout in seconds or (connect, total); came {timeout!r}")
    connect, total = pair
    for seconds in (connect, total):
        if seconds is None:
            continue
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError(f"expected timeout in seconds or (connect, total); came {timeout!r}")
        if not 0 < seconds <= MAX_SECONDS:
            raise ValueError(
                f"expected timeout above 0 and up to {MAX_SECONDS} seconds, or None for no limit; "
                f"came {timeout!r}"
            )
    return Timing(connect, total)
