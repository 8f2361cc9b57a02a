"""RPyC with tuples and bytes, which it sends by value; no compression; methods looked up once.

RPyC sends a list as a reference, and reading each item is a call. `root.nothing` is also a call, so
the client keeps the remote methods. RPyC has no batches; the client uses `rpyc.async_`.
"""

import socket
import sys
from typing import Any

import numpy as np
import rpyc
import rpyc.core.channel
import rpyc.utils.server

from ..instrument.served import BytesInstrument

rpyc.core.channel.Channel.COMPRESSION_THRESHOLD = sys.maxsize


class Exposed(rpyc.Service):  # type: ignore[misc]  # rpyc has no types
    _instrument = BytesInstrument()

    def exposed_nothing(self) -> None:
        self._instrument.nothing()

    def exposed_increment(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self._instrument.increment(numbers))

    def exposed_samples(self) -> bytes:
        return self._instrument.samples()


def serve(port: int) -> None:
    server = rpyc.utils.server.ThreadedServer(Exposed, "127.0.0.1", port=port)
    # Accepted connections inherit the option. RPyC can set it only on the client.
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

    def increment(self, numbers: list[int]) -> Any:
        return self._increment(tuple(numbers))

    def samples(self) -> Any:
        return np.frombuffer(self._samples(), np.float64)

    def nothings(self, count: int) -> Any:
        pending = [self._begin_nothing() for _ in range(count)]
        return [each.value for each in pending]
