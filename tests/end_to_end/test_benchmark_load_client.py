"""The load client of the benchmarks hides no wait and forgets no connection."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.closed_loop import load
from benchmarks.environment import HERE
from benchmarks.load import CallRequest, LoadError
from benchmarks.measurements import call
from benchmarks.sides import RunningServer, Side, free_port
from tests.support.live_server import LiveServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="the load client is Linux's"),
]

SECONDS = 0.1
NOTHING = call("instrument", "nothing")
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("load") / "closed_loop"
    source = HERE / "clients" / "closed_loop.cpp"
    options = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"]
    subprocess.run(["g++", *options, source, "-o", built], check=True)
    return built


def a_server(port: int) -> RunningServer:
    return RunningServer(Side.OURS, os.getpid(), port, Path("python"))


@contextlib.contextmanager
def answering(*ways: Callable[[socket.socket], None]) -> Iterator[RunningServer]:
    """A server that treats each of its connections in another way, in the order they come."""
    connections: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            threads = []
            for way in ways:
                connections.append(listener.accept()[0])
                threads.append(threading.Thread(target=way, args=(connections[-1],)))
                threads[-1].start()
            for thread in threads:
                thread.join()

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield a_server(listener.getsockname()[1])
        finally:
            serving.join()
            for connection in connections:
                connection.close()


def answers(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(REPLY)


def answers_in_pieces(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while connection.recv(65536):
        for at in range(0, len(REPLY), 5):
            connection.sendall(REPLY[at : at + 5])


def never_answers(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def closes(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.shutdown(socket.SHUT_RDWR)


def refuses(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(b"HTTP/1.1 503 Full\r\ncontent-length: 0\r\n\r\n")


def test_every_connection_of_a_server_is_served_and_told(program: Path, server: LiveServer) -> None:
    served = RunningServer(Side.OURS, server.process.pid, server.port, Path("python"))
    report = load(program, served, NOTHING, 5, SECONDS)
    assert not report.stalled
    assert 0 < report.least_calls <= report.most_calls
    assert 5 * report.least_calls <= report.calls_per_second * SECONDS <= 5 * report.most_calls
    assert 0 < report.p50 <= report.p99 <= report.p999 <= 1.04 * report.longest
    assert report.held.threads > 0
    assert report.server_cpu is not None
    assert report.server_cpu > 0


def test_replies_may_come_in_pieces(program: Path) -> None:
    with answering(answers_in_pieces) as server:
        report = load(program, server, NOTHING, 1, SECONDS)
    assert report.least_calls > 0
    assert not report.stalled


def test_who_is_never_answered_counts_with_its_whole_wait(program: Path) -> None:
    patience = 0.5
    with answering(answers, never_answers) as server:
        report = load(program, server, NOTHING, 2, SECONDS, patience)
    assert (report.unanswered, report.least_calls) == (1, 0)
    assert report.most_calls > 0
    assert report.longest >= (SECONDS + patience) * 1e6


def test_a_connection_that_the_server_closes_is_told(program: Path) -> None:
    with answering(answers, closes) as server:
        assert load(program, server, NOTHING, 2, SECONDS).lost == 1


def test_refusals_are_no_calls(program: Path) -> None:
    with answering(refuses) as server, pytest.raises(LoadError, match="refused"):
        load(program, server, NOTHING, 1, SECONDS)


def test_nobody_at_the_port_is_an_error(program: Path) -> None:
    with pytest.raises(LoadError, match="unconnected: 2 of 2"):
        load(program, a_server(free_port()), CallRequest(b"{}"), 2, SECONDS)
