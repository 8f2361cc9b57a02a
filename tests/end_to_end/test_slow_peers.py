"""Hundreds of slow peers do not delay other clients, and the server closes their connections."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.slow_peers import MODES, slow_peers

from .conftest import REGISTRY, Wire
from .test_calls import call
from .test_health import health

PEERS = 200
PATIENCE = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    (tmp_path / "large").write_bytes(bytes(2_000_000))
    times = ("--head-timeout", "3", "--stall-timeout", "3", "--upload-rate-window", "3")
    options = ("--webroot", str(tmp_path), "--log-level", "error", *times)
    with live_server(REGISTRY, *options) as running:
        yield running


def await_connections(server: LiveServer, at_least: int, at_most: int) -> None:
    end = time.monotonic() + PATIENCE
    while not at_least <= health(server)["connections"] <= at_most:
        assert time.monotonic() < end, health(server)


@pytest.mark.parametrize("mode", MODES)
def test_other_clients_are_served_during_slow_requests(server: LiveServer, mode: str) -> None:
    with Wire(server.port) as wire, slow_peers(mode, f"http://{server.hostname}", PEERS) as peers:
        if mode != "range":  # its requests are answered at once
            await_connections(server, PEERS // 2, PEERS + 2)
        for number in range(300):
            assert wire.call(call("increment", [number])) == {"result": [number + 1]}
            with Wire(server.port) as new:
                assert new.call(call("nothing")) == {"result": None}
        assert peers.poll() is None
    await_connections(server, 1, 2)
