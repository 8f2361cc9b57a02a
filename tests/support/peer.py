"""The predecessors, tuberd and tuber-client 0.14 to 0.18.7, each in its own environment.

They come from PyPI. Tests use them only over the wire and through their public Python API. Each
environment is created once, in the checkout, and kept.
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

# Their wheels support only some versions of Python. Building one takes minutes and needs more
# dependencies, so another interpreter is tried instead.
INTERPRETERS = (sys.executable, "python3.11", "python3.12", "python3.10")


class PeerUnavailable(Exception):
    """A predecessor cannot be installed here; the text gives the reason."""


@dataclass(frozen=True)
class Peer:
    """A version of the predecessor."""

    version: str

    def __str__(self) -> str:
        return self.version

    @property
    def is_embedding(self) -> bool:
        """Whether its `tuberd` is a program that embeds Python and lacks nested objects."""
        return self.version in {"0.14", "0.15"}

    def python(self) -> Path:
        """The interpreter of its environment, which is created if it is missing."""
        return _environment_of(self.version) / "bin" / "python"

    @contextlib.contextmanager
    def server(self, registry: Path) -> Iterator[str]:
        """Serve a registry file with its server; yield `host:port`.

        Some versions buffer their ready line and some do not support port 0. So this picks a free
        port and polls it until it answers.
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
        """Run a script with its Python; return the output."""
        return run_script(self.python(), script, *arguments, env=self._variables())

    def _variables(self) -> dict[str, str]:
        """Return our environment variables, without those that would make it import our `tuber`."""
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if self.is_embedding:
            # The embedded Python does not notice that the program is in a virtual environment.
            (packages,) = self.python().parents[1].glob("lib/python*/site-packages")
            variables["PYTHONPATH"] = str(packages)
        return variables


def run_script(python: Path | str, script: Path, *arguments: str, env: dict[str, str]) -> str:
    """Run a script until it exits; return the output."""
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
    """Return the requirements that pip installs for a version.

    They name all extras for every version, because pip only warns of an unknown one. Versions
    before 0.18.7 cannot read CBOR with cbor2 6, which was released later.
    """
    peer = f"tuberd[async,cbor,numpy,orjson,client]=={version}"
    return [peer] if version == "0.18.7" else [peer, "cbor2<6"]


@functools.cache
def _environment_of(version: str) -> Path:
    environment = ROOT / f".venv-peer-{version}"
    with locked(environment):
        return _complete(environment, version)


def _complete(environment: Path, version: str) -> Path:
    """Install missing packages in `environment`. The caller holds its lock."""
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
