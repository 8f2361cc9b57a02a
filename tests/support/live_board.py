"""A scripted server whose board has live properties and records its requests."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply

READ = {
    "__doc__": "Reads samples.",
    "__signature__": {
        "parameters": [{"name": "self"}, {"name": "samples", "default": 1, "annotation": "int"}],
        "return_annotation": "int",
    },
}
SET = {"__doc__": "Sets a live property.", "__signature__": None}
CHANNEL = {
    "type": "Channel",
    "methods": {"read": READ, "tuber_set": SET},
    "properties": {"offset": 1.5, "serial": "C1"},
    "dynamic": ["offset"],
}
BOARD = {
    "__doc__": "A board.",
    "type": "Board",
    "methods": {"read": READ, "tuber_set": SET},
    "properties": {"offset": 1.5, "gain": 2.0},
    "dynamic": ["offset"],
    "objects": {
        "supply": {
            "type": "Supply",
            "methods": {"read": READ},
            "objects": {"fan": {"type": "Fan", "methods": {"spin": READ}}},
        },
        "channels": {
            "keys": 3,
            "values": CHANNEL,
            "methods": {"tuber_get": SET, "tuber_set": SET},
        },
        "named": {"keys": ["left", "right"], "values": CHANNEL},
    },
}


class LiveBoard:
    """Handler for descriptions, live properties and calls.

    Attributes:
        asked: the received calls, in order.
        offset: the value of the live property.
    """

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self.asked: list[Any] = []
        self.offset: Any = 1.5
        self._lock = threading.Lock()

    def serve(self, connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            with self._lock:
                self.asked.append(asked)
                answer = (
                    [self._answer(each) for each in asked]
                    if isinstance(asked, list)
                    else self._answer(asked)
                )
            connection.send(http_reply(answer))

    def _answer(self, asked: Any) -> Any:
        if asked.get("resolve"):
            return {"result": self.description}
        if asked.get("property") == "gone":
            return {"error": {"message": "AttributeError: no sensor", "type": "AttributeError"}}
        if asked.get("method") == "tuber_set" and asked["object"] == "Board":
            self.offset = asked["args"][1]
        if asked.get("property") == "offset" or asked.get("method") == "tuber_set":
            return {"result": self.offset}
        return {"result": asked}


@contextlib.contextmanager
def live_board(description: dict[str, Any] | None = None) -> Iterator[tuple[str, LiveBoard]]:
    """Serve a board; yield ``host:port`` and the board."""
    board = LiveBoard(description or BOARD)
    with ScriptedServer(board.serve) as server:
        yield server.hostname, board
