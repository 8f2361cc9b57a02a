"""Neither calls, with any path, nor stopped servers leak memory."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tuberd
from tests.support.raw_http import PATIENCE, connected, post_message, read_reply
from tuber.codec.cbor import CborCodec

CALLS = 1000
# Memory blocks that caches of the interpreter may still fill after the warm-up, for all calls.
NOISE = 60
JSON, CBOR = "application/json", "application/cbor"


class Board:
    __tuber_dynamic__ = ("gain",)

    def __init__(self) -> None:
        self.gain = 1.0
        self.data = np.arange(1000.0)

    def nothing(self) -> None: ...

    def fail(self) -> None:
        raise ValueError("no such gain")

    def echo(self, value: Any) -> Any:
        return value

    def array(self) -> Any:
        return self.data * 2

    @property
    def anew(self) -> Any:
        """An object of a class of its own."""

        class Fresh:
            __tuber_object__ = True

            def read(self) -> Any:
                return [type("Record", (dict,), {})(a=1), super().__class__.__name__]

        return Fresh()


@contextlib.contextmanager
def serving() -> Iterator[tuberd.Server]:
    server = tuberd.Server({"board": Board()}, port=0, bind="127.0.0.1")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.stop()
    thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[tuberd.Server]:
    with serving() as running:
        yield running


def call(method: str, *args: Any) -> dict[str, Any]:
    return {"object": "board", "method": method, "args": list(args)}


def message(request: Any, media_type: str = JSON) -> bytes:
    body = CborCodec().encode(request) if media_type == CBOR else json.dumps(request).encode()
    return post_message(body, b"Content-Type: " + media_type.encode())


def ask(server: tuberd.Server, sent: bytes) -> None:
    with connected(server.port) as peer:
        for _ in range(CALLS):
            peer.sendall(sent)
            read_reply(peer)


def leave_during_requests(server: tuberd.Server, sent: bytes) -> None:
    for number in range(CALLS):
        with connected(server.port) as peer:
            peer.sendall(sent[: 20 + 97 * number])


def leave_during_replies(server: tuberd.Server, sent: bytes) -> None:
    for _ in range(CALLS):
        with connected(server.port) as peer:
            peer.sendall(sent)
            peer.recv(10)


PATHS = {
    "single": (ask, call("nothing")),
    "batch": (ask, [call("nothing"), call("echo", {"a": [1, 2.5, "x"]})]),
    "failure": (ask, call("fail")),
    "no such method": (ask, call("no_such_method")),
    "batch with a failure": (ask, [call("fail"), call("nothing")]),
    "array as JSON": (ask, call("array")),
    "CBOR": (ask, call("echo", {"a": b"bytes", 1: 2j}), CBOR),
    "array as CBOR": (ask, call("echo", np.arange(1000.0)), CBOR),
    "large array": (ask, call("echo", np.arange(20_000.0)), CBOR),
    "failure as CBOR": (ask, call("fail"), CBOR),
    "property": (ask, {"object": "board", "property": "gain"}),
    "live property": (ask, call("tuber_set", "gain", 2.0)),
    "description": (ask, {"object": "board"}),
    "description of a new class": (ask, {"object": ["board", "anew"], "resolve": True}),
    "method of a new class": (ask, {"object": ["board", "anew"], "method": "read"}),
    "method of a new class as CBOR": (ask, {"object": ["board", "anew"], "method": "read"}, CBOR),
    "no call": (ask, {"object": "board", "what": 1}),
    "leaving in a request": (leave_during_requests, call("echo", "x" * 100_000)),
    "leaving in a reply": (leave_during_replies, call("array")),
}


def blocks_when_idle(server: tuberd.Server) -> int:
    """Return the number of memory blocks that Python holds while the server is idle."""
    while server._core.counts()["calls"] or server._core.counts()["connections"]:
        pass
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.parametrize("path", PATHS)
def test_a_thousand_calls_leak_no_memory(server: tuberd.Server, path: str) -> None:
    make_calls, *request = PATHS[path]
    sent = message(*request)
    make_calls(server, sent)
    growth = []
    for _ in range(4):
        before = blocks_when_idle(server)
        make_calls(server, sent)
        growth.append(blocks_when_idle(server) - before)
        if growth[-1] <= NOISE:
            return
    pytest.fail(f"{CALLS} calls leaked memory blocks each time: {growth}")


def test_stopped_servers_leak_no_memory() -> None:
    def cycle() -> None:
        with serving() as server, connected(server.port) as peer:
            peer.sendall(message(call("nothing")))
            read_reply(peer)

    def held() -> tuple[int, int]:
        gc.collect()
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    cycle()
    before = held()
    growth = []
    for _ in range(10):  # the interpreter's caches fill slowly, but growth must end
        blocks = sys.getallocatedblocks()
        for _ in range(CALLS // 10):
            cycle()
        end = time.monotonic() + PATIENCE  # a worker may hold the log after serve() has returned
        while held() != before:
            assert time.monotonic() < end, (held(), before)
        growth.append(sys.getallocatedblocks() - blocks)
    assert min(growth) <= NOISE, growth
