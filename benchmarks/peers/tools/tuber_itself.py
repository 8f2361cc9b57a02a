"""tuber: server and synchronous client with their defaults, and orjson."""

from __future__ import annotations

import os
import sys
from typing import Any

import tuber

from .. import instrument

OPTIONS = ("-r", instrument.__file__, "-j", "orjson", "-p")


def serve(port: int) -> None:
    command = [sys.executable, "-m", "tuberd", *OPTIONS, str(port), "--bind", "127.0.0.1"]
    os.execv(sys.executable, command)


class Client(instrument.ProxyClient):
    def __init__(self, port: int) -> None:
        super().__init__(tuber.resolve_simple(f"127.0.0.1:{port}").instrument)

    def nothings(self, count: int) -> Any:
        with self._instrument.tuber_context() as batch:
            for _ in range(count):
                batch.nothing()
            return batch()
