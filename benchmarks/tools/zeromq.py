"""ZeroMQ with hand-written msgpack messages over REP and REQ. An array is a separate frame."""

from typing import Any

import msgpack
import numpy as np
import zmq

from ..instrument.served import Instrument


def serve(port: int) -> None:
    instrument = Instrument()
    methods = {name: getattr(instrument, name) for name in ("nothing", "increment", "samples")}

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
            except Exception as error:  # noqa: BLE001  # whatever a method raises is sent back
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

    def _ask(self, **request: Any) -> Any:
        self._socket.send(msgpack.packb(request))
        reply = msgpack.unpackb(self._socket.recv())
        if "error" in reply:
            raise RuntimeError(reply["error"])
        if "array" in reply:
            array = np.frombuffer(self._socket.recv(copy=False), reply["array"]["dtype"])
            return array.reshape(reply["array"]["shape"])
        return reply["result"]

    def nothing(self) -> None:
        self._ask(call=["nothing"])

    def increment(self, numbers: list[int]) -> Any:
        return self._ask(call=["increment", numbers])

    def samples(self) -> Any:
        return self._ask(call=["samples"])

    def nothings(self, count: int) -> Any:
        return self._ask(batch=[["nothing"] for _ in range(count)])
