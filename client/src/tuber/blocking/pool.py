"""The connections over one route that rest between calls; what ``_exchange`` calls a pool.

Thread-safe without a lock: a list's ``append`` and ``pop`` are atomic, and whoever took a
connection out has it alone. The last one in is the first one out, so that few stay in use.
"""

from __future__ import annotations

import os
import weakref
from typing import Final

from tuber._timing import Timing
from tuber.blocking.connection import Connection
from tuber.network.route import Route

# More threads than this seldom call one server at the same time for long; the connections over
# it are closed when they come back.
MAX_RESTING: Final = 32


class Pool:
    """Keeps the connections over one route. Nobody waits: its coroutines never suspend.

    In the child of a fork the pool is empty: a connection carries one conversation, not two.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._resting: list[Connection] = []
        # Also when the program ends: no socket is left to the garbage collector.
        weakref.finalize(self, _close_all, self._resting)
        _pools.add(self)

    def occupy(self) -> bool:
        """There is always a place: as many connections at a time as threads that call."""
        return True

    async def wait(self, deadline: float | None, called: object) -> None:
        """Part of ``_exchange.Pool``: nobody waits."""

    def take(self) -> Connection | None:
        """A connection that rested and is still open; None when there is none."""
        while True:
            try:
                connection = self._resting.pop()
            except IndexError:
                return None
            if not connection.is_stale():
                return connection
            connection.close()

    async def make(self, timing: Timing, deadline: float | None, called: object) -> Connection:
        """A new connection; raises TuberNetworkError when it can't be made."""
        return Connection(self._route, timing, deadline, called)

    def give_back(self, connection: Connection) -> None:
        """Let a connection rest that can be used again."""
        if len(self._resting) < MAX_RESTING:
            self._resting.append(connection)
        else:
            connection.close()

    def give_up(self) -> None:
        """Part of ``_exchange.Pool``: places are not counted."""

    def close(self) -> None:
        """Close the connections that rest; calls that are under way are not touched."""
        _close_all(self._resting)


def _close_all(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


def _forget_the_parents_connections() -> None:
    """In the child: close its copies of the sockets; the parent's stay as they are."""
    for pool in list(_pools):
        while pool._resting:
            pool._resting.pop().forget()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_forget_the_parents_connections)
