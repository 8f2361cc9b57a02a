"""gRPC with generated stubs and no message size limit; the array is sent as bytes.

gRPC has no batches. A thousand calls are a thousand messages of one bidirectional stream.
"""

from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
import instrument_pb2 as messages  # both modules are generated when the environment is created
import instrument_pb2_grpc as stubs
import numpy as np

from ..instrument.served import BytesInstrument

OPTIONS = (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1))
THREADS = 10  # more than the number of clients, so that no client waits for another


class Exposed(stubs.InstrumentServicer):  # type: ignore[misc]  # generated
    _instrument = BytesInstrument()

    def Nothing(self, request: Any, context: object) -> Any:
        self._instrument.nothing()
        return messages.Empty()

    def Increment(self, request: Any, context: object) -> Any:
        return messages.Numbers(numbers=self._instrument.increment(request.numbers))

    def Samples(self, request: Any, context: object) -> Any:
        return messages.Array(memory=self._instrument.samples())

    def Nothings(self, requests: Iterator[Any], context: object) -> Iterator[Any]:
        for _ in requests:
            self._instrument.nothing()
            yield messages.Empty()


def serve(port: int) -> None:
    server = grpc.server(futures.ThreadPoolExecutor(THREADS), options=OPTIONS)
    stubs.add_InstrumentServicer_to_server(Exposed(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


class Client:
    def __init__(self, port: int) -> None:
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=OPTIONS)
        self._instrument = stubs.InstrumentStub(channel)

    def nothing(self) -> None:
        self._instrument.Nothing(messages.Empty())

    def increment(self, numbers: list[int]) -> Any:
        return list(self._instrument.Increment(messages.Numbers(numbers=numbers)).numbers)

    def samples(self) -> Any:
        return np.frombuffer(self._instrument.Samples(messages.Empty()).memory, np.float64)

    def nothings(self, count: int) -> Any:
        return [None for _ in self._instrument.Nothings(messages.Empty() for _ in range(count))]
