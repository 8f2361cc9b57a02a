"""A method that computes with the GIL released: how many at once, up to the cores."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from ..closed_loop import load
from ..environment import Environment
from ..load import CallRequest, LoadError
from ..measurements import call
from ..run import Effort
from ..sides import RunningServer, Side
from .servers import HOT, tuber_server

CONNECTIONS = (1, 2, 4, 8)
COMPUTE_SECONDS = 0.001  # of processor time
RELEASED = call("computer", "compute", COMPUTE_SECONDS)
HELD = call("computer", "compute_alone", COMPUTE_SECONDS)
BARE = Path(__file__).parents[1] / "floor" / "bare_compute.py"
FAILURES = (OSError, LoadError, subprocess.SubprocessError)


@dataclass(frozen=True)
class CoresLine:
    """Calls per second by the number of connections (of threads, where there is no server)."""

    name: str
    rates: Mapping[int, float] = field(default_factory=dict)
    error: str | None = None


def measure(environment: Environment, effort: Effort) -> list[CoresLine]:
    """Ours and the predecessor, bare threads without a server, and ours with the GIL held."""
    print(f"a method that computes, {os.cpu_count()} cores", file=sys.stderr, flush=True)
    with (
        tuber_server(Side.OURS, environment, HOT) as ours,
        tuber_server(Side.PEER, environment, HOT) as peer,
    ):

        def rate(server: RunningServer, request: CallRequest) -> Callable[[int], float]:
            return lambda connections: (
                load(
                    environment.closed_loop, server, request, connections, effort.seconds
                ).calls_per_second
            )

        ways: dict[str, Callable[[int], float]] = {
            "floor": lambda threads: _bare(environment, threads, effort.seconds),
            "tuber": rate(ours, RELEASED),
            "peer": rate(peer, RELEASED),
            "tuber, GIL held": rate(ours, HELD),
        }
        taken: dict[str, dict[int, list[float]]] = {name: {} for name in ways}
        errors: dict[str, str] = {}
        for connections in CONNECTIONS:
            for _ in range(effort.rounds):
                for name, take in ways.items():
                    if name in errors:
                        continue
                    try:
                        taken[name].setdefault(connections, []).append(take(connections))
                    except FAILURES as error:
                        errors[name] = str(error)
    return [
        CoresLine(name, {count: median(rates) for count, rates in found.items()}, errors.get(name))
        for name, found in taken.items()
    ]


def _bare(environment: Environment, threads: int, seconds: float) -> float:
    done = subprocess.run(
        [environment.ours, BARE, str(threads), str(seconds), str(COMPUTE_SECONDS)],
        env={**os.environ, "PYTHONPATH": str(environment.modules)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)
