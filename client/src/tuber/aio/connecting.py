"""Reaching a server on an asyncio loop: names, addresses, the proxy's tunnel, TLS.

Makes a connection that is ready for a request, before a deadline, or says why there is none.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine, Set
from time import monotonic
from typing import Any

from tuber._timing import Timing
from tuber.aio.connection import AsyncioConnection
from tuber.network.address import UNIX, Address
from tuber.network.errors import connect_error
from tuber.network.race import Place, Race
from tuber.network.route import Route
from tuber.network.socket_options import prepare_socket
from tuber.network.tunnel import Tunnel
from tuber.protocol import MAX_HEAD_BYTES


async def connect(
    route: Route, timing: Timing, deadline: float | None, called: object
) -> AsyncioConnection:
    """A connection at whose other end the server listens to HTTP.

    Args:
        deadline: by the clock of ``time.monotonic``; the connect time-out holds beside it.
        called: what the connection is made for, for messages.

    Raises:
        TuberNetworkError: there is none; nothing was sent to the server.
    """
    seconds = timing.connect
    if deadline is not None:
        left = max(deadline - monotonic(), 0.0)
        seconds = left if seconds is None else min(left, seconds)
    attempt = _Attempt(route)
    try:
        return await _within(seconds, attempt.connection())
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA does not allow
        raise connect_error(error, attempt.hop, called) from error


async def _within(
    seconds: float | None, connecting: Coroutine[Any, Any, AsyncioConnection]
) -> AsyncioConnection:
    """Wait so long for a connection; one that comes too late, or to nobody, is closed.

    ``asyncio.wait_for`` loses a result that comes at the moment of a cancellation (before Python
    3.12), and with it a socket.
    """
    task = asyncio.get_running_loop().create_task(connecting)
    done: set[asyncio.Task[AsyncioConnection]] = set()
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not done:
            await _call_off({task})
    if not done:
        raise TimeoutError
    return task.result()


async def _call_off(tasks: Set[asyncio.Task[Any]]) -> None:
    """Cancel tasks that make something, and close what they have made all the same."""
    for task in tasks:
        task.cancel()
        task.add_done_callback(_close_result)
    if tasks:
        await asyncio.wait(tasks)  # until they are gone: the loop may stand still after this


def _close_result(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()


class _Attempt:
    """One connection being made.

    Attributes:
        hop: who is at fault if it fails now: the proxy, or the server.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._loop = asyncio.get_running_loop()
        self.hop = route.next_hop

    async def connection(self) -> AsyncioConnection:
        loop, route = self._loop, self._route
        if route.address.scheme == UNIX:
            if not hasattr(socket, "AF_UNIX"):
                raise OSError("Python has no unix sockets on this system")
            _, made = await loop.create_unix_connection(self._made, route.address.socket_path)
            return made
        sock = await _winner(loop, await _places(loop, self.hop))
        try:
            prepare_socket(sock)
            if route.tunnelled:
                await self._open_tunnel(sock, Tunnel(self.hop, route.address))
            self.hop = route.address
            encrypted = route.ssl_context is not None
            _, made = await loop.create_connection(
                self._made,
                sock=sock,
                ssl=route.ssl_context,
                server_hostname=route.address.ascii_host if encrypted else None,
            )
        except BaseException:
            sock.close()
            raise
        return made

    def _made(self) -> AsyncioConnection:
        return AsyncioConnection(self._loop, self._route)

    async def _open_tunnel(self, sock: socket.socket, tunnel: Tunnel) -> None:
        await self._loop.sock_sendall(sock, tunnel.request)
        is_open = False
        while not is_open:
            is_open = tunnel.feed(await self._loop.sock_recv(sock, MAX_HEAD_BYTES))


async def _places(loop: asyncio.AbstractEventLoop, address: Address) -> list[Place]:
    """The places that the system knows for a name, mDNS names too.

    Its resolver blocks, so it is asked in a thread of the loop's executor; an IP address is read
    without waiting for a free one.
    """
    if address.is_numeric:
        return list(socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
    return list(await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))


async def _winner(loop: asyncio.AbstractEventLoop, places: list[Place]) -> socket.socket:
    """The socket that is connected first; the others are closed."""
    if len(places) == 1:
        return await _opened(loop, places[0])
    race = Race(places, loop.time())
    running: set[asyncio.Task[socket.socket]] = set()
    try:
        while True:
            while (place := race.due(loop.time())) is not None:
                running.add(loop.create_task(_opened(loop, place)))
            if race.lost:
                raise race.fault()
            done, _ = await asyncio.wait(
                running,
                timeout=race.seconds_to_next(loop.time()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                running.remove(task)
                fault = task.exception()
                if fault is None:
                    return task.result()
                if not isinstance(fault, OSError):
                    raise fault
                race.failed(fault)
    finally:
        await _call_off(running)


async def _opened(loop: asyncio.AbstractEventLoop, place: Place) -> socket.socket:
    family, kind, protocol, _, address = place
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
