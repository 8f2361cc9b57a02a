"""Many active connections: none starves, threads stay bounded, methods without the GIL overlap."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.cpp_extension import build_extension
from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import PATIENCE, connected, post_message, read_reply

from .test_calls import call
from .test_connections import threads_of

SOURCE = Path(__file__).parent / "cpp" / "rendezvous.cpp"
NOTHING = post_message(json.dumps(call("nothing")).encode())
SPARE_THREADS = 20  # beyond one for each connection that is being served


def exchange(peer: socket.socket) -> None:
    peer.sendall(NOTHING)
    assert read_reply(peer)[1] == b'{"result":null}'


def test_no_connection_starves_while_all_are_active(server: LiveServer) -> None:
    connections, calls = 64, 20
    answered = [0] * connections
    all_served = threading.Event()
    end = time.monotonic() + 2 * PATIENCE

    def call_repeatedly(number: int) -> None:
        with connected(server.port) as peer:
            while not all_served.is_set() and time.monotonic() < end:
                exchange(peer)
                answered[number] += 1
                if min(answered) >= calls:
                    all_served.set()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(call_repeatedly, range(connections)))
    assert all_served.is_set(), f"answered on each connection: {sorted(answered)}"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="counts threads through /proc")
def test_threads_are_bounded_with_512_active_connections(fresh_server: LiveServer) -> None:
    connections = 512
    most = 0
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(connected(fresh_server.port)) for _ in range(connections)]
        for _ in range(5):  # all send a request, and then wait for all replies
            for peer in peers:
                peer.sendall(NOTHING)
            most = max(most, threads_of(fresh_server))
            for peer in peers:
                assert read_reply(peer)[1] == b'{"result":null}'
        most = max(most, threads_of(fresh_server))
        assert most <= connections + SPARE_THREADS
        end = time.monotonic() + PATIENCE  # now they are idle, and need no threads
        while threads_of(fresh_server) > SPARE_THREADS:
            assert time.monotonic() < end, threads_of(fresh_server)
        for peer in peers:
            exchange(peer)


@pytest.mark.slow
def test_methods_that_release_the_gil_run_at_the_same_time(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pybind11 = pytest.importorskip("pybind11", minversion="3")
    cache = request.config.cache.mkdir("cpp_extension")
    includes = [Path(pybind11.get_include())]
    options = ["-std=c++17"]
    directory = build_extension(
        cache, "rendezvous", [SOURCE], system_includes=includes, options=options
    )
    registry = tmp_path / "registry.py"
    registry.write_text("from rendezvous import Rendezvous\nregistry = {'place': Rendezvous()}\n")
    together = 4
    meet = {"object": "place", "method": "meet", "args": [together, PATIENCE / 2]}
    with (
        live_server(registry, env={"PYTHONPATH": str(directory)}) as server,
        contextlib.ExitStack() as stack,
    ):
        peers = [stack.enter_context(connected(server.port)) for _ in range(together)]
        for peer in peers:
            peer.sendall(post_message(json.dumps(meet).encode()))
        assert [read_reply(peer)[1] for peer in peers] == [b'{"result":true}'] * together
