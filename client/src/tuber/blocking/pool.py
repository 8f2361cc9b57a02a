"""The idle connections over one route, between calls.

Thread-safe without a lock: a list's ``append`` and ``pop`` are atomic, and the thread that took a
connection out is its only user.
"""

from __future__ import annotations

import os
import weakref
from typing import Final

from tuber.blocking.connecting import BlockingDialler
from tuber.blocking.connection import BlockingConnection
from tuber.network.connecting import connect
from tuber.network.exchange import Pool
from tuber.network.route import Route
from tuber.options import Timing

# More threads than this seldom call one server at the same time for long. Connections over the
# limit are closed after their call.
MAX_IDLE: Final = 32


class BlockingPool(Pool[BlockingConnection]):
    """The pool of the blocking shell, whose coroutines never suspend.

    In the child of a fork the pool is empty: two processes cannot share a connection.
    """

    def __init__(self, route: Route) -> None:
        super().__init__(route)
        # Also when the program ends: no socket is left to the garbage collector.
        weakref.finalize(self, _close_all, self._idle)
        _pools.add(self)

    async def connect(
        self, timing: Timing, deadline: float | None, called: object
    ) -> BlockingConnection:
        """Make a connection; raise TuberNetworkError if that fails."""
        dialler = BlockingDialler(self.route)
        sock = await connect(dialler, self.route.address, timing, deadline, called)
        return BlockingConnection(sock, self.route)

    def checkin(self, connection: BlockingConnection) -> None:
        """Keep a connection that can be used again."""
        if len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close the idle connections; running calls keep theirs."""
        _close_all(self._idle)


def _close_all(connections: list[BlockingConnection]) -> None:
    while connections:
        connections.pop().close()


_pools: weakref.WeakSet[BlockingPool] = weakref.WeakSet()


def _forget_connections_of_parent() -> None:
    """Close the child's copies of the sockets; those of the parent stay open."""
    for pool in list(_pools):
        while pool._idle:
            pool._idle.pop().forget()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_forget_connections_of_parent)
