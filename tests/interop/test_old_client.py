"""The predecessor's clients resolve our server's objects and call them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.live_server import LiveServer
from tests.support.peer import run_in_peer

HERE = Path(__file__).parent


def test_the_old_synchronous_client_works_with_our_server(our_server: LiveServer) -> None:
    seen = json.loads(run_in_peer(HERE / "old_client_sync.py", our_server.hostname))
    assert seen == {
        "doc": "A board with a bit of everything.",
        "static": "0042",
        "increment": [2, 3, 4],
        "keywords": {"first": 1, "second": "y"},
        "nested": 10_000_000,
        "array": [0.0, 2.0, 4.0],
        "length": 3,
        "container": 5.0,
        "keys": ["a", "b"],
        "everywhere": [0.0, 3.0, 6.0],
        "signature": True,
        "big": 2**70,
        "error": "KeyError: 'no such gain'",
        "warned": 7,
        "warnings": ["getting hot"],
        "batch": [[1], [2], [3], [4], [5]],
        "mixed": [[2], "error", [3]],
        "registry": ["0042", 2.0],
    }


def test_the_old_asyncio_client_works_with_our_server(our_server: LiveServer) -> None:
    seen = json.loads(run_in_peer(HERE / "old_client_async.py", our_server.hostname))
    assert seen == {
        "static": "0042",
        "increment": [2, 3, 4],
        "nested": 10_000_000,
        "container": 5.0,
        "error": "KeyError: 'no such gain'",
        "batch": [[2], 10_000_000, 4.0],
    }
