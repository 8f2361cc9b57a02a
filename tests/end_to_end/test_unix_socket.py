"""A server on a Unix socket, with a client that uses only the standard library."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

REGISTRY = Path(__file__).with_name("registry.py")
PATIENCE = 60.0  # seconds; only a failing test waits as long
BODY = json.dumps({}).encode()


class UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(os.fspath(self._path))


@pytest.fixture
def path() -> Iterator[Path]:
    """Return a path for a socket. It is short, because the system allows about 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="tuber-") as directory:
        yield Path(directory) / "board.sock"


@contextmanager
def served(path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "--uds", str(path), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Serving on unix:{path}\n"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def post(connection: UnixConnection, **fields: str) -> tuple[int, Any]:
    connection.request("POST", "/tuber", BODY, fields)
    reply = connection.getresponse()
    body = reply.read()
    return reply.status, json.loads(body) if reply.status == 200 else body


def listing(path: Path) -> list[str]:
    connection = UnixConnection(path)
    status, reply = post(connection)
    connection.close()
    assert status == 200
    objects: list[str] = reply["result"]["objects"]
    return objects


def test_calls_files_and_the_browser_policy(path: Path) -> None:
    (path.parent / "index.html").write_text("hello")
    with served(path, "--webroot", str(path.parent)):
        connection = UnixConnection(path)
        for _ in range(3):  # on one connection, which is kept
            status, reply = post(connection)
            assert status == 200
            assert reply["result"]["objects"]
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"hello"
        assert post(connection, Origin="http://evil.example")[0] == 403
        connection.close()


def test_the_socket_file_is_private_and_removed_at_the_end(path: Path) -> None:
    with served(path) as process:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert not path.exists()
    with served(path, "--uds-mode", "660"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert listing(path)


def test_only_a_dead_servers_socket_file_is_replaced(path: Path) -> None:
    with served(path) as process:
        process.kill()
        process.wait(PATIENCE)
    assert path.exists()
    with served(path):
        command = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "--uds", str(path)]
        second = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        assert second.returncode == 2
        assert f"cannot listen on unix:{path} (a server is listening there)" in second.stderr
        assert listing(path)
