"""The calls of an asyncio loop that make a connection; see ``network.connecting``."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Sequence, Set
from typing import Any, TypeVar

from tuber.aio.connection import AsyncioConnection
from tuber.network.address import UNIX, Address
from tuber.network.connecting import Place
from tuber.network.route import Route
from tuber.network.sockets import NoSignalSocket

T = TypeVar("T")


class AsyncioDialler:
    """Makes one connection on the running loop."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._loop = asyncio.get_running_loop()
        self._running: set[asyncio.Task[socket.socket]] = set()

    async def within(self, seconds: float | None, connecting: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine in a task. A connection that comes too late is closed.

        ``asyncio.wait_for`` loses a result that comes at the moment of a cancellation (before
        Python 3.12), and with it a socket.
        """
        task = self._loop.create_task(connecting)
        done: set[asyncio.Task[T]] = set()
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        finally:
            if not done:
                await _cancel({task})
        if not done:
            raise TimeoutError
        return task.result()

    async def look_up(self, address: Address) -> Sequence[Place]:
        """Resolve a host name.

        The resolver of the system blocks, so it runs in a thread of the loop's executor. An IP
        address must not wait for a free one.
        """
        if address.is_numeric:
            return socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        return await self._loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)

    async def reach(self, place: Place) -> socket.socket:
        """Connect to a place; raise OSError if that fails."""
        family, kind, protocol, _, address = place
        sock = NoSignalSocket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await self._loop.sock_connect(sock, address)
        except BaseException:
            sock.close()
            raise
        return sock

    def start(self, place: Place) -> None:
        """Begin an attempt."""
        self._running.add(self._loop.create_task(self.reach(place)))

    async def ended(self, seconds: float | None) -> socket.socket | OSError | None:
        """Wait for an attempt to end, and return its socket or fault; None after ``seconds``."""
        done, _ = await asyncio.wait(
            self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if not done:
            return None
        task = done.pop()
        self._running.remove(task)
        fault = task.exception()
        return fault if isinstance(fault, OSError) else task.result()

    async def cancel(self) -> None:
        """Close the sockets of all other attempts."""
        await _cancel(self._running)

    async def open(self, sock: socket.socket) -> AsyncioConnection:
        """Make the connection over a connected socket, with TLS if the route needs it."""
        address, context = self._route.address, self._route.ssl_context
        if address.scheme == UNIX:
            _, made = await self._loop.create_unix_connection(self._made, sock=sock)
        else:
            name = None if context is None else address.ascii_host
            _, made = await self._loop.create_connection(
                self._made, sock=sock, ssl=context, server_hostname=name
            )
        return made

    def _made(self) -> AsyncioConnection:
        return AsyncioConnection(self._loop, self._route)


async def _cancel(tasks: Set[asyncio.Task[Any]]) -> None:
    """Cancel tasks, and close what they have made in spite of that."""
    for task in tasks:
        task.cancel()
        task.add_done_callback(_close_result)
    if tasks:
        await asyncio.wait(tasks)  # the loop may stop after this, so none may be left


def _close_result(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
