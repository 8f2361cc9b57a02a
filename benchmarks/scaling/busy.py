"""Calls while a thread of pure Python is busy in the server's process, by Python's switch interval.

A thread that wants the GIL asks for it only when the switch interval has passed; then the busy one
lets go. So every call that needs the GIL waits that long, whatever the server does about it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from ..awake import awake_cores
from ..closed_loop import LoadReport, load
from ..environment import Environment
from ..load import LoadError
from ..measurements import call
from ..run import Effort
from ..sides import RunningServer, Side
from .connections import NOTHING, combined
from .servers import HOT, tuber_server

INTERVALS = (0.005, 0.001, 0.0001)  # s; the first is Python's own
CONNECTIONS = (1, 8)
FAILURES = (OSError, LoadError, subprocess.SubprocessError)


@dataclass(frozen=True)
class BusyRow:
    """Calls beside a busy thread, and what the calls leave to the thread."""

    side: Side
    connections: int
    interval: float | None  # s; None: no busy thread
    report: LoadReport | None
    share: float | None = None  # turns of the thread, over those it makes when nobody calls
    error: str | None = None


def measure(environment: Environment, effort: Effort) -> list[BusyRow]:
    """Ours and the predecessor's, in turn."""
    rows = []
    with (
        awake_cores(),
        tuber_server(Side.OURS, environment, HOT) as ours,
        tuber_server(Side.PEER, environment, HOT) as peer,
    ):
        for connections in CONNECTIONS:
            for interval in (None, *INTERVALS):
                print(
                    f"{connections} connections, busy thread: {interval}",
                    file=sys.stderr,
                    flush=True,
                )
                for server in (ours, peer):
                    rows.append(_measure_one(environment, server, connections, interval, effort))
    return rows


def _measure_one(
    environment: Environment,
    server: RunningServer,
    connections: int,
    interval: float | None,
    effort: Effort,
) -> BusyRow:
    try:
        if interval is None:
            quiet = load(environment.closed_loop, server, NOTHING, connections, effort.seconds)
            return BusyRow(server.side, connections, interval, quiet)
        with _spinning(server, interval) as alone:
            time.sleep(effort.seconds / 2)
        reports, shares = [], []
        for _ in range(effort.rounds):
            with _spinning(server, interval) as beside:
                reports.append(
                    load(environment.closed_loop, server, NOTHING, connections, effort.seconds)
                )
            shares.append(beside.turns_per_second / alone.turns_per_second)
    except FAILURES as error:
        return BusyRow(server.side, connections, interval, None, error=str(error))
    return BusyRow(server.side, connections, interval, combined(reports), max(shares))


@dataclass
class _Spin:
    turns_per_second: float = 0.0


@contextlib.contextmanager
def _spinning(server: RunningServer, interval: float) -> Iterator[_Spin]:
    """A busy thread in the server while it lasts; afterwards it is known how fast it went."""
    spin = _Spin()
    post(server, "spinner", "start", interval)
    begin = time.monotonic()
    try:
        yield spin
    finally:
        seconds = time.monotonic() - begin
        turns = post(server, "spinner", "stop")
    spin.turns_per_second = float(str(turns)) / seconds


def post(server: RunningServer, object_name: str, method: str, *arguments: object) -> object:
    """Makes one call on a connection of its own.

    Raises:
        LoadError: it failed.
    """
    request = urllib.request.Request(
        f"http://{server.hostname}/tuber",
        call(object_name, method, *arguments).body,
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        envelope = json.load(reply)
    if "result" not in envelope:
        raise LoadError(f"{object_name}.{method}: {envelope}")
    return envelope["result"]
