"""The asyncio shell: remote objects whose calls are awaited.

It drives the conversations of ``_session`` over the connections of ``_asyncio_pool``, and decides
when a request is sent again: only when not a byte of it had left. asyncio is imported when the
first link is made, by whom asyncio is used anyway; ``import tuber`` does not pay for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from tuber._asyncio_context import Context
from tuber._http1 import Reply
from tuber._link import ServerLink
from tuber._proxy import RemoteObject
from tuber._session import Conversation, Options, Request
from tuber._target import Target
from tuber._timing import TimeoutLike
from tuber.errors import TuberConnectionLost, TuberError, TuberStateError
from tuber.protocol import Path

if TYPE_CHECKING:
    import asyncio

    from tuber._asyncio_pool import AsyncioPool

__all__ = ["TuberObject", "resolve"]

T = TypeVar("T")
Self = TypeVar("Self", bound="TuberObject")


class AsyncioLink(ServerLink):
    """A link whose conversations are awaited, in any number of loops.

    Each loop has its own connections to the server, shared by all links to it.
    """

    def __init__(self, target: Target, options: Options) -> None:
        super().__init__(target, options)
        # asyncio takes longer to import than all of tuber.
        from asyncio import get_running_loop  # noqa: PLC0415

        from tuber._asyncio_pool import pool_of_running_loop  # noqa: PLC0415

        self._get_running_loop = get_running_loop
        self._pool_of_running_loop = pool_of_running_loop

    async def run(self, conversation: Conversation[T]) -> T:
        """Drive a conversation to its end; returns what it returns."""
        try:
            request = next(conversation)
            while True:
                try:
                    reply = await self._exchange(request)
                except TuberError as error:  # some conversations can go on without a reply
                    request = conversation.throw(error)
                else:
                    request = conversation.send(reply)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            conversation.close()

    def start(self, conversation: Conversation[T]) -> asyncio.Task[T]:
        """A conversation that is driven by a task of its own."""
        return self._get_running_loop().create_task(self.run(conversation))

    async def close(self) -> None:
        """Close this loop's connections to the server that rest; a later call makes a new one."""
        await self._pool().close()

    def _pool(self) -> AsyncioPool:
        return self._pool_of_running_loop(self._address)

    async def _exchange(self, request: Request) -> Reply:
        total = request.limited(self._timing.total)
        deadline = None if total is None else monotonic() + total
        buffers = self._head.encode(request.body, request.options)
        pool = self._pool()
        connection = await pool.take(deadline, request.called)
        reply = None
        try:
            while connection is not None and reply is None:
                try:
                    reply = await connection.exchange(buffers, request.called, deadline)
                except TuberConnectionLost:
                    if connection.sent_any:
                        raise
                    # Closed by the server just as we took it, and nothing had left: PROTOCOL.md
                    # section 2, 'At most once', allows the next connection.
                    connection = pool.take_another()
            if connection is None or reply is None:
                connection = await pool.make(self._timing, deadline, request.called)
                reply = await connection.exchange(buffers, request.called, deadline)
        except BaseException:
            pool.give_up()
            raise
        if reply.keep_alive:
            pool.give_back(connection)
        else:
            pool.give_up()
        return reply


class TuberObject(RemoteObject):
    """A remote object whose calls are awaited.

    Made by ``resolve``, or from a subclass of one's own; before ``await obj.tuber_resolve()``
    nothing is known of the remote object. It may be used in several loops.
    """

    def _tuber_connect(self, target: Target, options: Options) -> AsyncioLink:
        return AsyncioLink(target, options)

    def _tuber_assign(self, name: str, value: Any) -> None:
        raise TuberStateError(
            f"property {name!r} of {self!r} can't be assigned, for an assignment can't be awaited: "
            f"await obj.tuber_set({name!r}, value)"
        )

    def object_factory(self, objname: Path) -> RemoteObject:
        """Make the remote object for an object inside this one; subclasses may choose a class.

        Args:
            objname: its full path from the registry.
        """
        return TuberObject(objname, parent=self)

    def tuber_context(self, **options_and_broadcast: Any) -> Context:
        """A context in which calls are queued and sent as one batch.

        Args:
            options_and_broadcast: the options of Context; other names are arguments that are added
                to every call.
        """
        return Context(self, **options_and_broadcast)

    async def aclose(self) -> None:
        """Close the running loop's connections to the server that rest; a later call opens one.

        Not needed before the loop ends: with it they are closed.
        """
        await self._tuber_link.close()

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


async def resolve(
    hostname: str,
    objname: Path = None,
    accept_types: Sequence[str] | None = None,
    convert_json: bool | None = None,
    return_exceptions: bool | None = None,
    timeout: TimeoutLike = None,
) -> TuberObject:
    """Connect to a server and learn what an object offers.

    Args and Raises: as ``resolve_simple``.
    """
    resolved = TuberObject(
        objname,
        hostname=hostname,
        accept_types=accept_types,
        convert_json=convert_json,
        return_exceptions=return_exceptions,
        timeout=timeout,
    )
    await resolved.tuber_resolve()
    return resolved
