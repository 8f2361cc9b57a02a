"""The connections of one asyncio loop: a limited number to each server, closed with the loop.

Nothing of the loop is patched. The end of the loop closes an asynchronous generator that is left
suspended, as ``asyncio.run`` and every other runner does (PEP 525).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

from tuber.aio.connecting import AsyncioDialler
from tuber.aio.connection import AsyncioConnection, wait_until
from tuber.errors import TuberTimeout
from tuber.network.connecting import connect
from tuber.network.exchange import Pool
from tuber.network.route import Route
from tuber.options import Timing

# To one server; more calls wait in order of arrival. Servers of the predecessor have 32 threads,
# one for each open connection; this leaves half of them to others.
MAX_CONNECTIONS: Final = 16


class AsyncioPool(Pool[AsyncioConnection]):
    """The pool of one loop over one route."""

    def __init__(self, loop: asyncio.AbstractEventLoop, route: Route) -> None:
        super().__init__(route)
        self.loop = loop
        self._free_slots = MAX_CONNECTIONS
        self._waiting: deque[asyncio.Future[None]] = deque()

    def acquire_slot(self) -> bool:
        """Acquire a slot, unless all are in use or other calls wait already."""
        if self._free_slots > 0 and not self._waiting:
            self._free_slots -= 1
            return True
        return False

    async def wait_for_slot(self, deadline: float | None, called: object) -> None:
        """Acquire the next slot that becomes free; see ``exchange.Pool``."""
        slot: asyncio.Future[None] = self.loop.create_future()
        self._waiting.append(slot)
        try:
            await wait_until(slot, deadline)
        except TimeoutError as error:
            raise TuberTimeout(
                f"Timed out waiting for a free connection to {self.route.address.url}: "
                f"{MAX_CONNECTIONS} other calls are running; {called} was not run"
            ) from error
        except asyncio.CancelledError:
            if slot.done() and not slot.cancelled() and slot.exception() is None:
                self.release_slot()  # it was granted at the same moment
            raise

    async def connect(
        self, timing: Timing, deadline: float | None, called: object
    ) -> AsyncioConnection:
        """With a slot: make a connection; raise TuberNetworkError if that fails."""
        dialler = AsyncioDialler(self.route)
        return await connect(dialler, self.route.address, timing, deadline, called)

    def checkin(self, connection: AsyncioConnection) -> None:
        """Keep a connection that can be used again, and release its slot."""
        self._idle.append(connection)
        self.release_slot()

    def release_slot(self) -> None:
        """Release a slot; the call that has waited longest gets it."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free_slots += 1

    async def close(self) -> None:
        """Close the idle connections; running calls keep theirs."""
        await asyncio.gather(*(connection.end() for connection in self._take_idle()))

    def drop(self) -> None:
        """Close the idle connections without waiting for the sockets."""
        for connection in self._take_idle():
            connection.close()

    def _take_idle(self) -> list[AsyncioConnection]:
        idle, self._idle = self._idle, []
        return idle


# Of each loop the pools by route, and the generator that closes them.
_loops: weakref.WeakKeyDictionary[
    asyncio.AbstractEventLoop, tuple[dict[Route, AsyncioPool], AsyncGenerator[None, None]]
] = weakref.WeakKeyDictionary()
_lock: Final = threading.Lock()


def pool_of_running_loop(route: Route) -> AsyncioPool:
    """Return the running loop's pool of a route.

    Raises:
        RuntimeError: no loop is running in this thread.
    """
    loop = asyncio.get_running_loop()
    if loop not in _loops:
        made: dict[Route, AsyncioPool] = {}
        end = _closing(made)
        # Run it to its yield, which registers it with the loop; it does not wait for anything.
        with contextlib.suppress(StopIteration):
            end.asend(None).send(None)
        with _lock:  # other threads may have loops of their own
            # Pools refer to their loop, so those of a closed loop would never be freed.
            for each in [each for each in _loops if each.is_closed()]:
                del _loops[each]
            _loops[loop] = made, end
    pools, _ = _loops[loop]
    if route not in pools:
        pools[route] = AsyncioPool(loop, route)
    return pools[route]


async def _closing(pools: dict[Route, AsyncioPool]) -> AsyncGenerator[None, None]:
    """Close the pools at the end of the loop."""
    try:
        yield
    finally:
        for pool in pools.values():
            await pool.close()
