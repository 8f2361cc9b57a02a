"""The asyncio shell: remote objects whose calls are awaited.

It awaits the conversations of ``_session`` over the connections of ``_asyncio_pool``. What happens
on the way is written in ``_link`` and ``_exchange``. asyncio is imported when the first link is
made, by whom asyncio is used anyway; ``import tuber`` does not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from tuber.aio.context import Context
from tuber.errors import TuberStateError
from tuber.network.address import Address, parse_address
from tuber.network.link import ServerLink
from tuber.objects.remote_object import RemoteObject
from tuber.options import Options, TimeoutLike
from tuber.protocol import Path
from tuber.session.messages import Conversation
from tuber.session.server_state import ServerState

if TYPE_CHECKING:
    import asyncio
    import ssl

    from tuber.aio.pool import AsyncioPool
    from tuber.transport import Transport

__all__ = ["TuberObject", "resolve"]

T = TypeVar("T")
Self = TypeVar("Self", bound="TuberObject")


class AsyncioLink(ServerLink):
    """A link whose conversations are awaited, in any number of loops.

    Each loop has its own connections to the server, shared by all links to it.
    """

    def __init__(
        self, address: Address, options: Options, state: ServerState | None = None
    ) -> None:
        super().__init__(address, options, state)
        # asyncio takes longer to import than all of tuber.
        from asyncio import get_running_loop  # noqa: PLC0415

        from tuber.aio.pool import pool_of_running_loop  # noqa: PLC0415

        self._get_running_loop = get_running_loop
        self._pool_of_running_loop = pool_of_running_loop
        self._recent: Callable[[], AsyncioPool | None] = _no_pool  # the pool used last, if it lives

    def run(self, conversation: Conversation[T]) -> Coroutine[Any, Any, T]:
        """Drive a conversation to its end; gives what it returns when awaited."""
        return self._drive(conversation)

    def start(self, conversation: Conversation[T]) -> asyncio.Task[T]:
        """A conversation that is driven by a task of its own."""
        return self._get_running_loop().create_task(self.run(conversation))

    async def close(self) -> None:
        """Close this loop's connections to the server that rest; a later call makes a new one."""
        await self._connections().close()
        await self._close_transport()

    def drop(self) -> None:
        """As ``close``, at once; where no loop runs there is nothing that would not end with it."""
        try:
            pool = self._connections()
        except RuntimeError:
            return
        pool.drop()

    def _connections(self) -> AsyncioPool:
        pool = self._recent()
        if pool is None or pool.loop is not self._get_running_loop():
            pool = self._pool_of_running_loop(self._route)
            self._recent = ref(pool)  # weak: it holds a loop, which may have ended
        return pool


def _no_pool() -> None:
    return None


class TuberObject(RemoteObject):
    """A remote object whose calls are awaited.

    Made by ``resolve``, or from a subclass of one's own; before ``await obj.tuber_resolve()``
    nothing is known of the remote object. It may be used in several loops.
    """

    def _tuber_connect(self, hostname: str, options: Options) -> AsyncioLink:
        return AsyncioLink(parse_address(hostname), options)

    def _tuber_assign(self, name: str, value: Any) -> None:
        raise TuberStateError(
            f"property {name!r} of {self!r} can't be assigned, for an assignment can't be awaited: "
            f"await obj.tuber_set({name!r}, value)"
        )

    def _tuber_plain_class(self) -> type[RemoteObject]:
        return TuberObject

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

    def close(self) -> None:
        """As ``aclose``, for programs written before there was one: nothing is waited for.

        A ``transport`` of one's own is left open: closing it has to be awaited.
        """
        self._tuber_present_link().drop()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

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
    *,
    ssl_context: ssl.SSLContext | None = None,
    transport: Transport | None = None,
    max_reply_bytes: int | None = None,
    token: str | None = None,
) -> TuberObject:
    """Connect to a server and learn what an object offers.

    Args and Raises: as ``resolve_simple``.
    """
    resolved = TuberObject(**locals())
    await resolved.tuber_resolve()
    return resolved
