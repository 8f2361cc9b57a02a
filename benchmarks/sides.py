"""The three that are measured, and their server processes.

Every server is started for one run on a free port of loopback and ended by its own process id.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class Side(Enum):
    """Who is measured."""

    FLOOR = "floor"  # what the kernel allows: a static reply, a raw socket
    OURS = "tuber"
    PEER = "peer"  # the predecessor


@dataclass(frozen=True)
class RunningServer:
    """A server that accepts connections, with the Python whose clients belong to it."""

    side: Side
    process_id: int
    port: int
    python: Path

    @property
    def hostname(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"


class ServerError(Exception):
    """A server did not start; the text says which and why."""


def free_port() -> int:
    """A port that was free just now.

    The servers are told a port instead of asked for one, because the predecessor keeps the line
    that names its port in a buffer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    side: Side,
    command: Sequence[str | Path],
    port: int,
    python: Path,
    module_path: Path,
    variables: Mapping[str, str] | None = None,
) -> Iterator[RunningServer]:
    """Runs a server until the block is left.

    Args:
        side: whose server it is.
        command: what to start; it must listen on `port`.
        port: where to wait for it.
        python: the interpreter for its clients.
        module_path: the directory of modules that the registry imports.
        variables: further ones of its environment.

    Raises:
        ServerError: it ended, or does not listen after `START_SECONDS`.
    """
    environment = {**os.environ, "PYTHONPATH": str(module_path), **(variables or {})}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        _wait_until_listening(process, side, port)
        yield RunningServer(side, process.pid, port, python)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], side: Side, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"the server of {side.value} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise ServerError(f"the server of {side.value} does not listen after {START_SECONDS:.0f} s")
