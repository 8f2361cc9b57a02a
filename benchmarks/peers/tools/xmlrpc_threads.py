"""The standard library's xmlrpc: a thread per client, HTTP/1.1 (connections are kept), no gzip.

The array's memory travels as bytes in base64. Its batches are `system.multicall`.
"""

from __future__ import annotations

import socketserver
import xmlrpc.client
import xmlrpc.server
from typing import Any

from ..instrument import BytesClient, BytesInstrument


class Handler(xmlrpc.server.SimpleXMLRPCRequestHandler):
    protocol_version = "HTTP/1.1"
    encode_threshold = None  # type: ignore[assignment]  # never compress
    wbufsize = -1  # head and body in one piece


class Server(socketserver.ThreadingMixIn, xmlrpc.server.SimpleXMLRPCServer):
    daemon_threads = True


def serve(port: int) -> None:
    options: Any = {"logRequests": False, "allow_none": True, "use_builtin_types": True}
    with Server(("127.0.0.1", port), Handler, **options) as server:
        server.register_instance(BytesInstrument())
        server.register_multicall_functions()
        server.serve_forever()


class Client(BytesClient):
    def __init__(self, port: int) -> None:
        options: Any = {"allow_none": True, "use_builtin_types": True}
        super().__init__(xmlrpc.client.ServerProxy(f"http://127.0.0.1:{port}", **options))

    def nothings(self, count: int) -> Any:
        batch: Any = xmlrpc.client.MultiCall(self._instrument)
        for _ in range(count):
            batch.nothing()
        return list(batch())
