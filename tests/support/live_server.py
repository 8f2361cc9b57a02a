"""Run a server process for a test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 40.0


@dataclass(frozen=True)
class LiveServer:
    """A running server on loopback."""

    process: subprocess.Popen[str]
    port: int

    @property
    def hostname(self) -> str:
        """`host:port`, the form that `tuber.resolve_simple` accepts."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The URL for calls."""
        return f"http://{self.hostname}/tuber"


@contextlib.contextmanager
def live_server(
    registry: Path | str,
    *options: str,
    python: str = sys.executable,
    env: Mapping[str, str] | None = None,
    stderr: int | None = None,
) -> Iterator[LiveServer]:
    """Serve a registry file with `tuberd` on a free port, and check that SIGTERM ends it cleanly.

    Its stdout is not read after the ready line. `stderr` is the argument of `subprocess.Popen`.
    """
    command = [python, "-m", "tuberd", "-r", str(registry), "-p", "0", "--bind", "127.0.0.1"]
    with running([*command, *options], env=env, stderr=stderr) as server:
        yield server
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(STOP_SECONDS)
        assert code == 0, f"tuberd ended with {code} after SIGTERM"


@contextlib.contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str] | None = None, stderr: int | None = None
) -> Iterator[LiveServer]:
    """Run a server that prints `Serving on port N` when it is ready."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
    )
    try:
        yield LiveServer(process, _read_port(process))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(STOP_SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _read_port(process: subprocess.Popen[str]) -> int:
    """Read the ready line and return the port. If it does not come, report the server's output."""
    assert process.stdout is not None
    printed: list[str] = []
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            break
        printed.append(line)
        if line.startswith("Serving on port "):
            return int(line.split()[-1])
    raise AssertionError(f"{process.args} printed no ready line but {printed}")
