"""Pyro5: serializer msgpack, TCP_NODELAY, a thread per client; the array's memory as bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import Pyro5.api
import Pyro5.server

from ..instrument import BytesInstrument

Pyro5.config.SERIALIZER = "msgpack"
Pyro5.config.SOCK_NODELAY = True


class Exposed:
    def __init__(self) -> None:
        self._instrument = BytesInstrument()

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> list[int]:
        return self._instrument.increment(numbers)

    def samples(self) -> bytes:
        return self._instrument.samples()


def serve(port: int) -> None:
    with Pyro5.server.Daemon("127.0.0.1", port) as daemon:
        daemon.register(Pyro5.server.expose(Exposed)(), "instrument")
        daemon.requestLoop()


class Client:
    def __init__(self, port: int) -> None:
        self._instrument = Pyro5.api.Proxy(f"PYRO:instrument@127.0.0.1:{port}")

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Any:
        return self._instrument.increment(numbers)

    def samples(self) -> Any:
        return np.frombuffer(self._instrument.samples(), np.float64)

    def nothings(self, count: int) -> Any:
        batch = Pyro5.api.BatchProxy(self._instrument)
        for _ in range(count):
            batch.nothing()
        return list(batch())
