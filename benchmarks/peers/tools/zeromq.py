"""ZeroMQ and msgpack by hand: REP and REQ; an array's memory is a frame of its own, not copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zmq

from ..instrument import Instrument


def serve(port: int) -> None:
    instrument = Instrument()
    methods: dict[str, Callable[..., Any]] = {
        "nothing": instrument.nothing,
        "increment": instrument.increment,
        "samples": instrument.samples,
    }

    def answer(call: list[Any]) -> Any:
        return methods[call[0]](*call[1:])

    with zmq.Context() as context, context.socket(zmq.REP) as socket:
        socket.bind(f"tcp://127.0.0.1:{port}")
        while True:
            request = msgpack.unpackb(socket.recv())
            try:
                if "batch" in request:
                    result = [answer(call) for call in request["batch"]]
                else:
                    result = answer(request["call"])
            except Exception as error:  # noqa: BLE001  # whatever a method raises is the caller's
                socket.send(msgpack.packb({"error": repr(error)}))
                continue
            if isinstance(result, np.ndarray):
                head = {"dtype": result.dtype.str, "shape": result.shape}
                socket.send(msgpack.packb({"array": head}), zmq.SNDMORE)
                socket.send(result, copy=False)
            else:
                socket.send(msgpack.packb({"result": result}))


class Client:
    def __init__(self, port: int) -> None:
        self._socket = zmq.Context.instance().socket(zmq.REQ)
        self._socket.connect(f"tcp://127.0.0.1:{port}")

    def _ask(self, request: dict[str, Any]) -> Any:
        self._socket.send(msgpack.packb(request))
        reply = msgpack.unpackb(self._socket.recv())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        if "array" in reply:
            memory = self._socket.recv(copy=False)
            array = np.frombuffer(memory, reply["array"]["dtype"])
            return array.reshape(reply["array"]["shape"])
        return reply["result"]

    def nothing(self) -> None:
        self._ask({"call": ["nothing"]})

    def increment(self, numbers: list[int]) -> Sequence[int]:
        result: list[int] = self._ask({"call": ["increment", numbers]})
        return result

    def samples(self) -> npt.NDArray[np.float64]:
        result: npt.NDArray[np.float64] = self._ask({"call": ["samples"]})
        return result

    def nothings(self, count: int) -> list[None]:
        results: list[None] = self._ask({"batch": [["nothing"] for _ in range(count)]})
        return results
