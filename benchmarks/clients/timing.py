"""Timing exchanges one after another in this process, and telling what was found.

Every script of this package is run as `python -m benchmarks.clients.NAME HOST:PORT SECONDS SERVER
...`, where SERVER is the server's process id, and prints one `Sample` as JSON. Must not import more
than Python's own library: it runs in the environment of the side that is timed, the peer's too.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median

from ..cpu import microseconds_each, process_seconds
from ..sample import FEWEST_FOR_P99, Sample, histogram, percentile

WARM_UP = (
    0.2  # of the time, before what counts: caches, the interpreter's specialising, TCP's window
)


@dataclasses.dataclass(frozen=True)
class Arguments:
    """What every script is told."""

    hostname: str  # host:port
    seconds: float
    server: int  # process id
    rest: tuple[str, ...]


def arguments() -> Arguments:
    """Those of the command line."""
    hostname, seconds, server, *rest = sys.argv[1:]
    return Arguments(hostname, float(seconds), int(server), tuple(rest))


@dataclasses.dataclass(frozen=True)
class Clocks:
    """CPU time used so far, in seconds."""

    client: float
    server: float | None

    @classmethod
    def now(cls, server: int) -> Clocks:
        return cls(time.process_time(), process_seconds(server))


def time_exchanges(
    exchange: Callable[[], object],
    arguments: Arguments,
    *,
    calls_each: int = 1,
    fewest: int = 1,
    unit: float = 1e-6,
) -> None:
    """Times exchanges for a while and prints what was found.

    Args:
        exchange: one request and its reply.
        arguments: of the script.
        calls_each: how many calls an exchange makes; CPU time is told for each.
        fewest: so many exchanges at least, however long they take.
        unit: of the printed value, in s.
    """
    _exchange_for(exchange, WARM_UP * arguments.seconds, 1)
    before = Clocks.now(arguments.server)
    durations = _exchange_for(exchange, arguments.seconds, fewest)
    print_sample(durations, before, Clocks.now(arguments.server), calls_each, unit)


def _exchange_for(exchange: Callable[[], object], seconds: float, fewest: int) -> list[float]:
    durations: list[float] = []
    now = time.perf_counter()
    end = now + seconds
    while now < end or len(durations) < fewest:
        start = time.perf_counter()
        exchange()
        now = time.perf_counter()
        durations.append(now - start)
    return durations


async def time_awaited(exchange: Callable[[], Awaitable[object]], arguments: Arguments) -> None:
    """As `time_exchanges`, for exchanges that are awaited."""
    await _await_for(exchange, WARM_UP * arguments.seconds)
    before = Clocks.now(arguments.server)
    durations = await _await_for(exchange, arguments.seconds)
    print_sample(durations, before, Clocks.now(arguments.server))


async def _await_for(exchange: Callable[[], Awaitable[object]], seconds: float) -> list[float]:
    durations: list[float] = []
    now = time.perf_counter()
    end = now + seconds
    while now < end or not durations:
        start = time.perf_counter()
        await exchange()
        now = time.perf_counter()
        durations.append(now - start)
    return durations


def print_sample(
    durations: list[float],
    before: Clocks,
    after: Clocks,
    calls_each: int = 1,
    unit: float = 1e-6,
) -> None:
    """Prints a `Sample` of durations in s, with the CPU time between two readings of the clocks."""
    microseconds = sorted(duration * 1e6 for duration in durations)
    calls = len(durations) * calls_each
    sample = Sample(
        value=median(durations) / unit,
        calls=calls,
        p50=median(microseconds),
        p99=percentile(microseconds, 99) if len(durations) >= FEWEST_FOR_P99 else None,
        server_cpu=microseconds_each(before.server, after.server, calls),
        client_cpu=microseconds_each(before.client, after.client, calls),
        histogram=histogram(microseconds),
    )
    print(json.dumps(dataclasses.asdict(sample)))
