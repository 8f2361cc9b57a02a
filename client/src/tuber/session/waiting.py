"""How long to wait for a server that is not up yet. Decisions; nothing here waits."""

from __future__ import annotations

import math
from time import monotonic
from typing import Any, Final

from tuber.errors import TuberError, TuberNetworkError, TuberProtocolError

# Soon enough for a server that starts, and rare enough for a machine that is switched off.
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0
_NOT_READY: Final = frozenset({502, 503, 504})  # of a proxy before the server


class Waiting:
    """The attempts to read a description until the server is up.

    Args:
        wait: seconds from now in which failed attempts are repeated; None: one attempt.

    Raises:
        TypeError, ValueError: ``wait`` is not a number of seconds.
    """

    def __init__(self, wait: float | None) -> None:
        if wait is not None:
            if isinstance(wait, bool) or not isinstance(wait, (int, float)):
                raise TypeError(f"expected wait to be a number of seconds; got {wait!r}")
            if not (wait >= 0 and math.isfinite(wait)):
                raise ValueError(f"expected wait to be 0 or more seconds; got {wait!r}")
        self._end = None if wait is None else monotonic() + wait
        self._pause = FIRST_PAUSE_SECONDS

    def pause_after(self, error: TuberError) -> float:
        """Return the seconds until the next attempt; raise the error if there is none."""
        left = 0.0 if self._end is None else self._end - monotonic()
        if left <= 0 or not _may_be_starting(error):
            raise error.with_traceback(None)
        pause = min(self._pause, left)
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        return pause


def _may_be_starting(error: Any) -> bool:
    """Whether a server that is starting may answer so; reading a description changes nothing."""
    if isinstance(error, TuberProtocolError):
        return error.status in _NOT_READY
    return isinstance(error, TuberNetworkError)
