"""The connections of one asyncio loop: to each server so many, used in turn, closed with the loop.

The loop is not patched and not asked to do anything unusual: that it ends is learnt from an
asynchronous generator, which ``asyncio.run`` and every other runner closes at the end (PEP 525).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

from tuber._timing import Timing
from tuber.aio.connecting import connect
from tuber.aio.connection import AsyncioConnection, wait_until
from tuber.errors import TuberTimeout
from tuber.network.route import Route

# At the same time to one server; further calls wait in the order in which they came. Servers of
# the predecessor have 32 threads, and each kept connection occupies one: half are left to others.
MAX_CONNECTIONS: Final = 16


class AsyncioPool:
    """Keeps the connections of one loop over one route: a pool of ``_exchange``, for that loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, route: Route) -> None:
        self.loop = loop
        self._route = route
        self._resting: list[AsyncioConnection] = []
        self._places = MAX_CONNECTIONS
        self._waiting: deque[asyncio.Future[None]] = deque()

    def occupy(self) -> bool:
        """Get a place, unless all are taken or others wait already."""
        if self._places > 0 and not self._waiting:
            self._places -= 1
            return True
        return False

    async def wait(self, deadline: float | None, called: object) -> None:
        """Get the next place that becomes free; who has waited longest is first.

        Raises:
            TuberTimeout: none became free by the deadline; nothing was sent.
        """
        place: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append(place)
        try:
            await wait_until(place, deadline)
        except TimeoutError as error:
            raise TuberTimeout(
                f"no free connection to {self._route.address.url} in time, with "
                f"{MAX_CONNECTIONS} calls under way; {called} was not run"
            ) from error
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                # It was given to us at the same moment.
                self.give_up()
            raise

    def take(self) -> AsyncioConnection | None:
        """In the place occupied: the next connection that rested and is still open, if any."""
        while self._resting:
            connection = self._resting.pop()
            if not connection.is_stale():
                return connection
            connection.close()
        return None

    async def make(
        self, timing: Timing, deadline: float | None, called: object
    ) -> AsyncioConnection:
        """In the place occupied: a new connection; TuberNetworkError when it can't be made."""
        return await connect(self._route, timing, deadline, called)

    def give_back(self, connection: AsyncioConnection) -> None:
        """Let a connection rest that can be used again, and free its place."""
        self._resting.append(connection)
        self.give_up()

    def give_up(self) -> None:
        """Free a place; the one who has waited longest gets it."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        self._places += 1

    async def close(self) -> None:
        """Close the connections that rest; calls that are under way are not touched."""
        await asyncio.gather(*(connection.end() for connection in self._taken_away()))

    def drop(self) -> None:
        """As ``close``, without waiting for the sockets to be gone."""
        for connection in self._taken_away():
            connection.close()

    def _taken_away(self) -> list[AsyncioConnection]:
        resting, self._resting = self._resting, []
        return resting


class LoopPools:
    """All pools of one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pools: dict[Route, AsyncioPool] = {}
        self._end = self._until_the_loop_ends()
        # Runs it to its yield, and so makes it known to the loop; it does not wait for anything.
        with contextlib.suppress(StopIteration):
            self._end.asend(None).send(None)

    def pool(self, route: Route) -> AsyncioPool:
        """The pool of a route."""
        pool = self._pools.get(route)
        if pool is None:
            pool = self._pools[route] = AsyncioPool(self._loop, route)
        return pool

    async def _until_the_loop_ends(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            for pool in self._pools.values():
                await pool.close()


_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, LoopPools] = (
    weakref.WeakKeyDictionary()
)
_lock: Final = threading.Lock()


def pool_of_running_loop(route: Route) -> AsyncioPool:
    """The running loop's pool of a route.

    Raises:
        RuntimeError: no loop is running in this thread.
    """
    loop = asyncio.get_running_loop()
    pools = _loops.get(loop)
    if pools is None:
        made = LoopPools(loop)
        with _lock:  # other threads may have loops of their own
            # Pools hold their loop: those of a loop that was closed would never be forgotten.
            for each in [each for each in _loops if each.is_closed()]:
                del _loops[each]
            pools = _loops[loop] = made
    return pools.pool(route)
