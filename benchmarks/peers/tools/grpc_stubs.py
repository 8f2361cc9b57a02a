"""gRPC: generated stubs, no limit of a message's size; the array's memory as bytes.

It has no batches; a thousand calls go as a thousand messages of one stream in both directions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent import futures

import grpc
import instrument_pb2 as messages  # both generated when the environment is made
import instrument_pb2_grpc as stubs
import numpy as np
import numpy.typing as npt

from ..instrument import Instrument

OPTIONS = (("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1))
THREADS = 10  # more than clients, so that none waits for another


class Exposed(stubs.InstrumentServicer):  # type: ignore[misc]  # generated
    _instrument = Instrument()

    def Nothing(self, request: messages.Empty, context: object) -> messages.Empty:
        self._instrument.nothing()
        return messages.Empty()

    def Increment(self, request: messages.Numbers, context: object) -> messages.Numbers:
        return messages.Numbers(numbers=self._instrument.increment(request.numbers))

    def Samples(self, request: messages.Empty, context: object) -> messages.Array:
        return messages.Array(memory=self._instrument.samples().tobytes())

    def Nothings(
        self, requests: Iterator[messages.Empty], context: object
    ) -> Iterator[messages.Empty]:
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

    def increment(self, numbers: list[int]) -> Sequence[int]:
        return list(self._instrument.Increment(messages.Numbers(numbers=numbers)).numbers)

    def samples(self) -> npt.NDArray[np.float64]:
        return np.frombuffer(self._instrument.Samples(messages.Empty()).memory, np.float64)

    def nothings(self, count: int) -> list[None]:
        replies = self._instrument.Nothings(messages.Empty() for _ in range(count))
        return [None for _ in replies]
