"""One method, more and more connections: what each call waits, and what the server holds meanwhile.

Counts go up, so that no count is measured among the threads that a larger one has left behind.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ..awake import awake_cores
from ..closed_loop import LoadReport, load
from ..environment import Environment
from ..idle import idle_connections, raise_descriptor_limit
from ..load import LoadError
from ..measurements import call
from ..run import Effort, check_reply
from ..sides import RunningServer, Side
from .servers import HOT, floor_server, tuber_server

ACTIVE = (1, 8, 64, 512)
IDLE = 10_000
BESIDE_IDLE = (1, 8)  # active ones
NOTHING = call("instrument", "nothing")
FAILURES = (OSError, LoadError, subprocess.SubprocessError)


@dataclass(frozen=True)
class ConnectionsRow:
    """One server under one load."""

    side: Side
    active: int
    idle: int
    report: LoadReport | None
    error: str | None = None


def measure(environment: Environment, effort: Effort) -> list[ConnectionsRow]:
    """The three sides with each number of active connections, then ours beside idle ones."""
    with contextlib.suppress(LoadError):  # the rows that need it say so by themselves
        raise_descriptor_limit(IDLE)
    with (
        awake_cores(),
        tuber_server(Side.OURS, environment, HOT) as ours,
        tuber_server(Side.PEER, environment, HOT) as peer,
        floor_server(environment, check_reply(ours, NOTHING)) as floor,
    ):
        rows = []
        for active in ACTIVE:
            rows += _measure_active(environment, (floor, ours, peer), active, effort)
        for active in BESIDE_IDLE:
            rows += _measure_beside_idle(environment, ours, active, effort)
        return rows


def _measure_active(
    environment: Environment, servers: Sequence[RunningServer], active: int, effort: Effort
) -> list[ConnectionsRow]:
    print(f"{active} active connections", file=sys.stderr, flush=True)
    reports: dict[Side, list[LoadReport]] = {server.side: [] for server in servers}
    errors: dict[Side, str] = {}
    for _ in range(effort.rounds):
        for server in servers:
            found = reports[server.side]
            if server.side in errors or (found and found[-1].stalled):
                continue  # once is enough: it costs the client's whole patience
            try:
                found.append(load(environment.closed_loop, server, NOTHING, active, effort.seconds))
            except FAILURES as error:
                errors[server.side] = str(error)
    return _rows(reports, errors, active, 0)


def _measure_beside_idle(
    environment: Environment, server: RunningServer, active: int, effort: Effort
) -> list[ConnectionsRow]:
    """The same load without and with idle connections, in turn."""
    print(f"{active} active and {IDLE} idle connections", file=sys.stderr, flush=True)
    without: list[LoadReport] = []
    beside: list[LoadReport] = []
    errors: dict[Side, str] = {}
    try:
        for _ in range(effort.rounds):
            without.append(load(environment.closed_loop, server, NOTHING, active, effort.seconds))
            with idle_connections(server, NOTHING.body, IDLE):
                beside.append(
                    load(environment.closed_loop, server, NOTHING, active, effort.seconds)
                )
    except FAILURES as error:
        errors[server.side] = str(error)
    return [
        *_rows({server.side: without}, errors, active, 0),
        *_rows({server.side: beside}, errors, active, IDLE),
    ]


def _rows(
    reports: Mapping[Side, Sequence[LoadReport]], errors: Mapping[Side, str], active: int, idle: int
) -> list[ConnectionsRow]:
    return [
        ConnectionsRow(side, active, idle, None, errors[side])
        if side in errors
        else ConnectionsRow(side, active, idle, combined(found))
        for side, found in reports.items()
    ]


def combined(reports: Sequence[LoadReport]) -> LoadReport:
    """What several rounds found together: medians, but the longest wait and the least fair round.

    REQUIRES: at least one report.
    """
    least_fair = min(reports, key=lambda each: each.least_calls / max(each.most_calls, 1))
    heaviest = max(reports, key=lambda each: each.held.memory_kibibytes)
    used = [each.server_cpu for each in reports if each.server_cpu is not None]
    return replace(
        least_fair,
        calls_per_second=median(each.calls_per_second for each in reports),
        p50=median(each.p50 for each in reports),
        p99=median(each.p99 for each in reports),
        p999=median(each.p999 for each in reports),
        longest=max(each.longest for each in reports),
        unanswered=max(each.unanswered for each in reports),
        lost=max(each.lost for each in reports),
        client_busy=median(each.client_busy for each in reports),
        held=heaviest.held,
        server_cpu=median(used) if used else None,
    )
