"""A failure that cannot be described or encoded still gets a well-formed envelope."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.live_server import live_server
from tuber.codec import codec_for

from .conftest import Wire

REGISTRY = """
from tuberd.served import core_callbacks

class Instrument:
    def fail(self):
        raise ValueError("broken")

    def add(self, a, b):
        return a + b

def describe_failure(*arguments):
    {body}

core_callbacks.describe_failure = describe_failure
registry = {{"instrument": Instrument()}}
"""


@pytest.mark.parametrize("body", ["raise MemoryError", "return object()"])
@pytest.mark.parametrize("media_type", ["application/json", "application/cbor"])
def test_an_undescribed_failure_has_a_message_and_a_type(
    tmp_path: Path, body: str, media_type: str
) -> None:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY.format(body=body))
    batch = [
        {"object": "instrument", "method": "add", "args": [1, 2]},
        {"object": "instrument", "method": "fail"},
        {"object": "instrument", "method": "add", "args": [1, 2]},
    ]
    with live_server(registry, "--log-level", "error") as server, Wire(server.port) as wire:
        reply, received = wire.post(json.dumps(batch).encode(), Accept=media_type)
    assert reply.status == 200
    assert codec_for(media_type).decode(received) == [
        {"result": 3},
        {
            "error": {
                "message": "RuntimeError: the call failed, and describing its failure failed too",
                "type": "RuntimeError",
            }
        },
        {
            "error": {
                "message": "tuber.NotExecuted: not run, because call 1 of the same batch failed",
                "type": "tuber.NotExecuted",
            }
        },
    ]
