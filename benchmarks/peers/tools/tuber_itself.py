"""tuber: `tuberd` as it comes, with orjson; the synchronous client as it comes."""

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
    options = ("-r", str(REGISTRY), "-p", str(port), "-j", "orjson", "--bind", "127.0.0.1")
    os.execv(tuberd, [str(tuberd), *options])


class Client:
    def __init__(self, port: int) -> None:
        self._instrument = tuber.resolve_simple(f"127.0.0.1:{port}").instrument

    def nothing(self) -> None:
        self._instrument.nothing()

    def increment(self, numbers: list[int]) -> Sequence[int]:
        result: list[int] = self._instrument.increment(numbers)
        return result

    def samples(self) -> npt.NDArray[np.float64]:
        result: npt.NDArray[np.float64] = self._instrument.samples()
        return result

    def nothings(self, count: int) -> list[None]:
        with self._instrument.tuber_context() as batch:
            for _ in range(count):
                batch.nothing()
            results: list[None] = batch()
        return results
