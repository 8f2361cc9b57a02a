"""Put load on a server: wrk measures rates and latencies, h2load measures fairness.

wrk does not report requests that are unanswered at the end, so it would miss a connection that the
server starves. h2load reports the rate of the slowest connection, but it uses more processor time
per request and reports no percentiles.
"""

import json
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .servers import Cores, Server, Unavailable, run, running_on

JSON, CBOR = "application/json", "application/cbor"
WARM_UP_SECONDS = 0.3  # with less, SIGINT may arrive before wrk handles it
LIMIT_SECONDS = 120.0
_SCRIPT = """
wrk.method = "POST"
wrk.body = {body}
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = {accept}
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\\n{{"calls": %d, "seconds": %f, "p50": %f, "p99": %f, "failed": %d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """The result of one run of wrk."""

    rate: float  # calls per second
    p50: float  # us
    p99: float  # us
    server_cpu: float  # us per call, user and kernel time

    @property
    def tail(self) -> float:
        """The 99th percentile divided by the median."""
        return self.p99 / max(self.p50, 1.0)


def call(object_path: object, method: str, *arguments: object) -> str:
    """Return the JSON body of a call."""
    request = {"object": object_path, "method": method}
    return json.dumps({**request, "args": arguments} if arguments else request)


def load(
    server: Server,
    body: str,
    connections: int,
    seconds: float,
    *,
    accept: str = JSON,
    cores: Cores = Cores.ALL,
) -> Load:
    """Measure a server with wrk. Each connection makes one call after the other.

    Raises:
        Unavailable: a request failed.
    """
    threads = min(len(cores.of("client")), connections)
    with tempfile.TemporaryDirectory() as place, running_on(cores.of("client")):
        script = Path(place) / "post.lua"
        script.write_text(_SCRIPT.format(body=json.dumps(body), accept=json.dumps(accept)))
        command = ["wrk", f"-t{threads}", f"-c{connections}", "-s", str(script)]
        command.append(f"http://{server.hostname}/tuber")
        _wrk(command, WARM_UP_SECONDS)
        before = cpu_seconds(server)
        found = _wrk(command, max(seconds, WARM_UP_SECONDS))
        used = cpu_seconds(server) - before
    calls = found["calls"]
    if found["failed"] or not calls:
        raise Unavailable(f"{found['failed']:.0f} requests failed, {calls:.0f} were answered")
    return Load(calls / found["seconds"], found["p50"], found["p99"], used / calls * 1e6)


def _wrk(command: list[str], seconds: float) -> dict[str, float]:
    """Run wrk, and stop it with SIGINT, because its option accepts only whole seconds."""
    output = run(
        *("timeout", "--preserve-status", "--signal=INT", f"{seconds}", *command[:1], "-d60"),
        *command[1:],
        timeout=LIMIT_SECONDS,
    )
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


def cpu_seconds(server: Server) -> float:
    """Return the processor time that the server has used; see clock_getcpuclockid(3)."""
    return time.clock_gettime(~server.process.pid << 3 | 2)


def fairness(
    server: Server, body: str, connections: int, seconds: float
) -> tuple[float, float, int]:
    """Return the rates of the slowest and fastest connection, and the count of failed requests."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(body)
        file.flush()
        output = run(
            *("h2load", "--h1", f"--clients={connections}", f"--duration={max(round(seconds), 1)}"),
            *(f"--data={file.name}", "--header=content-type: application/json"),
            f"http://{server.hostname}/tuber",
            timeout=LIMIT_SECONDS,
        )
    rates = re.search(r"req/s\s*:\s*([\d.]+)\s+([\d.]+)", output)
    failed = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", output)
    if rates is None or failed is None:
        raise Unavailable(f"h2load printed no rates: {output[-300:]}")
    return float(rates[1]), float(rates[2]), sum(map(int, failed.groups()))
