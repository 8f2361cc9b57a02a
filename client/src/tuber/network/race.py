"""Which of a name's addresses to try when: Happy Eyeballs (RFC 8305), without clock or socket.

A dead address must not cost the time-out of a connection. Attempts begin one after the other, a
short time apart or as soon as one has failed; the first that succeeds wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any, Final, TypeAlias

# The 'Connection Attempt Delay' of RFC 8305 section 5: its recommended value.
ATTEMPT_DELAY_SECONDS: Final = 0.25

# As getaddrinfo() gives it: family, type, protocol, canonical name, address.
Place: TypeAlias = tuple[int, int, int, str, Any]


class Race:
    """The attempts to reach one of several places.

    Args:
        places: in the order in which the system prefers them (RFC 6724).
        now: the time, in seconds of any clock that does not go back.
    """

    def __init__(self, places: Sequence[Place], now: float) -> None:
        self._waiting = _interleaved(places)
        self._next_at = now
        self._running = 0
        self._faults: list[OSError] = []

    @property
    def lost(self) -> bool:
        """Whether no attempt is under way and none is left."""
        return not self._waiting and not self._running

    def due(self, now: float) -> Place | None:
        """A place to begin with now; ask again at once, until None."""
        if not self._waiting or now < self._next_at:
            return None
        self._running += 1
        self._next_at = now + ATTEMPT_DELAY_SECONDS
        return self._waiting.pop(0)

    def seconds_to_next(self, now: float) -> float | None:
        """How long until ``due`` has a place; None when there is none left."""
        return max(self._next_at - now, 0.0) if self._waiting else None

    def failed(self, fault: OSError) -> None:
        """An attempt failed: the next one is due at once (RFC 8305 section 5)."""
        self._running -= 1
        self._faults.append(fault)
        self._next_at = float("-inf")

    def fault(self) -> OSError:
        """Why it is lost: a refusal says most, for it came from a machine that is there."""
        refusals = [each for each in self._faults if isinstance(each, ConnectionRefusedError)]
        return (refusals or self._faults or [OSError("the name has no address")])[0]


def _interleaved(places: Sequence[Place]) -> list[Place]:
    """Families in turn, the system's first choice first (RFC 8305 section 4)."""
    families = list(dict.fromkeys(place[0] for place in places))
    columns = [[place for place in places if place[0] == family] for family in families]
    return [place for place in chain.from_iterable(zip_longest(*columns)) if place is not None]
