"""The servers of all versions, each serving registry.py, started on first use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.interop.matrix import OURS, REGISTRY, Cell
from tests.support.live_server import live_server
from tests.support.peer import Peer, PeerUnavailable

# pip spends half of the time waiting for the network.
MAKERS = 4


@pytest.fixture(scope="session")
def unavailable(request: pytest.FixtureRequest) -> dict[Peer, str]:
    """Install the predecessors that the selected tests need; return the reasons of failures."""
    wanted = sorted({peer for item in request.session.items for peer in _peers_of(item)}, key=str)
    with ThreadPoolExecutor(MAKERS) as makers:
        reasons = makers.map(_reason_against, wanted)
        return {peer: reason for peer, reason in zip(wanted, reasons, strict=True) if reason}


@pytest.fixture(scope="session")
def server_of(unavailable: dict[Peer, str]) -> Iterator[Callable[[str], str]]:
    """Return a function that starts the server of a version and returns its `host:port`."""
    hostnames: dict[str, str] = {}
    with contextlib.ExitStack() as servers:

        def start(version: str) -> str:
            if version not in hostnames:
                if version == OURS:
                    hostnames[OURS] = servers.enter_context(live_server(REGISTRY)).hostname
                else:
                    hostnames[version] = servers.enter_context(Peer(version).server(REGISTRY))
            return hostnames[version]

        yield start


@pytest.fixture
def old_server(peer: Peer, unavailable: dict[Peer, str], server_of: Callable[[str], str]) -> str:
    """Return the `host:port` of the server of the predecessor `peer`."""
    skip_unless_available([peer], unavailable)
    return server_of(peer.version)


def skip_unless_available(peers: list[Peer], unavailable: dict[Peer, str]) -> None:
    """Skip the test, with the reason, if one of the predecessors cannot be installed."""
    for peer in peers:
        if peer in unavailable:
            pytest.skip(unavailable[peer])


def _peers_of(item: pytest.Item) -> list[Peer]:
    parameters = getattr(item, "callspec", None)
    values = [] if parameters is None else parameters.params.values()
    peers = [value for value in values if isinstance(value, Peer)]
    return peers + [
        peer
        for value in values
        if isinstance(value, Cell) and value.possible
        for peer in value.peers
    ]


def _reason_against(peer: Peer) -> str | None:
    try:
        peer.python()
    except PeerUnavailable as reason:
        return str(reason)
    return None
