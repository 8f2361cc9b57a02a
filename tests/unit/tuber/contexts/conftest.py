"""A board of both shells whose batches are answered by a scripted server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell


@pytest.fixture
def served() -> BatchServer:
    return BatchServer()


@pytest.fixture
def server(served: BatchServer) -> Iterator[ScriptedServer]:
    with ScriptedServer(served) as server:
        yield server
        served.gate.set()


@pytest.fixture
def board(shell: Shell, server: ScriptedServer, served: BatchServer) -> Iterator[Any]:
    with shell.resolved(server.hostname) as board:
        yield board
        served.gate.set()
