"""What both servers serve here: methods that do nothing, one that computes, a busy thread."""

from __future__ import annotations

import sys
import threading

from adder import Computer  # type: ignore[import-not-found]  # built by environment.py


class Instrument:
    """Methods that do nothing."""

    def nothing(self) -> None:
        """Returns at once."""

    def take(self, value: object) -> None:
        """Takes whatever it is given."""


class Spinner:
    """A thread of pure Python that never waits for anything."""

    def __init__(self) -> None:
        self._default = sys.getswitchinterval()
        self._going = False
        self._turns = 0
        self._thread: threading.Thread | None = None

    def start(self, switch_interval: float) -> None:
        """Starts it, with a switch interval in seconds for the whole interpreter."""
        sys.setswitchinterval(switch_interval)
        self._going = True
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Ends it; how often it went round."""
        self._going = False
        if self._thread is not None:
            self._thread.join()
        sys.setswitchinterval(self._default)
        return self._turns

    def _spin(self) -> None:
        self._turns = 0
        while self._going:
            self._turns += 1


registry = {
    "instrument": Instrument(),
    "computer": Computer(),
    "spinner": Spinner(),
}
