"""Calls in CBOR against a live server: negotiation, envelopes, and arrays at memory speed."""

from __future__ import annotations

import http.client
import json
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.shells import Shell
from tuber import TuberProtocolError
from tuber.codec.cbor import CborCodec

CODEC = CborCodec()
CBOR = "application/cbor"
JSON = "application/json"

# More than the buffers at both ends of a connection hold, so that the server is still sending.
BEYOND_BUFFERS = 4_000_000
LARGE = 25_000_000  # float64: 200 MB


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with live_server(Path(__file__).with_name("registry_arrays.py")) as running:
        yield running


class Peer:
    """A client that sends CBOR with the standard library's HTTP client."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, body: bytes, **fields: str) -> tuple[str | None, bytes]:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request("POST", "/tuber", body, headers)
        reply = self.connection.getresponse()
        octets = reply.read()
        assert reply.status == 200, octets
        return reply.headers["Content-Type"], octets

    def drop(self, body: bytes) -> None:
        """Post a call, and read and discard its reply piece by piece."""
        self.connection.request("POST", "/tuber", body, {"Content-Type": CBOR})
        reply = self.connection.getresponse()
        while reply.read(1 << 20):
            pass

    def ask(self, request: Any, **fields: str) -> Any:
        kind, octets = self.post(CODEC.encode(request), Content_Type=CBOR, **fields)
        assert kind == CBOR
        return CODEC.decode(octets)

    def call(self, method: str, *args: Any) -> Any:
        envelope = self.ask(call_of(method, *args))
        assert "result" in envelope, envelope
        return envelope["result"]


def call_of(method: str, *args: Any) -> dict[str, Any]:
    return {"object": "Scope", "method": method, "args": list(args)}


@pytest.fixture
def peer(server: LiveServer) -> Iterator[Peer]:
    peer = Peer(server.port)
    yield peer
    peer.connection.close()


@pytest.mark.parametrize(
    ("content_type", "accept", "expected"),
    [
        (CBOR, None, CBOR),
        (CBOR, "*/*", CBOR),
        (CBOR, "application/*", CBOR),
        (CBOR, JSON, JSON),
        (JSON, CBOR, CBOR),
        (JSON, f"{JSON}, {CBOR}", JSON),
        (JSON, f"{CBOR};q=0, {JSON}", JSON),
        (JSON, f"text/html, {CBOR}", CBOR),
        ("application/CBOR; x=y", None, CBOR),
    ],
)
def test_the_reply_is_in_the_first_accepted_media_type(
    peer: Peer, content_type: str, accept: str | None, expected: str
) -> None:
    request = call_of("echo", [1, "a"])
    body = json.dumps(request).encode() if content_type == JSON else CODEC.encode(request)
    fields = {"Content_Type": content_type} | ({"Accept": accept} if accept else {})
    kind, octets = peer.post(body, **fields)
    assert kind == expected
    reply = json.loads(octets) if kind == JSON else CODEC.decode(octets)
    assert reply == {"result": [1, "a"]}


def test_an_array_becomes_lists_if_json_comes_first(peer: Peer) -> None:
    kind, octets = peer.post(CODEC.encode(call_of("fresh", 3)), Content_Type=CBOR, Accept=JSON)
    assert (kind, json.loads(octets)) == (JSON, {"result": [0.0, 1.0, 2.0]})


def test_a_body_that_is_not_cbor_is_a_failure_that_names_the_byte(peer: Peer) -> None:
    _, octets = peer.post(b"\x81\xf7", Content_Type=CBOR)
    message = "ValueError: at byte 1 ($[0]): the value undefined is not supported"
    assert CODEC.decode(octets) == {"error": {"message": message, "type": "ValueError"}}


def test_values_that_json_lacks_arrive_unchanged_in_cbor(peer: Peer) -> None:
    for value in (b"\x00", {1: {2}}, 1 + 2j, float("inf"), 2**100, {(1, "a"): None}):
        assert peer.call("echo", value) == value


@pytest.mark.parametrize("size", [1, 1_000, 100_000])
def test_an_array_arrives_unchanged(peer: Peer, size: int) -> None:
    array = np.asfortranarray(np.arange(2.0 * size).reshape(2, size).astype(">c8"))
    back = peer.call("echo", array)
    assert back.dtype == array.dtype
    assert back.flags.f_contiguous
    assert np.array_equal(back, array)


@pytest.mark.parametrize("size", [10, 3_000, 20_000, 1_000_000])
def test_a_method_can_write_to_its_array_argument(peer: Peer, size: int) -> None:
    facts = peer.call("facts", np.zeros(size))
    assert facts.pop("view") in (True, False)
    assert facts == {"dtype": "float64", "shape": [size], "aligned": True, "sum": float(size)}


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the peak of memory")
def test_a_large_argument_is_not_copied(peer: Peer) -> None:
    peer.call("peak_kib")
    before = peer.call("peak_kib")
    peer.ask(call_of("shape", np.zeros(6_000_000)))
    assert peer.call("peak_kib") - before < 6_000_000 * 8 // 1024 + 16_384


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the peak of memory")
def test_a_large_result_is_not_copied(peer: Peer) -> None:
    peer.call("fresh", 10)
    peer.call("peak_kib")
    before = peer.call("peak_kib")
    peer.post(CODEC.encode(call_of("fresh", 6_000_000)), Content_Type=CBOR)
    assert peer.call("peak_kib") - before < 6_000_000 * 8 // 1024 + 16_384


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the peak of memory")
@pytest.mark.parametrize(
    ("method", "argument", "arrays"),
    [("fresh", LARGE, 1), ("strided", LARGE, 2), ("of_c_order", LARGE, 1)],
)
def test_a_result_of_200_mb_is_copied_only_if_needed(
    peer: Peer, method: str, argument: int, arrays: int
) -> None:
    peer.call(method, 10)
    peer.call("peak_kib")
    before = peer.call("peak_kib")
    peer.drop(CODEC.encode(call_of(method, argument)))
    growth = peer.call("peak_kib") - before
    assert growth < arrays * LARGE * 8 // 1024 + 16_384


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the peak of memory")
def test_an_argument_of_200_mb_is_not_copied() -> None:
    registry = Path(__file__).with_name("registry_arrays.py")
    with live_server(registry, "--max-body", "250M") as server:
        peer = Peer(server.port)
        peer.call("shape", np.zeros(10))
        peer.call("peak_kib")
        before = peer.call("peak_kib")
        peer.ask(call_of("shape", np.zeros(LARGE)))
        assert peer.call("peak_kib") - before < LARGE * 8 // 1024 + 16_384
        peer.connection.close()


def test_the_client_reports_a_body_over_the_limit(shell: Shell) -> None:
    registry = Path(__file__).with_name("registry_arrays.py")
    with (
        live_server(registry, "--max-body", "1M") as server,
        shell.resolved(server.hostname, "Scope") as scope,
    ):
        assert shell.finish(scope.shape(np.zeros(100_000))) == [100_000]
        for size in (200_000, LARGE):
            with pytest.raises(TuberProtocolError, match=r"413 .* was not run") as refused:
                shell.finish(scope.shape(np.zeros(size)))
            assert refused.value.status == 413
        assert shell.finish(scope.echo(1)) == 1


def test_a_reply_with_more_arrays_than_one_system_call_sends(peer: Peer) -> None:
    arrays = peer.call("many", 1_500, 5_000)
    assert [array.shape for array in arrays] == [(5_000,)] * 1_500
    assert all((array == number).all() for number, array in enumerate(arrays))


def test_a_result_that_fails_after_an_array_sends_none_of_it(peer: Peer) -> None:
    first, failed, last = peer.ask(
        [call_of("fresh", 10_000), call_of("halves", 10_000), call_of("fresh", 10_000)],
        X_Tuber_Options="continue-on-error",
    )
    assert failed["error"]["message"].startswith("TypeError: result[1]: object is not supported; ")
    assert set(failed) == {"error"}
    for envelope in (first, last):
        assert np.array_equal(envelope["result"], np.arange(10_000.0))


@pytest.mark.parametrize(
    "method", ["buffer", "part_of_buffer", "memory", "view_of_memory", "in_containers"]
)
def test_a_slowly_read_reply_is_complete(server: LiveServer, peer: Peer, method: str) -> None:
    peer.call("fill", BEYOND_BUFFERS, 1.0)
    body = CODEC.encode(call_of(method))
    head = f"POST /tuber HTTP/1.1\r\nHost: a\r\nContent-Type: {CBOR}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
        slow.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        reply = http.client.HTTPResponse(slow)
        reply.begin()  # the head has arrived, so the result is encoded
        peer.call("overwrite", 2.0)
        result = CODEC.decode(reply.read())["result"]
    array = result["of"][0] if isinstance(result, dict) else result
    assert np.unique(array).tolist() == [1.0]


def test_others_are_served_while_a_large_reply_is_read_slowly(
    server: LiveServer, peer: Peer
) -> None:
    body = CODEC.encode(call_of("fresh", LARGE))
    head = f"POST /tuber HTTP/1.1\r\nHost: a\r\nContent-Type: {CBOR}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
        slow.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        reply = http.client.HTTPResponse(slow)
        reply.begin()
        for number in range(200):  # each of them answered while the rest waits to be read
            assert reply.read(1000)
            assert peer.call("echo", number) == number
        left = reply.length
        assert left is not None
        assert left > LARGE * 7


def test_a_result_over_the_limit_fails_alone_in_its_batch() -> None:
    registry = Path(__file__).with_name("registry_arrays.py")
    with live_server(registry, "--max-reply", "1M") as server:
        peer = Peer(server.port)
        for calls in (
            [call_of("fresh", 100_000), call_of("fresh", 200_000), call_of("echo", 1)],
            [call_of("echo", "a" * 800_000), call_of("echo", "b" * 800_000), call_of("echo", 1)],
        ):
            first, failed, last = peer.ask(calls, X_Tuber_Options="continue-on-error")
            assert len(first["result"]) in (100_000, 800_000)
            assert failed["error"]["type"] == "ValueError"
            assert "over the limit of 1048576" in failed["error"]["message"]
            assert "--max-reply" in failed["error"]["message"]
            assert last == {"result": 1}
        peer.connection.close()
    with live_server(registry, "--max-reply", "0") as server:
        peer = Peer(server.port)
        assert len(peer.call("fresh", 200_000)) == 200_000
        peer.connection.close()


def test_the_server_survives_a_client_that_closes_during_an_array(
    server: LiveServer, peer: Peer
) -> None:
    body = CODEC.encode(call_of("fresh", BEYOND_BUFFERS))
    head = f"POST /tuber HTTP/1.1\r\nHost: a\r\nContent-Type: {CBOR}\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as leaving:
        leaving.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert leaving.recv(100)
    assert peer.call("echo", 1) == 1
