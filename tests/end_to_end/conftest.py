"""A live server for all end-to-end tests, and a client of the standard library for it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server

REGISTRY = Path(__file__).with_name("registry.py")


@pytest.fixture(scope="session")
def server() -> Iterator[LiveServer]:
    with live_server(REGISTRY) as running:
        yield running


@pytest.fixture
def fresh_server() -> Iterator[LiveServer]:
    """Start a server for one test, which may stop or exhaust it."""
    with live_server(REGISTRY) as running:
        yield running


class Wire:
    """A client that posts calls with the standard library's HTTP client instead of ours."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *exception: object) -> None:
        self.connection.close()

    def post(self, body: bytes, **fields: str) -> tuple[http.client.HTTPResponse, bytes]:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request("POST", "/tuber", body, headers)
        reply = self.connection.getresponse()
        return reply, reply.read()

    def call(self, request: Any, **fields: str) -> Any:
        reply, body = self.post(json.dumps(request).encode(), **fields)
        assert reply.status == 200, body
        return json.loads(body)

    def call_all(self, batch: list[Any]) -> Any:
        """Return the envelopes of all calls, also of those after a failed one."""
        return self.call(batch, X_Tuber_Options="continue-on-error")


@contextlib.contextmanager
def running_call(
    server: LiveServer, pipe: Path | None, request: Any, **fields: str
) -> Iterator[list[tuple[int, bytes]]]:
    """Make a request whose method reads a named pipe, so that it runs until the block ends.

    Without a pipe, the block ends when the method does.

    Yields a list that has status and body of the reply after the block.
    """
    if pipe is not None:
        os.mkfifo(pipe)
    replies: list[tuple[int, bytes]] = []

    def post() -> None:
        with Wire(server.port) as wire:
            reply, body = wire.post(json.dumps(request).encode(), **fields)
            replies.append((reply.status, body))

    thread = threading.Thread(target=post)
    thread.start()
    # Opening waits until the method has opened its end.
    with contextlib.nullcontext() if pipe is None else pipe.open("wb"):
        yield replies
    thread.join()


@pytest.fixture
def wire(server: LiveServer) -> Iterator[Wire]:
    with Wire(server.port) as wire:
        yield wire
