"""Nothing is left behind by a call, whichever way it goes, nor by a server that has stopped."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tuberd
from tests.support.raw_http import connected, post_message, read_reply
from tuber.codec.cbor import CborCodec

CALLS = 1000
# Blocks that caches of the interpreter may still be filling after the warm-up, for all calls.
NOISE = 60


class Board:
    """What is called."""

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


@pytest.fixture(scope="module")
def server() -> Iterator[tuberd.Server]:
    server = tuberd.Server({"board": Board()}, port=0, bind="127.0.0.1")
    serving = threading.Thread(target=server.serve)
    serving.start()
    yield server
    server.stop()
    serving.join()


def call(method: str, *args: Any) -> dict[str, Any]:
    return {"object": "board", "method": method, "args": list(args)}


def message(body: bytes, media_type: str = "application/json") -> bytes:
    return post_message(body, b"Content-Type: " + media_type.encode())


def asking(request: Any, media_type: str = "application/json") -> Callable[[tuberd.Server], None]:
    """A function that makes the calls over one connection."""
    is_json = media_type == "application/json"
    body = json.dumps(request).encode() if is_json else CborCodec().encode(request)
    sent = message(body, media_type)

    def ask(server: tuberd.Server) -> None:
        with connected(server.port) as peer:
            for _ in range(CALLS):
                peer.sendall(sent)
                read_reply(peer)

    return ask


def leaving_in_the_midst_of_a_request(server: tuberd.Server) -> None:
    sent = message(json.dumps(call("echo", "x" * 100_000)).encode())
    for number in range(CALLS):
        with connected(server.port) as peer:
            peer.sendall(sent[: 20 + 97 * number])


def leaving_in_the_midst_of_a_reply(server: tuberd.Server) -> None:
    sent = message(json.dumps(call("array")).encode())
    for _ in range(CALLS):
        with connected(server.port) as peer:
            peer.sendall(sent)
            peer.recv(10)


CBOR = "application/cbor"
PATHS = {
    "single": asking(call("nothing")),
    "batch": asking([call("nothing"), call("echo", {"a": [1, 2.5, "x"]})]),
    "failure": asking(call("fail")),
    "no such method": asking(call("no_such_method")),
    "batch with a failure": asking([call("fail"), call("nothing")]),
    "array as JSON": asking(call("array")),
    "CBOR": asking(call("echo", {"a": b"bytes", 1: 2j}), CBOR),
    "array as CBOR": asking(call("echo", np.arange(1000.0)), CBOR),
    "large array": asking(call("echo", np.arange(20_000.0)), CBOR),
    "failure as CBOR": asking(call("fail"), CBOR),
    "property": asking({"object": "board", "property": "gain"}),
    "live property": asking(call("tuber_set", "gain", 2.0)),
    "description": asking({"object": "board"}),
    "no call": asking({"object": "board", "what": 1}),
    "leaving in a request": leaving_in_the_midst_of_a_request,
    "leaving in a reply": leaving_in_the_midst_of_a_reply,
}


def quiet(server: tuberd.Server) -> int:
    """The blocks of memory that Python holds, once the server has nothing to do."""
    while server._core.counts()["calls"] or server._core.counts()["connections"]:
        pass
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.parametrize("path", PATHS)
def test_a_thousand_calls_leave_nothing_behind(server: tuberd.Server, path: str) -> None:
    run = PATHS[path]
    run(server)
    growth = []
    for _ in range(4):
        before = quiet(server)
        run(server)
        growth.append(quiet(server) - before)
        if growth[-1] <= NOISE:
            return
    raise AssertionError(f"blocks left behind by {CALLS} calls, time after time: {growth}")


def test_servers_that_have_stopped_leave_nothing_behind() -> None:
    def cycle() -> None:
        server = tuberd.Server({"board": Board()}, port=0, bind="127.0.0.1")
        serving = threading.Thread(target=server.serve)
        serving.start()
        with connected(server.port) as peer:
            peer.sendall(message(json.dumps(call("nothing")).encode()))
            read_reply(peer)
        server.stop()
        serving.join()

    def held() -> tuple[int, int]:
        gc.collect()
        return len(os.listdir("/proc/self/fd")), threading.active_count()

    cycle()
    before = held()
    growth = []
    for _ in range(10):  # the interpreter's caches fill slowly: what counts is that it ends
        blocks = sys.getallocatedblocks()
        for _ in range(CALLS // 10):
            cycle()
        assert held() == before
        growth.append(sys.getallocatedblocks() - blocks)
    assert min(growth) <= NOISE, growth
