"""The predecessor, tuberd and tuber-client 0.18.7 from PyPI, in a virtual environment of its own.

It is used over the wire and through its public Python API only.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

from .live_server import START_SECONDS, STOP_SECONDS

VERSION = "0.18.7"
REQUIREMENT = f"tuberd[async,cbor,numpy,orjson,client]=={VERSION}"
ENVIRONMENT = Path(__file__).parents[2] / f".venv-peer-{VERSION}"


class PeerUnavailable(Exception):
    """The predecessor can't be installed here; the text says why."""


def peer_python() -> Path:
    """The interpreter of the predecessor's environment, which is made when it is not there."""
    python = ENVIRONMENT / "bin" / "python"
    complete = ENVIRONMENT / "complete"
    if complete.exists():
        return python
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    install = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", REQUIREMENT],
        capture_output=True,
        text=True,
        check=False,
    )
    if install.returncode != 0:
        raise PeerUnavailable(f"pip can't install {REQUIREMENT}: {install.stderr.strip()[-300:]}")
    complete.touch()
    return python


@contextlib.contextmanager
def peer_server(registry: Path) -> Iterator[str]:
    """Serves a registry file with the predecessor's server; yields `host:port`.

    It keeps its ready line in a buffer, so a free port is chosen here and asked until it answers.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        peer_python().with_name("tuberd"), "-r", registry, "-p", str(port), "-j", "orjson",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=sys.stderr, env=_environment())
    try:
        _wait_until_listening(process, port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def run_in_peer(script: Path, *arguments: str) -> str:
    """Runs a script with the predecessor's Python; returns what it printed."""
    done = subprocess.run(
        [peer_python(), script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
        env=_environment(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _environment() -> dict[str, str]:
    """Ours, without what would put our `tuber` in the way of the predecessor's."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the predecessor's server ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port} after {START_SECONDS} s")
