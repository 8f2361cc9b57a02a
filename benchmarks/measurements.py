"""The ways to get one sample from one running server."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .environment import ROOT
from .idle import idle_connections, median_first_call
from .load import CallRequest, Load, post, post_for
from .memory import resident_mebibytes
from .placement import Placement
from .sample import Sample, sample_from
from .sides import RunningServer, Side

LIMIT_SECONDS = 300.0
RAW_CALL = "raw_call"


class ClientError(Exception):
    """A client script ended with an error; the text is what it said last."""


def call(object_name: str, method: str, *arguments: object) -> CallRequest:
    """The request of a call that is answered in JSON."""
    request = {"object": object_name, "method": method}
    return CallRequest(
        json.dumps({**request, "args": arguments} if arguments else request).encode()
    )


class Measurement(Protocol):
    """One sample from one server; taken several times, in turn with the other sides.

    Equal ones are taken once a round, however many rows and plots they serve.
    """

    @property
    def request(self) -> CallRequest:
        """What is timed; the floor's reply gets the size of ours to it."""

    @property
    def key(self) -> str:
        """What it is called in the JSON of the results."""

    @property
    def fresh(self) -> bool:
        """Whether it wants a server that has served nothing yet."""

    @property
    def placement(self) -> Placement:
        """On which cores."""

    def take(self, server: RunningServer, seconds: float) -> Sample:
        """Measures, for about that long where the time is free to choose."""


@dataclass(frozen=True)
class RequestRate:
    """Requests per second over keep-alive connections, by `ab`."""

    request: CallRequest
    connections: int
    placement: Placement = Placement.ONE_CORE
    fresh = False

    @property
    def key(self) -> str:
        return f"ab -k -c {self.connections} {self.request}, {self.placement.value}"

    def take(self, server: RunningServer, seconds: float) -> Sample:
        load = post_for(server, self.request, self.connections, seconds)
        return load_sample(load, load.requests_per_second)


def load_sample(load: Load, value: float) -> Sample:
    """The sample of a load."""
    microseconds = [load.milliseconds[percent] * 1e3 for percent in sorted(load.milliseconds)]
    return Sample(
        value=value,
        calls=load.requests,
        p50=microseconds[50],
        p99=microseconds[99],
        server_cpu=None if load.server_cpu is None else load.server_cpu / load.requests * 1e6,
        client_cpu=load.client_cpu / load.requests * 1e6,
        percentiles=tuple(microseconds),
    )


@dataclass(frozen=True)
class MemoryGrowth:
    """MiB by which a new server's resident memory grows in many calls, after a tenth as many."""

    request: CallRequest
    calls: int
    fresh = True
    placement = Placement.ONE_CORE

    @property
    def key(self) -> str:
        return f"memory after {self.calls} calls {self.request}"

    def take(self, server: RunningServer, seconds: float) -> Sample:
        post(server, self.request, 1, self.calls // 10)
        before = resident_mebibytes(server)
        load = post(server, self.request, 1, self.calls)
        return load_sample(load, resident_mebibytes(server) - before)


@dataclass(frozen=True)
class IdleDelay:
    """Median time of a call on a new connection, with idle connections open over with none."""

    request: CallRequest
    connections: int
    fresh = False
    placement = Placement.ONE_CORE

    @property
    def key(self) -> str:
        return f"first call beside {self.connections} idle connections {self.request}"

    def take(self, server: RunningServer, seconds: float) -> Sample:
        before = median_first_call(server, self.request.body)
        with idle_connections(server, self.request.body, self.connections):
            beside = median_first_call(server, self.request.body)
        after = median_first_call(server, self.request.body)
        return Sample(beside / ((before + after) / 2), p50=beside * 1e6)


@dataclass(frozen=True)
class IdleMemory:
    """MiB by which a new server's resident memory grows while idle connections are open."""

    request: CallRequest
    connections: int
    fresh = True
    placement = Placement.ONE_CORE

    @property
    def key(self) -> str:
        return f"memory of {self.connections} idle connections {self.request}"

    def take(self, server: RunningServer, seconds: float) -> Sample:
        post(server, self.request, 1, 1_000)  # what every server holds once it has served
        before = resident_mebibytes(server)
        with idle_connections(server, self.request.body, self.connections):
            return Sample(resident_mebibytes(server) - before)


@dataclass(frozen=True)
class ClientScript:
    """What a script in `clients/` prints; the floor's is always the raw-socket client."""

    script: str
    request: CallRequest
    arguments: tuple[str, ...] = ()
    placement: Placement = Placement.ONE_CORE
    fresh = False

    @property
    def key(self) -> str:
        what = " ".join([self.script, *self.arguments, str(self.request)])
        return f"{what}, {self.placement.value}"

    def take(self, server: RunningServer, seconds: float) -> Sample:
        script, arguments = self.script, self.arguments
        if server.side is Side.FLOOR or script == RAW_CALL:
            script = RAW_CALL
            arguments = (self.request.body.decode(), str(self.request.array_bytes))
        command: list[str | Path] = [
            server.python, "-m", f"benchmarks.clients.{script}",
            server.hostname, str(seconds), str(server.process_id), *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
        )
        if done.returncode != 0:
            raise ClientError(f"{self.script}: {done.stderr.strip().splitlines()[-1:]}")
        return sample_from(json.loads(done.stdout))
