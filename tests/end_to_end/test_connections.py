"""Many connections: idle ones need no thread and delay no other client; ApacheBench and curl."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer

from .conftest import Wire

NOTHING = {"object": "instrument", "method": "nothing"}


def threads_of(server: LiveServer) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("Threads:")).split()[1])


def used_and_idle(server: LiveServer, count: int, stack: contextlib.ExitStack) -> None:
    """Open keep-alive connections that have made one call each and are now idle."""
    for _ in range(count):
        wire = stack.enter_context(Wire(server.port))
        assert wire.call(NOTHING) == {"result": None}


def test_forty_idle_connections_do_not_delay_the_next_client(fresh_server: LiveServer) -> None:
    with contextlib.ExitStack() as stack:
        used_and_idle(fresh_server, 40, stack)
        connection = stack.enter_context(
            socket.create_connection(("127.0.0.1", fresh_server.port), timeout=20.0)
        )
        body = json.dumps(NOTHING).encode()
        head = f"POST /tuber HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        assert connection.recv(4096).endswith(b'{"result":null}')


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="counts threads through /proc")
def test_a_thousand_idle_connections_add_no_threads(fresh_server: LiveServer) -> None:
    with contextlib.ExitStack() as stack:
        used_and_idle(fresh_server, 10, stack)
        before = threads_of(fresh_server)
        used_and_idle(fresh_server, 990, stack)
        assert threads_of(fresh_server) <= before + 2


@pytest.mark.parametrize("connections", [1, 8])
def test_apache_bench_finds_no_failed_request(
    server: LiveServer, tmp_path: Path, connections: int
) -> None:
    ab = shutil.which("ab")
    assert ab is not None, "ApacheBench is missing: scripts/test installs apache2-utils"
    body = tmp_path / "body.json"
    body.write_text(json.dumps(NOTHING))
    command = [
        ab, "-q", "-k", "-c", str(connections), "-n", "5000", "-p", str(body),
        "-T", "application/json", server.url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "Complete requests:      5000" in done.stdout
    assert "Failed requests:        0" in done.stdout
    assert "Keep-Alive requests:    5000" in done.stdout
    assert "Non-2xx" not in done.stdout


def test_curl_gets_the_result(server: LiveServer) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    command = [curl, "-s", "--json", json.dumps(NOTHING), server.url]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b'{"result":null}'
