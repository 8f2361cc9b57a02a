"""Compare tuber with other tools for remote calls: `python -m benchmarks peers`.

The processes of only one tool run at a time. Each exchange is timed with server and client on one
core and on all cores. The better time counts, because some tools are faster on one core.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from . import publish, servers
from .servers import OURS, PEER, ROOT, Cores, Unavailable

FULL, QUICK = (5, 0.5), (1, 0.2)  # rounds; seconds of each measurement
LIMIT_SECONDS = 120.0
CLIENTS = 8
# The exchange, its size, the heading and the factor from seconds to its unit.
WORKS = (
    ("nothing", 1, "a call, us", 1e6),
    ("increment", 1, "100 ints, us", 1e6),
    ("samples", 100_000, "0.8 MB array, us", 1e6),
    ("batch", 1_000, "1,000 calls in one go, ms", 1e3),
)


@dataclass(frozen=True)
class Tool:
    """A tool for remote calls and its module in `tools/`.

    Attributes:
        many: how it makes a thousand calls in one go, if not as a batch; None if it cannot.
    """

    name: str
    module: str = "tuber_itself"
    requirements: Sequence[str] = ()
    many: str | None = ""


CATALOGUE = (
    Tool(OURS),
    Tool("ZeroMQ and msgpack by hand", "zeromq", ("pyzmq==27.3.0", "msgpack==1.2.4")),
    Tool("Pyro5", "pyro", ("Pyro5==5.17", "msgpack==1.2.4")),
    Tool("RPyC", "rpyc_netrefs", ("rpyc==6.0.2",), "(pipelined)"),
    Tool("gRPC", "grpc_stubs", ("grpcio==1.85.3", "grpcio-tools==1.85.1", "protobuf==7.36.2"),
         "(stream)"),
    Tool("FastAPI, uvicorn and httpx", "fastapi_uvicorn",
         ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", "uvloop==0.23.0", "httptools==0.9.0",
          "httpx==0.28.1"), None),
    Tool("predecessor"),
)  # fmt: skip


def environment(tool: Tool) -> tuple[Path, str]:
    """Return the Python and the PYTHONPATH of a tool. Create its environment if needed."""
    if tool.name == OURS:
        return Path(sys.executable), servers.python_path(OURS, ROOT)
    if not tool.requirements:
        return servers.peer_python(), str(ROOT)
    wanted = (*tool.requirements, "numpy", servers.PYPERF)
    python = servers.python_with(f"peers_{tool.module}", *wanted)
    generated = servers.CACHE / "peers_generated"
    if tool.module == "grpc_stubs":
        generated.mkdir(exist_ok=True)
        options = [f"--python_out={generated}", f"--grpc_python_out={generated}"]
        options.append(f"-I{servers.HERE / 'tools'}")
        servers.run(python, "-m", "grpc_tools.protoc", *options, "instrument.proto")
    return python, f"{ROOT}{os.pathsep}{generated}"


@contextlib.contextmanager
def serving(tool: Tool, cores: Cores, command: Sequence[str], path: str) -> Iterator[int]:
    """Run a tool's server while the block runs, and yield its port."""
    if not tool.requirements:
        with servers.serving(OURS if tool.name == OURS else PEER, cores=cores) as server:
            yield server.port
        return
    port = servers.free_port()
    with servers.started([*command, "serve", str(port)], port, cores, {"PYTHONPATH": path}):
        yield port


def measure(only: str, quick: bool) -> dict[str, Any]:
    """Measure the tools whose names contain `only`: exchange times, and rates of many clients."""
    rounds, seconds = QUICK if quick else FULL
    tools = [x for x in CATALOGUE if x.name == OURS or only.lower() in x.name.lower()]
    found: dict[str, Any] = {tool.name: {} for tool in tools}
    for number in range(1, rounds + 1):
        for tool in tools:
            publish.say(f"[{number}/{rounds}] {tool.name}")
            try:
                for work, cores, figure in measured_once(tool, seconds):
                    places = found[tool.name].setdefault(work, {})
                    places.setdefault(cores, []).append(figure)
            except (Unavailable, OSError, ValueError, subprocess.SubprocessError) as error:
                found[tool.name]["error"] = " ".join(str(error).split())[-120:]
    return {"tools": found}


def measured_once(tool: Tool, seconds: float) -> Iterator[tuple[str, str, float]]:
    """Yield the measurement, cores and value of each measurement in one round of one tool."""
    python, path = environment(tool)
    command = [str(python), "-m", "benchmarks.timed", tool.module]
    for cores in (Cores.ONE, Cores.ALL):
        wanted = [(work, size, 1) for work, size, _, _ in WORKS]
        if cores is Cores.ALL:
            wanted.append(("nothing", 1, CLIENTS))
        with (
            servers.awake_cores(),
            serving(tool, cores, command, path) as port,
            servers.running_on(cores.of("client")),
        ):
            for work, size, clients in wanted:
                if work != "batch" or tool.many is not None:
                    arguments = [str(port), str(seconds), str(size), work]
                    taken = times([*command, *arguments], path, clients)
                    one = clients == 1
                    figure = taken[0] if one else sum(1 / each for each in taken)
                    yield work if one else "clients", cores.name, figure


def times(command: Sequence[str], path: str, count: int) -> list[float]:
    """Return the times in seconds that `count` clients measured at the same time.

    Raises:
        ValueError: a client failed.
    """
    variables = {**os.environ, "PYTHONPATH": path}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    clients = [subprocess.Popen(command, env=variables, **pipes) for _ in range(count)]
    try:
        for client in clients:
            client.stdout.readline()  # wait until the client is ready
        for client in clients:
            client.stdin.close()  # the client starts when its stdin is closed
        printed = [client.stdout.read() for client in clients]
    finally:
        for client in clients:
            client.kill()
            client.wait()
            client.stdout.close()
    found = [json.loads(each.splitlines()[-1])[command[-1]] for each in printed if each.strip()]
    if len(found) < count or any(isinstance(each, str) for each in found):
        raise ValueError(f"{command[-1]}: {found or 'a client exited without printing a time'}")
    return found


def best(taken: Mapping[str, Any], work: str) -> float | None:
    """Return the lowest median of the rounds, whether on one core or on all."""
    medians = [median(figures) for figures in taken.get(work, {}).values()]
    if not medians:
        return None
    return max(medians) if work == "clients" else min(medians)


def tables(measured: Mapping[str, Any]) -> dict[str, str]:
    """Return a table with a line for each tool. `x 3` means that tuber is three times as fast."""
    works = [*((work, factor) for work, _, _, factor in WORKS), ("clients", 1.0)]
    headings = ("", *(heading for _, _, heading, _ in WORKS), f"{CLIENTS} clients, calls/s")
    lines = []
    for tool in CATALOGUE:
        taken = measured["tools"].get(tool.name, {"error": "not measured"})
        if "error" in taken:
            lines.append([tool.name, f"error: {taken['error']}", *[publish.NONE] * len(WORKS)])
            continue
        cells = [tool.name]
        for work, factor in works:
            figure, ours = best(taken, work), best(measured["tools"][OURS], work)
            text = publish.number(figure and figure * factor)
            text += f" {tool.many}" if work == "batch" and tool.many else ""
            if figure and ours and tool.name != OURS:
                times_as_fast = ours / figure if work == "clients" else figure / ours
                bold = "**" if times_as_fast < 1 else ""
                text += f" {bold}x {times_as_fast:.2g}{bold}"
            cells.append(text)
        lines.append(cells)
    wanted = [f"{tool.name}: {', '.join(tool.requirements)}" for tool in CATALOGUE[1:-1]]
    text = publish.table(headings, lines)
    return {"table of other tools": f"{text}\n\nInstalled: {'; '.join(wanted)}."}
