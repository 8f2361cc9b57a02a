"""The predecessor, with orjson; its client must accept CBOR alone to receive an array."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import tuber

from . import tuber_itself


def serve(port: int) -> None:
    tuberd = str(Path(sys.executable).with_name("tuberd"))
    os.execv(tuberd, [tuberd, *tuber_itself.OPTIONS, str(port)])


class Client(tuber_itself.Client):
    def __init__(self, port: int) -> None:
        super().__init__(port)
        cbor = ["application/cbor"]
        self._arrays = tuber.resolve_simple(f"127.0.0.1:{port}", accept_types=cbor).instrument

    def samples(self) -> Any:
        return self._arrays.samples()
