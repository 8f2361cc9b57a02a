"""Measuring the rows: sides in turn, round by round, so that a slow minute slows all of them."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .awake import awake_cores
from .environment import Environment
from .idle import raise_descriptor_limit
from .load import CallRequest, LoadError
from .measurements import ClientError
from .rows import IDLE_CONNECTIONS, Row
from .sides import RunningServer, Side, free_port, running


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    seconds: float  # of each measurement of one side in one round


FULL = Effort(rounds=5, seconds=1.0)
QUICK = Effort(rounds=3, seconds=0.3)


@dataclass(frozen=True)
class RowResult:
    """What came of one row: medians of the rounds, or the reason why there are none."""

    row: Row
    values: Mapping[Side, float] = field(default_factory=dict)
    errors: Mapping[Side, str] = field(default_factory=dict)

    def ratio(self, beside: Side) -> float | None:
        """Our value over the other's; None when one of them is missing."""
        if Side.OURS not in self.values or not self.values.get(beside):
            return None
        return self.values[Side.OURS] / self.values[beside]


def measure(environment: Environment, rows: Sequence[Row], effort: Effort) -> list[RowResult]:
    """Measures all rows; a side that fails in a row is an error of that row alone.

    Raises:
        ServerError: a server did not start.
    """
    # Before the servers start, which inherit the limit. The rows of idle connections say by
    # themselves when it stays too low.
    with contextlib.suppress(LoadError):
        raise_descriptor_limit(IDLE_CONNECTIONS)
    with (
        awake_cores(),
        _tuber_server(Side.OURS, environment) as ours,
        _tuber_server(Side.PEER, environment) as peer,
    ):
        results = []
        for number, row in enumerate(rows, 1):
            print(f"[{number}/{len(rows)}] {row.name}", file=sys.stderr, flush=True)
            results.append(_measure_row(environment, row, (ours, peer), effort))
        return results


def _measure_row(
    environment: Environment, row: Row, servers: tuple[RunningServer, RunningServer], effort: Effort
) -> RowResult:
    taken: dict[Side, list[float]] = {}
    errors: dict[Side, str] = {}
    reply_bytes = 0
    for server in servers:
        try:
            size = check_reply(server, row.measurement.request)
        except (OSError, http.client.HTTPException, LoadError) as error:
            errors[server.side] = str(error)
            continue
        reply_bytes = reply_bytes or size  # the floor moves as many bytes as the first side, ours
    with _floor_server(environment, reply_bytes) as floor:
        for _ in range(1 if row.slow else effort.rounds):
            for server in (floor, *servers):
                if server.side not in row.sides or server.side in errors:
                    continue
                try:
                    value = row.measurement.take(server, effort.seconds)
                except (OSError, LoadError, ClientError, subprocess.SubprocessError) as error:
                    errors[server.side] = str(error)
                    continue
                taken.setdefault(server.side, []).append(value)
    values = {side: median(numbers) for side, numbers in taken.items() if side not in errors}
    return RowResult(row, values, errors)


def check_reply(server: RunningServer, request: CallRequest) -> int:
    """Asks once, so that nobody is measured at answering errors.

    Returns:
        The size of the whole reply, in bytes.

    Raises:
        LoadError: the reply is no result.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/json", "Accept": request.accept}
        connection.request("POST", "/tuber", request.body, headers)
        reply = connection.getresponse()
        content = reply.read()
    # "result" is the first member of the map, in JSON as in CBOR.
    if reply.status != 200 or b"result" not in content[:16]:
        raise LoadError(f"answers {reply.status} {content[:200]!r}")
    status_line = len(f"HTTP/1.1 {reply.status} {reply.reason}\r\n")
    head = status_line + sum(len(f"{k}: {v}\r\n") for k, v in reply.getheaders()) + len("\r\n")
    return head + len(content)


@contextlib.contextmanager
def _tuber_server(side: Side, environment: Environment) -> Iterator[RunningServer]:
    """A server of the benchmarks' registry; the predecessor has no option for its address."""
    python = environment.ours if side is Side.OURS else environment.peer
    port = free_port()
    command: list[str | Path] = [
        python.with_name("tuberd"), "-r", environment.registry, "-p", str(port), "-j", "orjson",
    ]  # fmt: skip
    if side is Side.OURS:
        command += ["--bind", "127.0.0.1", "--max-body", "128M"]
    with running(side, command, port, python, environment.modules) as server:
        yield server


@contextlib.contextmanager
def _floor_server(environment: Environment, reply_bytes: int) -> Iterator[RunningServer]:
    port = free_port()
    command: list[str | Path] = [environment.static_reply, str(port), str(reply_bytes)]
    with running(Side.FLOOR, command, port, environment.ours, environment.modules) as server:
        yield server
