"""The predecessor, with orjson; for the array its client has to ask for CBOR."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import tuber

REGISTRY = Path(__file__).parents[1] / "registry.py"


def serve(port: int) -> None:
    tuberd = Path(sys.executable).with_name("tuberd")
    os.execv(tuberd, [str(tuberd), "-r", str(REGISTRY), "-p", str(port), "-j", "orjson"])


class Client:
    def __init__(self, port: int) -> None:
        host = f"127.0.0.1:{port}"
        self._instrument = tuber.resolve_simple(host).instrument
        # An array comes back as CBOR only when nothing else is accepted.
        self._arrays = tuber.resolve_simple(host, accept_types=["application/cbor"]).instrument

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Sequence[int]:
        result: list[int] = self._instrument.increment(numbers)
        return result

    def samples(self) -> npt.NDArray[np.float64]:
        result: npt.NDArray[np.float64] = self._arrays.samples()
        return result

    def nothings(self, count: int) -> list[None]:
        with self._instrument.tuber_context() as batch:
            for _ in range(count):
                batch.nothing()
            results: list[None] = batch()
        return results
