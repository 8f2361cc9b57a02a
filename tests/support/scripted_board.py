"""Answers of a scripted server for the shells' tests: a board with a method and a property."""

from __future__ import annotations

from typing import Any

from tests.support.scripted_server import ServedConnection, http_reply

DESCRIPTION: dict[str, Any] = {
    "__doc__": "A board.",
    "methods": {"read": {"__doc__": None, "__signature__": None}},
    "properties": {"gain": 2.0},
}


def answer(connection: ServedConnection, asked: Any, *fields: str) -> None:
    result = DESCRIPTION if asked.get("resolve") else asked.get("args")
    connection.send(http_reply({"result": result}, *fields))


def serve(connection: ServedConnection, number: int) -> None:
    while (asked := connection.read_request()) is not None:
        answer(connection, asked)
