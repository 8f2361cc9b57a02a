"""Where a server is and how it is to be reached, as a user says it before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass

from tuber._timing import TimeoutLike


@dataclass(frozen=True, slots=True)
class Target:
    """A server as the user named it.

    Attributes:
        hostname: see ``_address.parse_address``.
        timeout: see ``_timing.Timing``.
    """

    hostname: str
    timeout: TimeoutLike = None
