"""RPyC: tuples and bytes, which travel by value; no compression; methods looked up once.

A list would travel as a reference, and each look at an item of it would be a call of its own.
`connection.root.nothing` is a call, too, so the client keeps the remote methods. On one machine the
compression of what is larger than 3 kB only costs. It has no batches; its way to have a thousand
calls under way at once is `rpyc.async_`.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import rpyc
import rpyc.core.channel
import rpyc.utils.server

from ..instrument import Instrument

rpyc.core.channel.Channel.COMPRESSION_THRESHOLD = sys.maxsize


class Exposed(rpyc.Service):  # type: ignore[misc]  # rpyc has no types
    _instrument = Instrument()

    def exposed_nothing(self) -> None:
        self._instrument.nothing()

    def exposed_increment(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self._instrument.increment(numbers))

    def exposed_samples(self) -> bytes:
        return self._instrument.samples().tobytes()


def serve(port: int) -> None:
    server = rpyc.utils.server.ThreadedServer(Exposed, "127.0.0.1", port=port)
    # Inherited by the connections; RPyC has an option for it at the client only.
    server.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server.start()


class Client:
    def __init__(self, port: int) -> None:
        stream = rpyc.SocketStream.connect("127.0.0.1", port, nodelay=True)
        self._connection = rpyc.connect_stream(stream)
        self._nothing = self._connection.root.nothing
        self._increment = self._connection.root.increment
        self._samples = self._connection.root.samples
        self._begin_nothing = rpyc.async_(self._nothing)

    def nothing(self) -> None:
        self._nothing()

    def increment(self, numbers: list[int]) -> Sequence[int]:
        result: tuple[int, ...] = self._increment(tuple(numbers))
        return result

    def samples(self) -> npt.NDArray[np.float64]:
        return np.frombuffer(self._samples(), np.float64)

    def nothings(self, count: int) -> list[None]:
        pending = [self._begin_nothing() for _ in range(count)]
        return [each.value for each in pending]
