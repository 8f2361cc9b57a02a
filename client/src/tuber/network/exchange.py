"""Send a request over a pooled connection and receive its reply.

This module implements the rule 'at most once' (PROTOCOL.md section 2) for both shells. These are
coroutines, but they do not use asyncio. The asyncio shell awaits them. The blocking shell's pool
and connections never suspend, so ``run_without_suspending`` drives them in one step.
"""

from __future__ import annotations

from collections.abc import Coroutine
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

from tuber.errors import TuberProtocolError
from tuber.network.errors import exchange_error, reply_error
from tuber.network.http1 import HttpReply
from tuber.network.request_head import RequestHead
from tuber.network.route import Route
from tuber.options import Timing
from tuber.session.messages import Request

T = TypeVar("T")


class Connection(Protocol):
    """A connection to a server, used for one request at a time.

    Attributes:
        sent_any: whether a byte of the last request may have left; if not, the server cannot have
            seen it.
        sent_all: whether the whole request may have left; if not, the server cannot have run it.
    """

    sent_any: bool
    sent_all: bool

    def is_stale(self) -> bool:
        """Whether the peer closed the idle connection or sent something on it."""

    def close(self) -> None:
        """Close the connection at once; closing it again does nothing."""

    async def request(self, buffers: list[bytes | memoryview], deadline: float | None) -> HttpReply:
        """Send a request and receive its reply; close the connection on any fault.

        Args:
            deadline: the time by which the reply must be complete, by ``time.monotonic``.

        Raises:
            OSError: the connection ended, or the deadline passed.
            TuberProtocolError: the peer sent something other than an HTTP reply.
        """


C = TypeVar("C", bound=Connection)


class Pool(Generic[C]):
    """The connections over one route. Only the asyncio shell limits their number by slots.

    One ``checkin`` or ``release_slot`` releases each acquired slot. The most recently used
    connection is reused first, so that the others can be closed when idle.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self._idle: list[C] = []

    def acquire_slot(self) -> bool:
        """Acquire a slot if one is free; if this returns False, use ``wait_for_slot``."""
        return True

    async def wait_for_slot(self, deadline: float | None, called: object) -> None:
        """Acquire the next slot that becomes free, in order of arrival.

        Raises:
            TuberTimeout: none became free by the deadline. Nothing was sent.
        """

    def checkout(self) -> C | None:
        """Return an idle connection that is still open, if any. REQUIRES: a slot."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not connection.is_stale():
                return connection
            connection.close()

    async def connect(self, timing: Timing, deadline: float | None, called: object) -> C:
        """Make a connection; raise TuberNetworkError if that fails. REQUIRES: a slot."""
        raise NotImplementedError

    def checkin(self, connection: C) -> None:
        """Keep the connection if it can be reused, and release the slot."""
        raise NotImplementedError

    def release_slot(self) -> None:
        """Release a slot without a connection."""


async def exchange_over_pool(
    pool: Pool[C], head: RequestHead, timing: Timing, request: Request
) -> HttpReply:
    """Send a request once and receive its reply.

    Raises:
        TuberNetworkError: ``may_have_run`` says whether the server may have received it.
        TuberProtocolError: the peer sent something other than an HTTP reply.
    """
    total = timing.total if request.seconds is None else request.limited(timing.total)
    deadline = None if total is None else monotonic() + total
    buffers = head.encode(request.body, request.options, request.media_type, request.rest)
    if not pool.acquire_slot():
        await pool.wait_for_slot(deadline, request.called)
    try:
        while True:
            idle = pool.checkout()
            connection = idle or await pool.connect(timing, deadline, request.called)
            try:
                reply = await connection.request(buffers, deadline)
                break
            except OSError as error:
                # The server closed an idle connection just before this request, and no byte of it
                # was sent. Only in this case may a request be sent again on another connection.
                if idle is None or connection.sent_any or isinstance(error, TimeoutError):
                    raise exchange_error(
                        error, pool.route.address.url, request.called, connection.sent_all, total
                    ) from error
            except TuberProtocolError as error:
                raise reply_error(error, pool.route.address.url, request.called) from error
    except BaseException:
        pool.release_slot()
        raise
    if reply.keep_alive:
        pool.checkin(connection)
    else:
        pool.release_slot()
    return reply


def run_without_suspending(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never suspends; return its value."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise RuntimeError(f"{coroutine} waits for an event loop, and the synchronous client has none")
