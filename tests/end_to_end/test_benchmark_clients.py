"""What the benchmarks measure with works: the client scripts, ApacheBench, the floor.

Nothing here asserts how long something takes.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.environment import HERE
from benchmarks.idle import raise_descriptor_limit
from benchmarks.load import CallRequest, LoadError, post
from benchmarks.measurements import ClientError, ClientScript, IdleDelay, Measurement, RequestRate
from benchmarks.rows import (
    ASYNC_CALL,
    NOTHING,
    RAW_SOCKET,
    SYNC_CALL,
    array_argument,
    array_result,
)
from benchmarks.run import check_reply
from benchmarks.sides import RunningServer, Side, free_port, running
from tests.support.live_server import live_server

SECONDS = 0.05
ITEMS = 20_000  # an array in several pieces
REGISTRY = """
import numpy as np

class Instrument:
    def nothing(self):
        pass

    def samples(self, size):
        return np.arange(size, dtype=np.float64)

    def last(self, samples):
        return float(samples[-1])

registry = {"instrument": Instrument()}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    registry = tmp_path_factory.mktemp("benchmarks") / "registry.py"
    registry.write_text(REGISTRY)
    with live_server(registry) as live:
        yield RunningServer(Side.OURS, live.process.pid, live.port, Path(sys.executable))


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    program = tmp_path_factory.mktemp("floor") / "static_reply"
    source = HERE / "floor" / "static_reply.cpp"
    options = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-pthread"]
    subprocess.run(["g++", *options, source, "-o", program], check=True)
    port = free_port()
    python = Path(sys.executable)
    with running(Side.FLOOR, [program, str(port), "250"], port, python, program.parent) as one:
        yield one


@pytest.mark.parametrize(
    "measurement",
    [SYNC_CALL, ASYNC_CALL, RAW_SOCKET, array_result(ITEMS), array_argument(ITEMS)],
    ids=["sync", "async", "raw", "result", "argument"],
)
def test_a_client_script_tells_time_cpu_time_and_histogram(
    server: RunningServer, measurement: ClientScript
) -> None:
    sample = measurement.take(server, SECONDS)
    assert sample.calls == sum(sample.histogram.values()) > 0
    assert sample.p50 == pytest.approx(sample.value)
    assert sample.client_cpu is not None
    assert sample.client_cpu > 0
    if sys.platform == "linux":
        assert sample.server_cpu is not None
        assert sample.server_cpu > 0


def test_cpu_time_of_a_batch_is_told_for_each_of_its_calls(server: RunningServer) -> None:
    sample = ClientScript("batch_call", NOTHING).take(server, SECONDS)
    assert sample.calls == 10_000 * sum(sample.histogram.values())
    assert sample.p99 is None  # of a few batches
    assert sample.client_cpu is not None
    assert sample.client_cpu * 10_000 < 10 * sample.value * 1e3


def test_a_fresh_interpreter_imports(server: RunningServer) -> None:
    sample = ClientScript("import_time", NOTHING, ("import tuber",)).take(server, 0.0)
    assert sample.calls == 3
    assert sample.value > 0


def test_a_script_that_fails_is_an_error_with_its_last_words(server: RunningServer) -> None:
    nonsense = ClientScript("import_time", NOTHING, ("import no_such_module",))
    with pytest.raises(ClientError, match="import_time"):
        nonsense.take(server, 0.0)


def test_apachebench_tells_percentiles_and_cpu_time(server: RunningServer) -> None:
    sample = RequestRate(NOTHING, connections=2).take(server, SECONDS)
    assert sample.calls >= 300
    assert len(sample.percentiles) >= 100
    assert (sample.p50, sample.p99) == (sample.percentiles[50], sample.percentiles[99])
    assert list(sample.percentiles) == sorted(sample.percentiles)
    assert sample.client_cpu is not None
    assert sample.client_cpu > 0


@pytest.mark.parametrize("measurement", [RAW_SOCKET, array_argument(ITEMS)], ids=["short", "long"])
def test_the_floor_answers_what_it_is_told_to(
    floor: RunningServer, measurement: Measurement
) -> None:
    assert measurement.take(floor, SECONDS).calls > 0
    with socket.create_connection(("127.0.0.1", floor.port), timeout=10) as connection:
        for _ in range(2):  # in two pieces, the second time as the first
            connection.sendall(b"POST /tuber HTTP/1.1\r\nCONTENT-LENGTH: 5\r\n\r\n12")
            connection.sendall(b"345")
            reply = b""
            while len(reply) < 250:
                reply += connection.recv(1000)
            assert len(reply) == 250
            assert reply.startswith(b"HTTP/1.1 200 OK\r\n")


def test_the_floor_moves_as_many_bytes_as_the_reply_it_stands_for(server: RunningServer) -> None:
    head = 200
    assert check_reply(server, array_result(ITEMS).request) > 8 * ITEMS
    assert check_reply(server, NOTHING) < 2 * head


def test_a_load_of_errors_proves_nothing(server: RunningServer) -> None:
    nowhere = replace(NOTHING, body=b'{"object": "nowhere"')
    with pytest.raises(LoadError, match="answers"):
        check_reply(server, nowhere)
    with pytest.raises(LoadError):
        post(replace(server, port=free_port()), CallRequest(b"{}"), 1, 10)


def test_a_call_on_a_new_connection_is_timed_with_idle_ones_and_without(
    server: RunningServer,
) -> None:
    raise_descriptor_limit(50)
    assert IdleDelay(NOTHING, 50).take(server, SECONDS).value > 0
