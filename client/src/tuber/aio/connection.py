"""One connection to a server on an asyncio loop: made, used for one request at a time, closed.

The one place in the asyncio client with input and output. It does not retry, does not know what a
request means, and leaves a connection on which anything went wrong closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar, cast

from tuber.errors import TuberProtocolError
from tuber.network.errors import closed_by_server, exchange_error, reply_error
from tuber.network.http1 import Reply, ReplyReader
from tuber.network.readable import readability
from tuber.network.route import Route

T = TypeVar("T")

# One read takes in any usual reply; longer bodies are received into their own place.
RECEIVE_BYTES: Final = 16 * 1024
# Up to this size a request is given to the transport as a whole, which may have to copy it.
SLICE_BYTES: Final = 1024 * 1024
# How long a peer may take to answer the end of TLS; it has nothing else to do for us.
GOODBYE_SECONDS: Final = 1.0


class AsyncioConnection(asyncio.BufferedProtocol):
    """A connection to one server. It belongs to one task at a time, in the loop that made it.

    Attributes:
        sent_any: whether a byte of the last request may have left; if not, the server can't have
            seen it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, route: Route) -> None:
        self._loop = loop
        self._url = route.address.url
        self._encrypted = route.ssl_context is not None
        self._reader = ReplyReader(route.max_reply_bytes)
        self._buffer = memoryview(bytearray(RECEIVE_BYTES))
        self._transport: asyncio.Transport | None = None
        self._is_readable: Callable[[], object]  # since there is a transport
        self._reply: asyncio.Future[Reply] | None = None  # while a request is under way
        self._into_rest = False
        self._closed = loop.create_future()
        self._tells = False
        self._holding = False  # the transport holds what the kernel did not take yet
        self._paused = False  # and so nothing more is to be given to it
        self._more = False  # there is more to be given to it
        self._resumed: asyncio.Future[None] | None = None  # when it may be
        self.sent_any = False

    # --- what the pool and the link use

    def is_stale(self) -> bool:
        """Whether the peer closed the connection, or wrote on it, while it rested.

        The kernel is asked, not the loop: a loop that stood still, between two prompts of an
        interactive session, has not heard of it yet. What TLS says on its own account (a session
        ticket that came late) passes for a fault here: that costs a new connection, and no call.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            return True
        if self._encrypted and transport.get_extra_info("socket") is None:
            return True  # TLS of Python 3.10 that has ended
        return bool(self._is_readable())

    async def exchange(
        self, buffers: list[bytes | memoryview], called: object, deadline: float | None
    ) -> Reply:
        """Send a request and receive its reply.

        Args:
            deadline: for the reply to be complete, by the clock of ``time.monotonic``.

        Raises:
            TuberNetworkError: ``may_have_run`` says whether the server may have got all of it.
            TuberProtocolError: what came is no HTTP reply.
        """
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
            # Refused before it was sent as a whole: nothing can follow it.
            if self._more or self._holding:
                reply.keep_alive = False
        except OSError as error:
            sent_all = self.sent_any and not self._holding and not self._more
            self.close()
            raise exchange_error(error, self._url, called, sent_all) from error
        except TuberProtocolError as error:
            self.close()
            raise reply_error(error, self._url, called) from error
        except BaseException:  # also a cancelled task: a late reply must not meet the next call
            self.close()
            raise
        finally:
            self._reply = None
        if not reply.keep_alive:
            self.close()
        return reply

    def close(self) -> None:
        """Close the connection without waiting for what it still holds; again does nothing."""
        # A transport that has ended after it had to hold something can't be aborted any more.
        if self._transport is None or self._closed.done() or self._loop.is_closed():
            return
        self._transport.abort()

    async def end(self) -> None:
        """Close a connection that rests, and wait until the socket is gone."""
        transport = self._transport
        if self._encrypted and transport is not None:
            # RFC 9112 section 9.8: a client says that it closes.
            transport.close()
            await asyncio.wait({self._closed}, timeout=GOODBYE_SECONDS)
        self.close()
        await self._closed

    async def _send_slices(self, buffers: list[bytes | memoryview], deadline: float | None) -> None:
        """Send what is big at the pace of the kernel: the transport copies what it has to hold.

        Raises: as ``_send``. What fails behind the first slice is told by the reply's future.
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
        """Hand the request to the transport, which sends at once what the kernel takes.

        Raises:
            ConnectionResetError: the kernel took nothing.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            raise closed_by_server(False)
        sent_any = self.sent_any or self._encrypted  # a record may be on its way when it fails
        self.sent_any = sent_any
        transport.writelines(buffers) if len(buffers) > 1 else transport.write(buffers[0])
        if transport.is_closing():  # the attempt failed, so nothing of this has left
            raise closed_by_server(False)
        self.sent_any = True

    def _end_was_announced(self) -> bool:
        """Whether the peer sent 'close_notify'; asyncio reports every end alike.

        Python 3.10 reports none that was announced; the reply is lost then, and said to be.

        One that was not announced may be an attack (RFC 9112 section 9.8), and must not pass for
        the end of a reply.
        """
        assert self._transport is not None
        try:
            announced: bool = self._transport.get_extra_info("ssl_object").read(1) == b""
        except OSError:  # nothing to read, and no end
            return False
        return announced

    # --- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio.BufferedProtocol."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._is_readable = readability(transport.get_extra_info("socket"))
        # To be told of every byte that it holds: what was not sent as a whole can't have run. Under
        # TLS asyncio tells of buffers that are empty too, so there we hold that all was sent.
        self._tells = transport.get_extra_info("sslcontext") is None
        if self._tells:
            self._transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Part of asyncio.BufferedProtocol: the kernel has not taken all."""
        self._paused = True
        self._holding = self._tells

    def resume_writing(self) -> None:
        """Part of asyncio.BufferedProtocol: it has by now."""
        self._paused = self._holding = False
        self._resume()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Part of asyncio.BufferedProtocol: where to put what comes next."""
        rest = self._reader.rest()
        self._into_rest = rest is not None
        return self._buffer if rest is None else rest

    def buffer_updated(self, nbytes: int) -> None:
        """Part of asyncio.BufferedProtocol: ``nbytes`` were put there."""
        if self._reply is None or self._reply.done():  # nothing was asked for
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
            self._resume()  # who answers before the end of a request reads no more of it

    def eof_received(self) -> None:
        """Part of asyncio.BufferedProtocol; the transport closes itself behind it."""
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
        """Wake who waits to send more."""
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)


async def wait_until(waited_for: asyncio.Future[T], deadline: float | None) -> T:
    """Wait for a future of our own; TimeoutError when it is not done by the deadline."""
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
