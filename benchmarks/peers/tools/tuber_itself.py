"""tuber: server and synchronous client with their defaults, and orjson."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import tuber

OPTIONS = ("-r", str(Path(__file__).parents[1] / "instrument.py"), "-j", "orjson", "-p")


def serve(port: int) -> None:
    command = [sys.executable, "-m", "tuberd", *OPTIONS, str(port), "--bind", "127.0.0.1"]
    os.execv(sys.executable, command)


class Client:
    def __init__(self, port: int) -> None:
        self._instrument = tuber.resolve_simple(f"127.0.0.1:{port}").instrument

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Any:
        return self._instrument.increment(numbers)

    def samples(self) -> Any:
        return self._instrument.samples()

    def nothings(self, count: int) -> Any:
        with self._instrument.tuber_context() as batch:
            for _ in range(count):
                batch.nothing()
            return batch()
