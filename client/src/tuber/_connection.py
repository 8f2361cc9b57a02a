"""One connection to a server over a blocking socket: made, used for one request at a time, closed.

The one place in the blocking client with system calls. It does not retry, does not know what a
request means, and leaves a connection on which anything went wrong closed.
"""

from __future__ import annotations

import select
import socket
import sys
from collections.abc import Sequence
from time import monotonic
from typing import Final

from tuber._address import Address
from tuber._http1 import Reply, ReplyReader
from tuber._timing import PROBE_AFTER_SECONDS, PROBE_EVERY_SECONDS, PROBES, Timing
from tuber.errors import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberNetworkError,
    TuberTimeout,
)

# One read takes in any usual reply; Python gives back what was not filled.
RECEIVE_BYTES: Final = 64 * 1024
# Servers close connections that rested for seconds, never one that was used just now: only after
# this rest is a system call (1 us) spent on asking whether it is still open.
RESTED_SECONDS: Final = 0.1


class Connection:
    """A connection to one server. Not thread-safe: it belongs to the one who is using it.

    Args:
        deadline: by the clock of ``time.monotonic``, for the connection to be made.

    Raises:
        TuberNetworkError: it could not be made; nothing was sent.
    """

    __slots__ = ("_reader", "_rested_since", "_socket", "_url")

    def __init__(self, address: Address, timing: Timing, deadline: float | None) -> None:
        self._url = address.url
        self._socket = _connect(address, timing, deadline)
        self._reader = ReplyReader()
        self._rested_since = monotonic()

    def is_stale(self) -> bool:
        """Whether the peer closed the connection, or wrote on it, while it rested."""
        if monotonic() - self._rested_since < RESTED_SECONDS:
            return False
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        return bool(poller.poll(0))

    def exchange(
        self, buffers: Sequence[bytes], called: str, deadline: float | None
    ) -> Reply:
        """Send a request and receive its reply.

        Raises:
            TuberNetworkError: ``may_have_run`` says whether the server may have got all of it.
            TuberProtocolError: what came is no HTTP reply.
        """
        sent = False
        try:
            if deadline is not None:
                self._set_deadline(deadline)
            self._send(buffers, deadline)
            sent = True
            reply = self._receive(deadline)
            if deadline is not None:
                self._socket.settimeout(None)
        except OSError as error:
            self.close()
            raise self._network_error(error, called, sent) from error
        except BaseException:  # also KeyboardInterrupt: a late reply must not meet the next call
            self.close()
            raise
        if reply.keep_alive:
            self._rested_since = monotonic()
        else:
            self.close()
        return reply

    def close(self) -> None:
        self._socket.close()

    def _set_deadline(self, deadline: float) -> None:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    def _send(self, buffers: Sequence[bytes], deadline: float | None) -> None:
        """Send everything, with one system call unless the kernel takes less."""
        try:
            count = (
                self._socket.send(buffers[0]) if len(buffers) == 1 else self._socket.sendmsg(buffers)
            )
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NothingSentError from error
        if count < sum(map(len, buffers)):
            rest = memoryview(b"".join(buffers))[count:]
            while rest:
                if deadline is not None:
                    self._set_deadline(deadline)
                rest = rest[self._socket.send(rest) :]

    def _receive(self, deadline: float | None) -> Reply:
        reader, sock = self._reader, self._socket
        reply = None
        while reply is None:
            if deadline is not None:
                self._set_deadline(deadline)
            place = reader.rest()
            if place is None:
                received = sock.recv(RECEIVE_BYTES)
                reply = reader.feed(received) if received else self._end()
            else:
                count = sock.recv_into(place)
                reply = reader.filled(count) if count else self._end()
        return reply

    def _end(self) -> Reply:
        reply = self._reader.end()
        if reply is None:
            how = "in the middle of its reply" if self._reader.started else "without a reply"
            raise ConnectionError(f"the server closed the connection {how}")
        return reply

    def _network_error(self, error: OSError, called: str, sent: bool) -> TuberNetworkError:
        ran = f"{called} may have run" if sent else f"{called} was not run"
        if isinstance(error, NothingSentError):
            return error.with_message(f"the connection to {self._url} was closed; {ran}")
        if isinstance(error, TimeoutError):
            what = "the peer vanished" if error.errno else "the time-out passed"
            return TuberTimeout(
                f"no reply from {self._url}: {what}; {ran}", may_have_run=sent, errno=error.errno
            )
        return TuberConnectionLost(
            f"connection to {self._url} lost: {error}; {ran}", may_have_run=sent, errno=error.errno
        )
