"""The two servers, each serving tests/interop/registry.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.peer import PeerUnavailable, peer_python, peer_server

REGISTRY = Path(__file__).with_name("registry.py")


@pytest.fixture(scope="session")
def predecessor() -> Path:
    """The predecessor's interpreter; the test is skipped when PyPI can't be reached."""
    try:
        return peer_python()
    except PeerUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def our_server(predecessor: Path) -> Iterator[LiveServer]:
    with live_server(REGISTRY) as server:
        yield server


@pytest.fixture(scope="session")
def old_server(predecessor: Path) -> Iterator[str]:
    with peer_server(REGISTRY) as hostname:
        yield hostname
