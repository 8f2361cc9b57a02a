"""The ways to get one value from one running server."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .idle import idle_connections, median_first_call
from .load import CallRequest, post, post_for
from .memory import resident_mebibytes
from .sides import RunningServer, Side

HERE = Path(__file__).parent
LIMIT_SECONDS = 300.0


class ClientError(Exception):
    """A client script ended with an error; the text is what it said last."""


def call(object_name: str, method: str, *arguments: object) -> CallRequest:
    """The request of a call that is answered in JSON."""
    request = {"object": object_name, "method": method}
    return CallRequest(
        json.dumps({**request, "args": arguments} if arguments else request).encode()
    )


class Measurement(Protocol):
    """One value from one server; taken several times, in turn with the other sides."""

    @property
    def request(self) -> CallRequest:
        """What is timed; the floor's reply gets the size of ours to it."""

    def take(self, server: RunningServer, seconds: float) -> float:
        """Measures, for about that long where the time is free to choose."""


@dataclass(frozen=True)
class RequestRate:
    """Requests per second over keep-alive connections."""

    request: CallRequest
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        load = post_for(server, self.request, self.connections, seconds)
        return load.requests_per_second


@dataclass(frozen=True)
class TailRatio:
    """How much longer the slowest of a hundred requests takes than the middle one: p99 / p50."""

    request: CallRequest
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        load = post_for(server, self.request, self.connections, seconds)
        return load.milliseconds[99] / load.milliseconds[50]


@dataclass(frozen=True)
class MemoryGrowth:
    """MiB by which the server's resident memory grows over many calls, after a tenth as many."""

    request: CallRequest
    calls: int

    def take(self, server: RunningServer, seconds: float) -> float:
        post(server, self.request, 1, self.calls // 10)
        before = resident_mebibytes(server)
        post(server, self.request, 1, self.calls)
        return resident_mebibytes(server) - before


@dataclass(frozen=True)
class IdleDelay:
    """Median time of a call on a new connection, with idle connections open over with none."""

    request: CallRequest
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        alone = median_first_call(server, self.request.body)
        with idle_connections(server, self.request.body, self.connections):
            return median_first_call(server, self.request.body) / alone


@dataclass(frozen=True)
class IdleMemory:
    """MiB by which the server's resident memory grows while idle connections are open."""

    request: CallRequest
    connections: int

    def take(self, server: RunningServer, seconds: float) -> float:
        before = resident_mebibytes(server)
        with idle_connections(server, self.request.body, self.connections):
            return resident_mebibytes(server) - before


@dataclass(frozen=True)
class ClientScript:
    """What a script in `clients/` prints; the floor's is always the raw-socket client."""

    script: str
    request: CallRequest
    arguments: tuple[str, ...] = ()

    def take(self, server: RunningServer, seconds: float) -> float:
        script, arguments = HERE / "clients" / self.script, [server.hostname, str(seconds)]
        if server.side is Side.FLOOR:
            script = HERE / "floor" / "raw_client.py"
            arguments += [self.request.body.decode(), str(self.request.array_bytes)]
        else:
            arguments += self.arguments
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
