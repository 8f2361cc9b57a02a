"""Client of tuber or the predecessor, with default settings; `servers.py` runs the servers."""

import asyncio
import functools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import tuber

from ..instrument.served import ProxyClient


class Client(ProxyClient):
    def __init__(self, port: int) -> None:
        self._resolve = functools.partial(tuber.resolve_simple, f"127.0.0.1:{port}")
        self._port = port

    @functools.cached_property
    def _instrument(self) -> Any:  # type: ignore[override]
        return self._resolve("instrument")

    def nothings(self, count: int) -> Any:
        with self._instrument.tuber_context() as batch:
            for _ in range(count):
                batch.nothing()
            return batch()

    def exchange_samples(self, size: int) -> Callable[[], Any]:
        # The predecessor sends arrays only to a client that accepts only CBOR.
        instrument = self._resolve("instrument", accept_types=["application/cbor"])
        array = instrument.samples(size)
        if len(array) != size or array[-1] != size - 1:
            raise ValueError(f"samples answered {array!r:.100}")
        return lambda: instrument.samples(size)

    def exchange_last(self, size: int) -> Callable[[], Any]:
        array = np.arange(size, dtype=np.float64)
        if self._instrument.last(array) != size - 1:
            raise ValueError("the server received an array that differs from the one sent")
        return lambda: self._instrument.last(array)

    def exchange_take(self, size: int) -> Callable[[], Any]:
        numbers = list(range(size))
        return lambda: self._instrument.take(numbers)

    def exchange_objects(self, depth: int) -> Callable[[], Any]:
        level: Any = self._resolve("described_objects")
        for _ in range(depth - 1):
            level = level.inner
        return lambda: level.nothing()  # noqa: PLW0108  (finding the method belongs to a call)

    def exchange_containers(self, depth: int) -> Callable[[], Any]:
        level: Any = self._resolve("described_containers")
        for _ in range(depth - 1):
            level = level.inner[0]
        return lambda: level.nothing()  # noqa: PLW0108

    def exchange_board(self, boards: int) -> Callable[[], Any]:
        board = self._resolve(f"board{boards // 2}")
        return lambda: board.nothing()  # noqa: PLW0108

    def exchange_resolve(self, boards: int) -> Callable[[], Any]:
        return lambda: self._resolve()  # noqa: PLW0108

    def asynchronous(self) -> Callable[[int], float]:
        """Return a function that times sequential asynchronous calls, in seconds."""
        loop = asyncio.new_event_loop()
        instrument = loop.run_until_complete(tuber.resolve(f"127.0.0.1:{self._port}", "instrument"))

        async def take(loops: int) -> float:
            begin = time.perf_counter()
            for _ in range(loops):
                await instrument.nothing()
            return time.perf_counter() - begin

        return lambda loops: loop.run_until_complete(take(loops))
