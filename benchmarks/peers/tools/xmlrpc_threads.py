"""The standard library's xmlrpc: a thread per client, HTTP/1.1 (connections are kept), no gzip.

The array's memory as bytes, which travel in base64. Its batches are `system.multicall`.
"""

from __future__ import annotations

import socketserver
import xmlrpc.client
import xmlrpc.server
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from ..instrument import Instrument


class Handler(xmlrpc.server.SimpleXMLRPCRequestHandler):
    protocol_version = "HTTP/1.1"
    encode_threshold = None  # type: ignore[assignment]  # documented: never
    wbufsize = -1  # head and body in one piece


class Server(socketserver.ThreadingMixIn, xmlrpc.server.SimpleXMLRPCServer):
    daemon_threads = True


class Exposed:
    def __init__(self) -> None:
        self._instrument = Instrument()

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> list[int]:
        return self._instrument.increment(numbers)

    def samples(self) -> bytes:
        return self._instrument.samples().tobytes()


def serve(port: int) -> None:
    with Server(
        ("127.0.0.1", port), Handler, logRequests=False, allow_none=True, use_builtin_types=True
    ) as server:
        server.register_instance(Exposed())
        server.register_multicall_functions()
        server.serve_forever()


class Client:
    def __init__(self, port: int) -> None:
        self._instrument = xmlrpc.client.ServerProxy(
            f"http://127.0.0.1:{port}", allow_none=True, use_builtin_types=True
        )

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Sequence[int]:
        return cast("list[int]", self._instrument.increment(numbers))

    def samples(self) -> npt.NDArray[np.float64]:
        return np.frombuffer(cast("bytes", self._instrument.samples()), np.float64)

    def nothings(self, count: int) -> list[None]:
        batch = xmlrpc.client.MultiCall(self._instrument)
        for _ in range(count):
            batch.nothing()
        return list(cast("Iterable[None]", batch()))
