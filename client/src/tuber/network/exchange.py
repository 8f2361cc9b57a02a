"""One request and its reply over a pool: which connection is used, and when one is sent again.

The rule 'at most once' (PROTOCOL.md section 2) lives here, written once for both shells. These are
coroutines and nothing of asyncio: the asyncio shell awaits them; the pool and the connections of
the blocking shell never suspend, so that ``finish`` drives them to their end in one step.
"""

from __future__ import annotations

from collections.abc import Coroutine
from time import monotonic
from typing import Any, Protocol, TypeVar

from tuber._timing import Timing
from tuber.errors import TuberConnectionLost
from tuber.network.http1 import Reply
from tuber.network.request_head import RequestHead
from tuber.session.session import Request

T = TypeVar("T")


class Connection(Protocol):
    """A connection to a server, in the hands of the one who uses it."""

    sent_any: bool
    """Whether a byte of the last request may have left."""

    async def exchange(
        self, buffers: list[bytes | memoryview], called: object, deadline: float | None
    ) -> Reply:
        """Send a request and receive its reply."""


C = TypeVar("C", bound=Connection)


class Pool(Protocol[C]):
    """The connections over one route.

    Each place that was got by ``occupy`` or ``wait`` is freed by one ``give_back`` or ``give_up``.
    """

    def occupy(self) -> bool:
        """Get a place if one is free; False: ``wait`` for it."""

    async def wait(self, deadline: float | None, called: object) -> None:
        """Get the next place that becomes free, in turn."""

    def take(self) -> C | None:
        """In the place occupied: the next connection that rested and is still open, if any."""

    async def make(self, timing: Timing, deadline: float | None, called: object) -> C:
        """In the place occupied: a new connection."""

    def give_back(self, connection: C) -> None:
        """Let a connection rest that can be used again, and free its place."""

    def give_up(self) -> None:
        """Free a place."""


async def exchange(pool: Pool[C], head: RequestHead, timing: Timing, request: Request) -> Reply:
    """Send a request once and receive its reply.

    Raises:
        TuberNetworkError: ``may_have_run`` says whether the server may have got it.
        TuberProtocolError: what came is no HTTP reply.
    """
    total = timing.total if request.seconds is None else request.limited(timing.total)
    deadline = None if total is None else monotonic() + total
    buffers = head.encode(request.body, request.options, request.media_type, request.rest)
    called = request.called
    if not pool.occupy():
        await pool.wait(deadline, called)
    try:
        connection = pool.take()
        while connection is not None:
            try:
                reply = await connection.exchange(buffers, called, deadline)
                break
            except TuberConnectionLost:
                if connection.sent_any:
                    raise
                # Closed by the server just as we took it, and not a byte had left: the one case
                # in which a request may be sent on another connection.
                connection = pool.take()
        else:
            connection = await pool.make(timing, deadline, called)
            reply = await connection.exchange(buffers, called, deadline)
    except BaseException:
        pool.give_up()
        raise
    if reply.keep_alive:
        pool.give_back(connection)
    else:
        pool.give_up()
    return reply


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Drive a coroutine that never suspends to its end; returns what it returns."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    coroutine.close()
    raise RuntimeError(f"{coroutine} waits for an event loop, and the synchronous client has none")
