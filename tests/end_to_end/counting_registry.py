"""The registry for the test of 'at most once'. It records each call that ran."""

from __future__ import annotations

import threading


class Counter:
    """Counts calls by the token that each of them carries."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, int] = {}

    def increment(self, token: str, ballast: str = "") -> str:
        """Count one run of the call that carries the token; the ballast makes it long."""
        with self._lock:
            self._runs[token] = self._runs.get(token, 0) + 1
        return token

    def take_runs(self) -> dict[str, int]:
        """Return how often each token was counted, and start again from zero."""
        with self._lock:
            runs, self._runs = self._runs, {}
            return runs


registry = {"counter": Counter()}
