"""Pyro5 with msgpack, TCP_NODELAY and a thread per client; the array is sent as bytes."""

from typing import Any

import Pyro5.api
import Pyro5.server

from ..instrument.served import BytesInstrument, Instrument, ProxyClient

Pyro5.config.SERIALIZER = "msgpack"
Pyro5.config.SOCK_NODELAY = True


def serve(port: int) -> None:
    Pyro5.server.expose(Instrument)  # exposing a class does not expose inherited methods
    with Pyro5.server.Daemon("127.0.0.1", port) as daemon:
        daemon.register(Pyro5.server.expose(BytesInstrument)(), "instrument")
        daemon.requestLoop()


class Client(ProxyClient):
    def __init__(self, port: int) -> None:
        super().__init__(Pyro5.api.Proxy(f"PYRO:instrument@127.0.0.1:{port}"))

    def nothings(self, count: int) -> Any:
        batch = Pyro5.api.BatchProxy(self._instrument)
        for _ in range(count):
            batch.nothing()
        return list(batch())
