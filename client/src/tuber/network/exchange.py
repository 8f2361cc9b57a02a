"""One request and its reply over a pool: which connection is used, and when one is sent again.

The rule 'at most once' (PROTOCOL.md section 2) lives here, written once for both shells. These are
coroutines and nothing of asyncio: the asyncio shell awaits them; the pool and the connections of
the blocking shell never suspend, so ``run_without_suspending`` drives them in one step.
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
        """Whether the peer closed the idle connection, or wrote on it."""

    def close(self) -> None:
        """Close the connection at once; closing it again does nothing."""

    async def request(self, buffers: list[bytes | memoryview], deadline: float | None) -> HttpReply:
        """Send a request and receive its reply; close the connection on any fault.

        Args:
            deadline: for the reply to be complete, by ``time.monotonic``.

        Raises:
            OSError: the connection ended, or the deadline passed.
            TuberProtocolError: the peer sent something other than an HTTP reply.
        """


C = TypeVar("C", bound=Connection)


class Pool(Generic[C]):
    """The connections over one route; those of the blocking shell are not limited by slots.

    Each slot acquired is released by one ``checkin`` or ``release_slot``. The last connection in is
    the first one out, so that few stay in use.
    """

    def __init__(self, route: Route) -> None:
        self.route = route
        self._idle: list[C] = []

    def acquire_slot(self) -> bool:
        """Acquire a slot if one is free; False: ``wait_for_slot``."""
        return True

    async def wait_for_slot(self, deadline: float | None, called: object) -> None:
        """Acquire the next slot that becomes free, in order of arrival.

        Raises:
            TuberTimeout: none became free by the deadline. Nothing was sent.
        """

    def checkout(self) -> C | None:
        """With a slot: take an idle connection that is still open, if any."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not connection.is_stale():
                return connection
            connection.close()

    async def connect(self, timing: Timing, deadline: float | None, called: object) -> C:
        """With a slot: make a connection; raise TuberNetworkError if that fails."""
        raise NotImplementedError

    def checkin(self, connection: C) -> None:
        """Keep a connection that can be used again, and release the slot."""
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
                # The server closed an idle connection just as we took it, and not a byte had left:
                # the one case in which a request may be sent on another connection.
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
