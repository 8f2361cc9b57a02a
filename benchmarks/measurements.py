"""The ways to get one value from one running server."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .load import post
from .sides import RunningServer, Side

HERE = Path(__file__).parent
LIMIT_SECONDS = 300.0


class ClientError(Exception):
    """A client script ended with an error; the text is what it said last."""


class Measurement(Protocol):
    """One value from one server; taken several times, in turn with the other sides."""

    @property
    def body(self) -> bytes:
        """The request that is timed; the floor's reply gets the size of ours to it."""

    def take(self, server: RunningServer, seconds: float) -> float:
        """Measures for about that long."""


def call_body(object_name: str, method: str, *arguments: object) -> bytes:
    """The JSON text of a call."""
    call = {"object": object_name, "method": method}
    return json.dumps({**call, "args": arguments} if arguments else call).encode()


@dataclass(frozen=True)
class RequestRate:
    """Requests per second over keep-alive connections."""

    body: bytes
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        return post(server, self.body, self.connections, seconds).requests_per_second


@dataclass(frozen=True)
class TailRatio:
    """How much longer the slowest of a hundred requests takes than the middle one: p99 / p50."""

    body: bytes
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        milliseconds = post(server, self.body, self.connections, seconds).milliseconds
        return milliseconds[99] / milliseconds[50]


@dataclass(frozen=True)
class ClientScript:
    """What a script in `clients/` prints; the floor's is always the raw-socket client."""

    script: str
    body: bytes

    def take(self, server: RunningServer, seconds: float) -> float:
        script, arguments = HERE / "clients" / self.script, [server.hostname, str(seconds)]
        if server.side is Side.FLOOR:
            script = HERE / "floor" / "raw_client.py"
            arguments.append(self.body.decode())
        done = subprocess.run(
            [server.python, script, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_SECONDS,
        )
        if done.returncode != 0:
            raise ClientError(f"{self.script}: {done.stderr.strip().splitlines()[-1:]}")
        return float(done.stdout)
