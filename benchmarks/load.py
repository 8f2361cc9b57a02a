"""Load by ApacheBench: starting `ab` and reading what it found."""

from __future__ import annotations

import csv
import re
import resource
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .cpu import process_seconds
from .sides import RunningServer

WARM_UP_REQUESTS = 300
WARM_UP_SECONDS = 0.1  # after which the rate is known well enough to tell how many requests to make
LIMIT_SECONDS = 300.0


class LoadError(Exception):
    """A load that proves nothing, because not every request was answered as it should be."""


@dataclass(frozen=True)
class CallRequest:
    """The request that a measurement makes again and again."""

    body: bytes  # JSON text
    accept: str = "application/json"
    array_bytes: int = 0  # of an array that a client script sends along

    def __str__(self) -> str:
        more = f" + {self.array_bytes} bytes" if self.array_bytes else ""
        return f"{self.body.decode()}{more} -> {self.accept}"


@dataclass(frozen=True)
class Load:
    """What one run of `ab` found."""

    requests: int
    requests_per_second: float
    milliseconds: dict[int, float]  # by percentile, 0 to 99; ab writes microseconds as decimals
    client_cpu: float  # s, of ab's process
    server_cpu: float | None  # s


def post_for(server: RunningServer, request: CallRequest, connections: int, seconds: float) -> Load:
    """Posts a request for about that long; the number of requests is taken from a warm-up.

    Raises:
        LoadError: as in `post`.
    """
    fewest = max(WARM_UP_REQUESTS, 2 * connections)
    rate = post(server, request, connections, fewest).requests_per_second
    for share in (WARM_UP_SECONDS, seconds):
        load = post(server, request, connections, max(fewest, int(rate * share)))
        rate = load.requests_per_second
    return load


def post(server: RunningServer, request: CallRequest, connections: int, requests: int) -> Load:
    """Posts a request again and again over keep-alive connections.

    Args:
        server: who is asked.
        request: what is posted.
        connections: how many at once.
        requests: how many in all.

    Raises:
        LoadError: a request failed, had another status than 2xx, or lost its connection.
    """
    with tempfile.TemporaryDirectory() as directory:
        body_file = Path(directory) / "body.json"
        body_file.write_bytes(request.body)
        percentiles = Path(directory) / "percentiles.csv"
        command = [
            "ab", "-q", "-k", "-c", str(connections), "-p", str(body_file),
            "-T", "application/json", "-H", f"Accept: {request.accept}",
            "-e", str(percentiles), "-n", str(requests),
            f"http://{server.hostname}/tuber",
        ]  # fmt: skip
        client_before, server_before = _children_seconds(), process_seconds(server.process_id)
        report = _run(command)
        client_cpu, server_after = (
            _children_seconds() - client_before,
            process_seconds(server.process_id),
        )
        server_cpu = (
            None if server_before is None or server_after is None else server_after - server_before
        )
        rate = parse_report(report)
        with percentiles.open() as rows:
            return Load(requests, rate, parse_percentiles(rows), client_cpu, server_cpu)


def _children_seconds() -> float:
    """CPU seconds of the child processes that have ended: `ab` is the only one meanwhile."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
    )
    if done.returncode != 0:
        raise LoadError(f"ab ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def parse_report(report: str) -> float:
    """Reads the report that `ab -k` prints.

    Returns:
        Requests per second.

    Raises:
        LoadError: the report shows a request that was not answered as it should be.
    """
    complete = _count(report, "Complete requests")
    if complete == 0:
        raise LoadError(f"ab completed no request:\n{report}")
    for trouble in ("Failed requests", "Non-2xx responses", "Write errors"):
        if count := _count(report, trouble):
            raise LoadError(f"{trouble}: {count} of {complete}")
    kept = _count(report, "Keep-Alive requests")
    if kept != complete:
        raise LoadError(f"only {kept} of {complete} replies kept the connection")
    rate = re.search(r"^Requests per second: +([\d.]+)", report, re.MULTILINE)
    if rate is None:
        raise LoadError(f"ab printed no rate:\n{report}")
    return float(rate[1])


def _count(report: str, name: str) -> int:
    """The number on the line of that name; 0 when there is no such line."""
    found = re.search(rf"^{re.escape(name)}: +(\d+)", report, re.MULTILINE)
    return int(found[1]) if found else 0


def parse_percentiles(rows: Iterable[str]) -> dict[int, float]:
    """Reads what `ab -e` wrote: a title line, then one line for each percentile.

    Returns:
        Milliseconds by percentile.
    """
    lines = csv.reader(rows)
    next(lines)
    return {int(percentile): float(milliseconds) for percentile, milliseconds in lines}
