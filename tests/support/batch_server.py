"""A server that answers batches, for the tests of contexts."""

from __future__ import annotations

import threading
from typing import Any

from tests.support import scripted_board
from tests.support.scripted_server import ServedConnection, http_reply

METHODS = (
    *("read", "fail", "warn", "hold", "cut", "refuse", "lose", "send"),
    "tuber_get",
)
NAMES_ONLY: dict[str, Any] = {"methods": [], "properties": []}  # what is inside is not known
DESCRIPTION: dict[str, Any] = {
    **scripted_board.DESCRIPTION,
    "methods": dict.fromkeys(METHODS, scripted_board.DESCRIPTION["methods"]["read"]),
    "properties": {"gain": 2.0, "offset": 1.5},
    "objects": {"adc": NAMES_ONLY, "adcs": NAMES_ONLY},
}
FAILED = {"error": {"message": "KeyError: 'gain'", "type": "KeyError"}}
NOT_EXECUTED = {"error": {"message": "not run", "type": "tuber.NotExecuted"}}


class BatchServer:
    """Answer each call of a batch with itself, except for the methods named `fail`, `warn` and
    those that end the request: `cut`, `refuse`, `lose`.

    Attributes:
        batches: the received batches, in order.
        heads: the heads of their requests.
        gate: the server answers batches with a method named `hold` when it is set.
    """

    def __init__(self) -> None:
        self.batches: list[Any] = []
        self.heads: list[bytes] = []
        self.arrived = threading.Event()
        self.gate = threading.Event()

    def __call__(self, connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if isinstance(asked, dict):
                connection.send(http_reply({"result": DESCRIPTION}))
                continue
            self.batches.append(asked)
            self.heads.append(connection.head)
            methods = [call.get("method") for call in asked]
            if "hold" in methods:
                self.arrived.set()
                assert self.gate.wait(10)
            if "cut" in methods:
                return
            if "refuse" in methods:
                connection.send(http_reply(FAILED))
                continue
            if "lose" in methods:
                asked.pop()
            connection.send(http_reply(self._answer(asked)))

    def _answer(self, calls: list[Any]) -> list[Any]:
        goes_on = b"continue-on-error\r\n" in self.heads[-1]
        envelopes: list[Any] = []
        for call in calls:
            if FAILED in envelopes and not goes_on:
                envelopes.append(NOT_EXECUTED)
            elif call.get("method") == "fail":
                envelopes.append(FAILED)
            elif call.get("method") == "warn":
                envelopes.append({"result": None, "warnings": call["args"]})
            else:
                envelopes.append({"result": call})
        return envelopes
