"""Every limit of a running `tuberd`: its option, its status, and that other clients are served.

The C++ tests cover the exact edges of the limits in the core.
"""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import (
    PATIENCE,
    connected,
    post_message,
    read_to_end,
    status_of,
)
from tuber.codec.cbor import CborCodec
from tuber.protocol import CBOR, MAX_NESTING

from .conftest import REGISTRY, Wire, running_call
from .test_calls import call

CALL = json.dumps(call("nothing")).encode()


def request(body: bytes = CALL, *fields: bytes, target: bytes = b"/tuber") -> bytes:
    return post_message(body, *fields, target=target)


def chunked(*chunks: bytes) -> bytes:
    head = b"POST /tuber HTTP/1.1\r\nHost: board\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(chunks)


def promising(size: int) -> bytes:
    return b"POST /tuber HTTP/1.1\r\nHost: board\r\nContent-Length: %d\r\n\r\n" % size


def assert_refused(reply: bytes, status: int) -> None:
    assert status_of(reply) == status, reply[:300]
    assert b"\r\nConnection: close\r\n" in reply
    assert (b"\r\nRetry-After: 1\r\n" in reply) == (status == 503)
    assert reply.partition(b"\r\n\r\n")[2].strip(), "no reason is given"


@pytest.mark.parametrize(
    ("option", "sent", "status"),
    [
        (["--max-request-line", "100"], request(target=b"/tuber?" + b"x" * 100), 414),
        (["--max-head", "1K"], request(CALL, b"X: " + b"x" * 1024), 431),
        (["--max-fields", "5"], request(CALL, *[b"X-%d: 1" % i for i in range(5)]), 431),
        (["--max-body", "1K"], promising(1025), 413),
        (["--max-body", "1K"], request(b" " * 300_000), 413),
        (["--max-body", "1K"], chunked(b"401\r\n", b" " * 1025), 413),
        (["--max-chunk-line", "10"], chunked(b"1;" + b"x" * 10 + b"\r\n"), 400),
        (["--head-timeout", "0.2"], b"POST /tuber HTTP/1.1\r\nHost: bo", 408),
        (["--stall-timeout", "0.2"], promising(100) + b"[", 408),
        (["--idle-timeout", "1"], b"", 0),
    ],
)
def test_a_peer_over_a_limit_gets_the_status_and_others_are_served(
    option: list[str], sent: bytes, status: int
) -> None:
    with (
        live_server(REGISTRY, *option) as server,
        Wire(server.port) as other,
        connected(server.port) as peer,
    ):
        peer.sendall(sent)
        while not_yet := time.monotonic():  # others are served before and after the answer
            assert other.post(CALL)[0].status == 200
            peer.settimeout(0.02)
            try:
                peer.recv(1, socket.MSG_PEEK)
                break
            except TimeoutError:
                assert time.monotonic() < not_yet + PATIENCE
        peer.settimeout(PATIENCE)
        reply = read_to_end(peer)
        if status:
            assert_refused(reply, status)
        else:
            assert reply == b""
        assert other.call(call("nothing")) == {"result": None}


@pytest.mark.parametrize(
    ("option", "first", "again", "status"),
    [
        (["--head-timeout", "0.3"], b"POST /tuber HTTP/1.1\r\nX: ", b"x", 408),
        (
            ["--upload-rate-window", "0.3", "--min-upload-rate", "1G"],
            *(promising(10_000_000), b" ", 408),
        ),
    ],
)
def test_a_peer_that_sends_too_slowly_gets_408(
    option: list[str], first: bytes, again: bytes, status: int
) -> None:
    with (
        live_server(REGISTRY, *option) as server,
        Wire(server.port) as other,
        connected(server.port) as peer,
    ):
        peer.sendall(first)
        peer.settimeout(0.01)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            peer.sendall(again)
            assert other.post(CALL)[0].status == 200
            try:
                peer.recv(1, socket.MSG_PEEK)
                break
            except TimeoutError:
                pass
        peer.settimeout(PATIENCE)
        assert_refused(read_to_end(peer), status)


@pytest.mark.parametrize(
    "option",
    [["--stall-timeout", "0.3"], ["--stall-timeout", "0.3", "--min-download-rate", "1G"]],
    ids=["does not read", "reads slowly"],
)
def test_a_peer_that_does_not_read_its_reply_is_disconnected(option: list[str]) -> None:
    ask = json.dumps(call("echo", "x" * 20_000_000)).encode()
    with live_server(REGISTRY, *option) as server, Wire(server.port) as other:
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with peer:
            peer.settimeout(PATIENCE)
            peer.connect(("127.0.0.1", server.port))
            peer.sendall(request(ask))
            taken = len(peer.recv(1000))
            end = time.monotonic() + 1.0
            try:
                while time.monotonic() < end:
                    assert other.post(CALL)[0].status == 200
                    if len(option) > 2:
                        taken += len(peer.recv(100))
                while piece := peer.recv(1 << 20):
                    taken += len(piece)
            except ConnectionResetError:
                pass
            assert taken < 20_000_000, "the whole reply came"
        assert other.post(CALL)[0].status == 200


def test_a_batch_of_too_many_calls_is_refused_as_a_whole() -> None:
    with live_server(REGISTRY, "--max-batch", "2") as server, Wire(server.port) as wire:
        assert wire.call([call("nothing")] * 2) == [{"result": None}] * 2
        refused = wire.call([call("nothing")] * 3)
        assert "at most 2 calls, not 3" in refused["error"]["message"]
        assert wire.call(call("nothing")) == {"result": None}


def nested(levels: int, text: str = "") -> bytes:
    """Return a JSON call with `levels` levels: itself, its arguments, and nested arrays."""
    arrays = levels - 2
    value = f"[{json.dumps(text, ensure_ascii=False)}," * arrays + "0" + "]" * arrays
    return f'{{"object": "instrument", "method": "nothing", "args": [{value}]}}'.encode()


@pytest.mark.parametrize("text", ["x", "]]]]]]", 'a \\ and a " and [[[[', "ä" * 20])
@pytest.mark.parametrize("options", [(), ("--json", "json")])
def test_a_call_that_is_nested_too_deeply_is_refused(options: tuple[str, ...], text: str) -> None:
    with live_server(REGISTRY, *options) as server, Wire(server.port) as wire:
        for levels in (MAX_NESTING, MAX_NESTING + 1, 100_000):
            as_json = nested(levels, text)
            bodies = [(as_json, "application/json")]
            if levels <= MAX_NESTING:
                bodies.append((CborCodec().encode(json.loads(as_json)), CBOR))
            else:  # our codec would not encode this: a map with one deep value
                bodies.append((b"\xa1\x64args" + b"\x81" * (levels - 1) + b"\x00", CBOR))
            for body, media_type in bodies:
                reply, answer = wire.post(body, Content_Type=media_type, Accept="application/json")
                assert reply.status == 200
                message = json.loads(answer)["error"]["message"]
                refused = f"nested more than {MAX_NESTING} levels deep" in message
                assert refused == (levels > MAX_NESTING), message
        assert wire.call(call("nothing")) == {"result": None}


def test_a_batch_of_many_calls_is_not_deep(server: LiveServer) -> None:
    with Wire(server.port) as wire:
        assert len(wire.call([call("increment", [1]), call("nothing")] * 1000)) == 2000


@pytest.mark.parametrize("most", [None, "0", "640"])
def test_integer_digits_are_limited_whatever_pythons_own_limit(most: str | None) -> None:
    env = {} if most is None else {"PYTHONINTMAXSTRDIGITS": most}
    bodies = {
        digits: b'{"object": "instrument", "method": "increment", "args": [[-%b]]}'
        % (b"9" * digits)
        for digits in (4300, 4301)
    }
    with live_server(REGISTRY, env=env) as server, Wire(server.port) as wire:
        assert wire.post(bodies[4300])[1] == b'{"result":[-%b]}' % (b"9" * 4299 + b"8")
        reply, answer = wire.post(bodies[4301])
        assert reply.status == 200
        assert b"an integer of 4301 digits is over the limit of 4300" in answer
        assert wire.call(call("nothing")) == {"result": None}


def test_calls_over_the_limit_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    with live_server(REGISTRY, "--max-calls", "1") as server:
        with (
            running_call(server, pipe, call("read_pipe", str(pipe))),
            connected(server.port) as refused,
        ):
            refused.sendall(request())
            assert_refused(read_to_end(refused), 503)
        # The slot is released after the reply is sent, so the next call may still be too early.
        end = time.monotonic() + PATIENCE
        with Wire(server.port) as wire:
            while wire.post(CALL)[0].status == 503:
                assert time.monotonic() < end, "the slot was not released"


@pytest.mark.parametrize("option", ["--max-connections", "--max-connections-per-address"])
def test_connections_over_the_limit_get_503(option: str) -> None:
    with live_server(REGISTRY, option, "1") as server:
        with Wire(server.port) as wire:
            assert wire.call(call("nothing")) == {"result": None}
            with connected(server.port) as refused:
                refused.sendall(request())
                assert_refused(read_to_end(refused), 503)
            assert wire.call(call("nothing")) == {"result": None}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with connected(server.port) as peer:
                peer.sendall(request(CALL, b"Connection: close"))
                if status_of(read_to_end(peer)) == 200:
                    return
        raise AssertionError("no connection slot became free")


def test_zero_is_no_limit() -> None:
    options = [
        *("--max-body", "0", "--max-fields", "0", "--max-request-line", "0", "--max-head", "0"),
        *("--max-batch", "0", "--max-calls", "0", "--max-connections", "0", "--idle-timeout", "0"),
        *("--head-timeout", "0", "--stall-timeout", "0"),
        *("--upload-rate-window", "0", "--min-upload-rate", "0"),
        *("--min-download-rate", "0", "--max-chunk-line", "0", "--max-reply", "0"),
    ]
    with live_server(REGISTRY, *options) as server, connected(server.port) as peer:
        fields = [b"X-%d: %b" % (i, b"x" * 1000) for i in range(300)]
        peer.sendall(
            request(CALL, *fields, b"Connection: close", target=b"/tuber?" + b"x" * 10_000)
        )
        assert status_of(read_to_end(peer)) == 200
        with Wire(server.port) as wire:
            assert len(wire.call([call("nothing")] * 10_001)) == 10_001
