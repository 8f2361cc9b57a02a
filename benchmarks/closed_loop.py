"""Load by our own client, `clients/closed_loop.cpp`: many connections, and what each of them got.

ApacheBench and wrk tell percentiles over all requests; neither tells the longest wait of a request
that was not answered before the time was over, nor whether one connection got less than another.
ApacheBench also is one thread, which many busy threads of a server starve on a small machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .cpu import microseconds_each, process_seconds
from .held import Held
from .load import CallRequest, LoadError
from .sides import RunningServer

WARM_UP_SECONDS = 0.2
LIMIT_SECONDS = 120.0


@dataclass(frozen=True)
class LoadReport:
    """What one run of the client found, and what the server held in the midst of it."""

    connections: int
    calls_per_second: float
    p50: float  # us, as all waits
    p99: float
    p999: float
    longest: float
    least_calls: int  # of any connection
    most_calls: int
    unanswered: int  # connections whose last request was not answered in time
    lost: int  # connections that the server closed
    client_busy: float  # processor seconds a second
    held: Held
    server_cpu: float | None  # us a call

    @property
    def stalled(self) -> bool:
        """Whether a connection was let down."""
        return self.unanswered > 0 or self.lost > 0


def load(
    program: Path,
    server: RunningServer,
    request: CallRequest,
    connections: int,
    seconds: float,
    patience: float = 5.0,
) -> LoadReport:
    """Has every connection make one call after the other for that long.

    Args:
        program: the built client.
        server: who is asked.
        request: what is posted; its body has to fit into an argument of a command.
        connections: how many.
        seconds: how long, after a short warm-up.
        patience: seconds to connect, and for the last replies to come.

    Raises:
        LoadError: not all could connect, or the server answered otherwise than with status 200.
            That it did not answer, or closed a connection, is told.
    """
    command: list[str | Path] = [
        program, str(server.port), str(connections), str(seconds),
        request.body.decode(), f"threads={min(os.cpu_count() or 1, connections)}",
        f"warm_up={WARM_UP_SECONDS}", f"patience={patience}", f"accept={request.accept}",
    ]  # fmt: skip
    before = process_seconds(server.process_id)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        try:
            time.sleep(WARM_UP_SECONDS + seconds / 2)
            held = Held.by(server.process_id)
            output, _ = client.communicate(timeout=LIMIT_SECONDS)
        except BaseException:
            client.kill()
            raise
    used = microseconds_each(before, process_seconds(server.process_id), 1)
    return report_from(output, held, used)


def report_from(output: str, held: Held, server_microseconds: float | None) -> LoadReport:
    """Reads what the client printed.

    Raises:
        LoadError: as in `load`.
    """
    found = json.loads(output)
    for trouble in ("unconnected", "refused"):
        if found[trouble]:
            raise LoadError(f"{trouble}: {found[trouble]} of {found['connections']} connections")
    return LoadReport(
        connections=found["connections"],
        calls_per_second=found["calls_per_second"],
        p50=found["p50"],
        p99=found["p99"],
        p999=found["p99.9"],
        longest=found["max"],
        least_calls=found["least_calls"],
        most_calls=found["most_calls"],
        unanswered=found["unanswered"],
        lost=found["lost"],
        client_busy=found["busy"],
        held=held,
        server_cpu=(
            server_microseconds / found["replies"]
            if server_microseconds is not None and found["replies"]
            else None
        ),
    )
