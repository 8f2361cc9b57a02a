"""A server without free memory refuses large requests and keeps serving."""

from __future__ import annotations

import contextlib
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import PATIENCE, connected, read_to_end, status_of

from .conftest import Wire
from .test_calls import call
from .test_health import health

SPARE = 600 << 20  # bytes of address space: stacks and malloc's arenas take much of it
PEERS, SENT = 12, 60 << 20

REGISTRY = f"""
import resource
class Instrument:
    def nothing(self): pass
    def length(self, text): return len(text)
registry = {{"instrument": Instrument()}}
with open("/proc/self/statm") as file:
    held = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + {SPARE},) * 2)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    registry = tmp_path / "registry.py"
    registry.write_text(REGISTRY)
    with live_server(registry, "--log-level", "error") as running:
        yield running


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS is Linux's")
@pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked", b"Content-Length: 62914561"])
def test_bodies_over_the_memory_limit_fail_alone(server: LiveServer, framing: bytes) -> None:
    head = b"POST /tuber HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n"
    if b"chunked" in framing:
        head += b"%x\r\n" % (SENT + 1)
    piece = bytes(1 << 20)
    peers: list[socket.socket] = []
    with Wire(server.port) as other, ExitStack() as stack:
        for _ in range(PEERS):
            peer = stack.enter_context(connected(server.port))
            with contextlib.suppress(ConnectionError):
                peer.sendall(head)
                for _ in range(SENT // len(piece)):
                    peer.sendall(piece)
            peers.append(peer)
            assert other.call(call("nothing")) == {"result": None}
            assert health(server)["status"] == "serving"
        answered, _, _ = select.select(peers, [], [], PATIENCE)
        statuses = set()
        for peer in answered:
            with contextlib.suppress(ConnectionError):
                statuses.add(status_of(read_to_end(peer)))
        assert 503 in statuses
    end = time.monotonic() + 30
    while health(server)["connections"] > 1:
        assert time.monotonic() < end, health(server)
    with Wire(server.port) as wire:  # their memory has been freed
        assert wire.call(call("length", "x" * (8 << 20))) == {"result": 8 << 20}
