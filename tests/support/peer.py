"""The predecessors, tuberd and tuber-client 0.14 to 0.18.7, each in an environment of its own.

They come from PyPI and are used over the wire and through their public Python API only. An
environment is made once, beside the checkout, and kept.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .live_server import START_SECONDS, STOP_SECONDS
from .locks import locked

ROOT = Path(__file__).parents[2]

# Their wheels are for some versions of Python only, and building one takes minutes and its own
# dependencies: another interpreter is tried instead.
INTERPRETERS = (sys.executable, "python3.11", "python3.12", "python3.10")


class PeerUnavailable(Exception):
    """A predecessor can't be installed here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """One version of the predecessor."""

    version: str

    def __str__(self) -> str:
        return self.version

    @property
    def is_embedding(self) -> bool:
        """Whether its `tuberd` is a program that embeds Python, and knows no objects in objects."""
        return self.version in {"0.14", "0.15"}

    def python(self) -> Path:
        """The interpreter of its environment, which is made when it is not there."""
        return _environment_of(self.version) / "bin" / "python"

    @contextlib.contextmanager
    def server(self, registry: Path) -> Iterator[str]:
        """Serves a registry file with its server; yields `host:port`.

        Some keep their ready line in a buffer and some know no port 0, so a free port is chosen
        here and asked until it answers.
        """
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        tuberd = self.python().with_name("tuberd")
        process = subprocess.Popen(
            [tuberd, "--registry", registry, "--port", str(port)],
            stdout=sys.stderr,
            env=self._variables(),
        )
        try:
            _wait_until_listening(process, port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    def run(self, script: Path, *arguments: str) -> str:
        """Runs a script with its Python; returns what it printed."""
        return run_script(self.python(), script, *arguments, env=self._variables())

    def _variables(self) -> dict[str, str]:
        """Ours, without what would put our `tuber` in the way of its own."""
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if self.is_embedding:
            # Its Python does not see that the program lies in a virtual environment.
            (packages,) = self.python().parents[1].glob("lib/python*/site-packages")
            variables["PYTHONPATH"] = str(packages)
        return variables


def run_script(python: Path | str, script: Path, *arguments: str, env: dict[str, str]) -> str:
    """Runs a script to its end; returns what it printed."""
    done = subprocess.run(
        [python, script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
        env=env,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def requirements(version: str) -> list[str]:
    """What pip installs for a version.

    All extras are named for every version; pip only warns of those that one does not have. The
    versions before 0.18.7 can't read CBOR with cbor2 6, which came after them.
    """
    peer = f"tuberd[async,cbor,numpy,orjson,client]=={version}"
    return [peer] if version == "0.18.7" else [peer, "cbor2<6"]


@functools.cache
def _environment_of(version: str) -> Path:
    environment = ROOT / f".venv-peer-{version}"
    with locked(environment):
        return _complete(environment, version)


def _complete(environment: Path, version: str) -> Path:
    """Install what is missing in `environment`; the lock of the environment is held."""
    complete = environment / "complete"
    if complete.exists():
        return environment
    reasons = []
    for interpreter in filter(shutil.which, INTERPRETERS):
        commands = [
            [interpreter, "-m", "venv", "--clear", str(environment)],
            [f"{environment}/bin/python", "-m", "pip", "install", "--quiet",
             "--disable-pip-version-check", "--only-binary", "tuberd", *requirements(version)],
        ]  # fmt: skip
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                reasons.append(f"{interpreter}: {done.stderr.strip()[-300:]}")
                break
        else:
            complete.touch()
            return environment
    raise PeerUnavailable(f"tuberd {version} can't be installed: {'; '.join(reasons)}")


def _wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the predecessor's server ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port} after {START_SECONDS} s")
