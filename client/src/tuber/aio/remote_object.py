"""The asyncio shell: remote objects whose calls are awaited.

It imports asyncio when the first link is made, because asyncio is slow to import.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from tuber.aio.context import Context
from tuber.errors import TuberError, TuberStateError
from tuber.network.address import Address, parse_address
from tuber.network.link import ServerLink
from tuber.objects.remote_object import RemoteObject
from tuber.options import Options, TimeoutLike
from tuber.protocol import Path
from tuber.session.messages import Conversation
from tuber.session.server_state import ServerState
from tuber.session.waiting import Waiting

if TYPE_CHECKING:
    import asyncio
    import ssl

    from tuber.aio.pool import AsyncioPool
    from tuber.transport import Transport

__all__ = ["TuberObject", "connect_async", "resolve"]

T = TypeVar("T")
Self = TypeVar("Self", bound="TuberObject")


class AsyncioLink(ServerLink):
    """A link whose conversations are awaited, in any number of loops.

    Each loop has its own connections to a server, shared by all links to it.
    """

    def __init__(
        self, address: Address, options: Options, state: ServerState | None = None
    ) -> None:
        super().__init__(address, options, state)
        from asyncio import get_running_loop  # noqa: PLC0415

        from tuber.aio.pool import pool_of_running_loop  # noqa: PLC0415

        self._get_running_loop = get_running_loop
        self._pool_of_running_loop = pool_of_running_loop
        self._recent: Callable[[], AsyncioPool | None] = lambda: None  # the pool used last

    def run(self, conversation: Conversation[T]) -> Coroutine[Any, Any, T]:
        """Return a coroutine that drives a conversation to its end and returns its value."""
        return self._drive(conversation)

    def start(self, conversation: Conversation[T]) -> asyncio.Task[T]:
        """Start a task that drives a conversation."""
        return self._get_running_loop().create_task(self.run(conversation))

    async def close(self) -> None:
        """Close the idle connections of this loop; a later call makes a new one."""
        await self._connections().close()
        await self._close_transport()

    def drop(self) -> None:
        """Close the idle connections at once; without a running loop there are none."""
        try:
            pool = self._connections()
        except RuntimeError:
            return
        pool.drop()

    def _connections(self) -> AsyncioPool:
        pool = self._recent()
        if pool is None or pool.loop is not self._get_running_loop():
            pool = self._pool_of_running_loop(self._route)
            self._recent = ref(pool)  # weak: it refers to a loop, which may have ended
        return pool


class TuberObject(RemoteObject):
    """A remote object whose calls are awaited.

    ``resolve`` creates and resolves it. If you create an instance of your own subclass, resolve it
    with ``await obj.tuber_resolve()``. Several loops may use it.
    """

    def _tuber_connect(self, hostname: str, options: Options) -> AsyncioLink:
        return AsyncioLink(parse_address(hostname), options)

    def _tuber_assign(self, name: str, value: Any) -> None:
        raise TuberStateError(
            f"property {name!r} of {self!r} cannot be assigned, because an assignment cannot be "
            f"awaited: use 'await obj.tuber_set({name!r}, value)'"
        )

    def _tuber_plain_class(self) -> type[RemoteObject]:
        return TuberObject

    def tuber_context(self, **options_and_broadcast: Any) -> Context:
        """Return a context that queues calls and sends them as one batch.

        Args:
            options_and_broadcast: the options of ``Context``; other names are arguments that are
                added to every call.
        """
        return Context(self, **options_and_broadcast)

    async def aclose(self) -> None:
        """Close the idle connections of the running loop; a later call makes a new one.

        Connections are also closed when their loop ends.
        """
        await self._tuber_link.close()

    def tuber_close(self) -> None:
        """Close the idle connections without waiting; use ``aclose`` in new programs.

        Your own ``transport`` stays open, because its ``close`` must be awaited.
        """
        self._tuber_present_link().drop()

    async def __aenter__(self: Self) -> Self:
        self._tuber_refuse_context()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def resolve(
    hostname: str,
    objname: Path = None,
    accept_types: Sequence[str] | None = None,
    convert_json: bool | None = None,
    return_exceptions: bool | None = None,
    timeout: TimeoutLike = None,
    *,
    ssl_context: ssl.SSLContext | None = None,
    transport: Transport | None = None,
    max_reply_bytes: int | None = None,
    token: str | None = None,
    wait: float | None = None,
) -> TuberObject:
    """Connect to a server and return a resolved remote object.

    The arguments and exceptions are those of ``resolve_simple``.
    """
    options = locals()
    waiting = Waiting(options.pop("wait"))
    resolved = TuberObject(**options)
    while True:
        try:
            await resolved.tuber_resolve()
        except TuberError as error:
            from asyncio import sleep  # noqa: PLC0415  # see the module's docstring

            await sleep(waiting.pause_after(error))
        else:
            return resolved


connect_async = resolve
