"""One connection to a server on an asyncio loop: used for one request at a time, closed.

It does not retry, does not know what a request means, and closes itself if anything goes wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar, cast

from tuber.errors import TuberProtocolError
from tuber.network.errors import closed_by_server
from tuber.network.http1 import HttpReply, ReplyReader
from tuber.network.route import Route
from tuber.network.sockets import read_ready_probe

T = TypeVar("T")

# One read holds any usual reply; longer bodies are received into memory of their own.
RECEIVE_BYTES: Final = 16 * 1024
# Up to this size the transport gets a request as a whole, and may have to copy it.
SLICE_BYTES: Final = 1024 * 1024
# How long a peer may take to answer the end of TLS.
GOODBYE_SECONDS: Final = 1.0


class AsyncioConnection(asyncio.BufferedProtocol):
    """A connection to one server, used by one task at a time, in the loop that made it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, route: Route) -> None:
        self._loop = loop
        self._encrypted = route.ssl_context is not None
        self._reader = ReplyReader(route.max_reply_bytes)
        self._buffer = memoryview(bytearray(RECEIVE_BYTES))
        self._transport: asyncio.Transport | None = None
        self._is_readable: Callable[[], object]  # set when there is a transport
        self._reply: asyncio.Future[HttpReply] | None = None  # while a request is running
        self._into_rest = False
        self._closed = loop.create_future()
        self._reports_holding = False
        self._holding = False  # the transport holds bytes that the kernel did not take yet
        self._paused = False  # the transport must get no more bytes for now
        self._more = False  # whether more bytes of this request follow
        self._resumed: asyncio.Future[None] | None = None  # done when it may get more bytes
        self.sent_any = self.sent_all = False

    # --- for the pool and the exchange

    def is_stale(self) -> bool:
        """Whether the peer closed the idle connection, or wrote on it.

        The kernel knows, but the loop may not: it stands still between two prompts of an
        interactive session. Late bytes of TLS itself (session tickets) count as a fault here; that
        costs a new connection, but no call.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            return True
        if self._encrypted and transport.get_extra_info("socket") is None:
            return True  # TLS of Python 3.10 that has ended
        return bool(self._is_readable())

    async def request(self, buffers: list[bytes | memoryview], deadline: float | None) -> HttpReply:
        """Send a request and receive its reply; part of ``exchange.Connection``."""
        self.sent_any = self._holding = self._more = False
        self._reply = self._loop.create_future()
        try:
            # One buffer is never big: see RequestHead.encode.
            if len(buffers) == 1 or sum(map(len, buffers)) <= SLICE_BYTES:
                self._send(buffers)
            else:
                await self._send_slices(buffers, deadline)
            if deadline is None:
                reply = await self._reply
            else:
                reply = await wait_until(self._reply, deadline)
        except BaseException:  # also a cancelled task: a late reply must not meet the next call
            self.sent_all = self.sent_any and not self._holding and not self._more
            self.close()
            raise
        finally:
            self._reply = None
        # The server replied before it read the whole request, so the connection cannot be reused.
        if self._more or self._holding:
            reply.keep_alive = False
        if not reply.keep_alive:
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection at once, without sending what it still holds."""
        # A transport that ended while it was holding bytes can no longer be aborted.
        if self._transport is None or self._closed.done() or self._loop.is_closed():
            return
        self._transport.abort()

    async def end(self) -> None:
        """Close an idle connection, and wait until the socket is closed."""
        transport = self._transport
        if self._encrypted and transport is not None:
            # RFC 9112 section 9.8: announce the end.
            transport.close()
            await asyncio.wait({self._closed}, timeout=GOODBYE_SECONDS)
        self.close()
        await self._closed

    async def _send_slices(self, buffers: list[bytes | memoryview], deadline: float | None) -> None:
        """Send a big request at the pace of the kernel: the transport copies what it must hold.

        Raises: as ``_send``. Faults after the first slice are in the reply's future.
        """
        reply = self._reply
        assert reply is not None
        self._more = True
        for buffer in buffers:
            for start in range(0, len(buffer), SLICE_BYTES):
                if self._paused:
                    self._resumed = self._loop.create_future()
                    await wait_until(self._resumed, deadline)
                if reply.done():  # answered, or lost
                    return
                self._send([memoryview(buffer)[start : start + SLICE_BYTES]])
        self._more = False

    def _send(self, buffers: list[bytes | memoryview]) -> None:
        """Pass buffers to the transport, which sends at once as much as the kernel takes.

        Raises:
            ConnectionResetError: the kernel took nothing.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise closed_by_server(False)
        sent_any = self.sent_any or self._encrypted  # a record may be on its way when it fails
        self.sent_any = sent_any
        transport.writelines(buffers) if len(buffers) > 1 else transport.write(buffers[0])
        if transport.is_closing():  # the attempt failed, so no byte was sent
            raise closed_by_server(False)
        self.sent_any = True

    def _end_was_announced(self) -> bool:
        """Whether the peer sent 'close_notify', which asyncio does not report.

        An end without it may be an attack (RFC 9112 section 9.8), and must not pass for the end of
        a reply. Python 3.10 does not report announced ends, so the reply counts as lost there.
        """
        assert self._transport is not None
        try:
            announced: bool = self._transport.get_extra_info("ssl_object").read(1) == b""
        except OSError:  # nothing to read, and no end
            return False
        return announced

    # --- for the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.BufferedProtocol."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._is_readable = read_ready_probe(transport.get_extra_info("socket"))
        # Report every byte held, because a request that was not sent as a whole cannot have run.
        # Under TLS asyncio also reports empty buffers, so there every request counts as sent.
        self._reports_holding = transport.get_extra_info("sslcontext") is None
        if self._reports_holding:
            self._transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Part of asyncio.BufferedProtocol: the kernel has not taken everything."""
        self._paused = True
        self._holding = self._reports_holding

    def resume_writing(self) -> None:
        """Part of asyncio.BufferedProtocol: the kernel has taken everything."""
        self._paused = self._holding = False
        self._resume()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Part of asyncio.BufferedProtocol: return memory for the next bytes."""
        rest = self._reader.rest()
        self._into_rest = rest is not None
        return self._buffer if rest is None else rest

    def buffer_updated(self, nbytes: int) -> None:
        """Part of asyncio.BufferedProtocol: ``nbytes`` were written there."""
        if self._reply is None or self._reply.done():  # not a reply to anything
            self.close()
            return
        try:
            if self._into_rest:
                reply = self._reader.filled(nbytes)
            else:
                reply = self._reader.feed(bytes(self._buffer[:nbytes]))
        except TuberProtocolError as error:
            self._reply.set_exception(error)
            self._resume()
            return
        if reply is not None:
            self._reply.set_result(reply)
            self._resume()  # a server that answers early reads no more of the request

    def eof_received(self) -> None:
        """Part of asyncio.BufferedProtocol; the transport closes itself afterwards."""
        if self._encrypted and not self._end_was_announced():
            return
        if self._reply is not None and not self._reply.done():
            reply = self._reader.end()
            if reply is not None:
                self._reply.set_result(reply)
                self._resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio.BufferedProtocol."""
        if self._encrypted and self._transport is not None:
            self._transport.close()  # or Python 3.10 warns of a transport that was not closed
        if self._reply is not None and not self._reply.done():
            error = exc if isinstance(exc, OSError) else closed_by_server(self._reader.started)
            self._reply.set_exception(error)
        self._resume()
        if not self._closed.done():
            self._closed.set_result(None)

    def _resume(self) -> None:
        """Wake the task that waits to send more."""
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)


async def wait_until(waited_for: asyncio.Future[T], deadline: float | None) -> T:
    """Wait for a future of our own; raise TimeoutError if it is not done by the deadline."""
    if deadline is None:
        return await waited_for
    loop = waited_for.get_loop()
    timer = loop.call_later(deadline - monotonic(), _time_out, waited_for)
    try:
        return await waited_for
    finally:
        timer.cancel()


def _time_out(waited_for: asyncio.Future[T]) -> None:
    if not waited_for.done():
        waited_for.set_exception(TimeoutError())
