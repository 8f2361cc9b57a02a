"""Every protocol vector is answered by the live server as written."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server

from .vectors import VECTORS, body_of, matches


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server(Path(__file__).with_name("registry.py")) as running:
        yield running


@pytest.mark.parametrize("vector", VECTORS)
def test_the_server_answers_as_the_vector_says(server: LiveServer, vector: dict[str, Any]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    fields = {"Content-Type": "application/json"}
    if "options" in vector:
        fields["X-Tuber-Options"] = vector["options"]
    connection.request("POST", "/tuber", body_of(vector), fields)
    reply = connection.getresponse()
    answer = json.loads(reply.read())
    connection.close()
    assert reply.status == 200
    assert matches(vector["reply"], answer), answer
