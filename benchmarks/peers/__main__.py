"""Measures all tools in turn: `python -m benchmarks.peers [--quick] [--only TEXT] [--docs]`.

Only the tool whose turn it is has processes. Each work is timed with server and client on one core
and on all, and the better figure counts, because tools differ in what suits them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from .. import publish
from ..servers import (
    CACHE,
    OURS,
    PEER_REQUIREMENT,
    PYPERF,
    ROOT,
    Cores,
    Unavailable,
    awake_cores,
    circumstances,
    exit_on_sigterm,
    free_port,
    peer_python,
    python_path,
    python_with,
    run,
    running_on,
    started,
)

FULL, QUICK = (5, 0.5), (1, 0.2)  # rounds; seconds of each work
CLIENT_SECONDS = 300.0
TOOLS = Path(__file__).parent / "tools"


@dataclass(frozen=True)
class Tool:
    """A tool, with the module of `tools/` that knows it.

    Attributes:
        batch: how it makes a thousand calls in one go; None: it cannot.
    """

    name: str
    module: str
    requirements: Sequence[str] = ()
    batch: str | None = ""


CATALOGUE = (
    Tool(OURS, "tuber_itself"),
    Tool("ZeroMQ and msgpack by hand", "zeromq", ("pyzmq==27.3.0", "msgpack==1.2.4")),
    Tool("Pyro5", "pyro", ("Pyro5==5.17", "msgpack==1.2.4")),
    Tool("RPyC", "rpyc_netrefs", ("rpyc==6.0.2",), "(pipelined)"),
    Tool("xmlrpc (standard library)", "xmlrpc_threads"),
    Tool("gRPC", "grpc_stubs", ("grpcio==1.85.3", "grpcio-tools==1.85.1", "protobuf==7.36.2"),
         "(stream)"),
    Tool("FastAPI, uvicorn and httpx", "fastapi_uvicorn",
         ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", "uvloop==0.23.0", "httptools==0.9.0",
          "httpx==0.28.1"), None),
    Tool("hololinked over HTTP", "hololinked_http", ("hololinked==0.4.2", "uvloop==0.23.0"), None),
    Tool("predecessor", "predecessor", (PEER_REQUIREMENT,)),
)  # fmt: skip

# Work, heading, factor from the figure's unit.
COLUMNS = (
    ("nothing", "a call, us", 1e6),
    ("increment", "100 ints, us", 1e6),
    ("samples", "0.8 MB array, us", 1e6),
    ("batch", "1,000 calls in one go, ms", 1e3),
    ("clients", "8 clients, calls/s", 1.0),
)


def environment(tool: Tool) -> tuple[Path, dict[str, str]]:
    """The Python of a tool, and its environment variables; made where it is missing."""
    directories = [ROOT]
    if tool.name == OURS:
        return Path(sys.executable), {"PYTHONPATH": python_path(OURS, *directories)}
    if tool.module == "predecessor":
        return peer_python(), {"PYTHONPATH": str(ROOT)}
    python = python_with(f"peers_{tool.module}", *tool.requirements, "numpy", PYPERF)
    if tool.module == "grpc_stubs":
        generated = CACHE / "peers_generated"
        generated.mkdir(exist_ok=True)
        options = [f"-I{TOOLS}", f"--python_out={generated}", f"--grpc_python_out={generated}"]
        run(python, "-m", "grpc_tools.protoc", *options, "instrument.proto")
        directories.append(generated)
    return python, {"PYTHONPATH": os.pathsep.join(map(str, directories))}


def measure(tools: Sequence[Tool], rounds: int, seconds: float) -> dict[str, Any]:
    """Figures of each tool and work: seconds of one exchange, or calls a second.

    Returns:
        By name and work; an error is a text.
    """
    found: dict[str, Any] = {tool.name: {} for tool in tools}
    for number in range(1, rounds + 1):
        for tool in tools:
            print(f"[{number}/{rounds}] {tool.name}", file=sys.stderr, flush=True)
            try:
                taken = measure_once(tool, seconds)
            except (Unavailable, OSError, ValueError) as error:
                taken = [dict.fromkeys(works(tool), str(error))]
            for each in taken:
                for work, figure in each.items():
                    found[tool.name].setdefault(work, []).append(figure)
    return {"circumstances": circumstances(), "tools": found}


def works(tool: Tool) -> list[str]:
    """The works that a tool has a way to do."""
    return [work for work, _, _ in COLUMNS if work != "batch" or tool.batch is not None]


def measure_once(tool: Tool, seconds: float) -> list[dict[str, Any]]:
    """One round of one tool, on one core and on all."""
    python, variables = environment(tool)
    command = [python, "-m", "benchmarks.peers.tool", tool.module]
    found = []
    for cores in (Cores.ONE, Cores.ALL):
        port = free_port()
        wanted = [work for work in works(tool) if work != "clients" or cores is Cores.ALL]
        serve = [*command, "serve", str(port)]
        with awake_cores(), started(serve, port, cores, variables), running_on(cores.of("client")):
            output = run(
                *(*command, "time", str(port), str(seconds), *wanted),
                env={**os.environ, **variables},
                timeout=CLIENT_SECONDS,
            )
        figures = json.loads(output.splitlines()[-1])
        found.append({f"{work} on {cores.name}": figures[work] for work in wanted})
    return found


def best(figures: Mapping[str, Any], work: str) -> float | str | None:
    """The better of the two places' medians over the rounds, or an error, or None."""
    places = [taken for key, taken in figures.items() if key.split(" on ")[0] == work]
    errors = [each for taken in places for each in taken if isinstance(each, str)]
    if errors or not places:
        return errors[0] if errors else None
    return (max if work == "clients" else min)(median(taken) for taken in places)


def table(measured: Mapping[str, Any]) -> str:
    """A line for each tool; `x 3` says that tuber is three times as fast."""
    ours = {work: best(measured["tools"][OURS], work) for work, _, _ in COLUMNS}
    lines = []
    for tool in CATALOGUE:
        if tool.name not in measured["tools"]:
            continue
        cells = [tool.name]
        for work, _, factor in COLUMNS:
            figure, own = best(measured["tools"][tool.name], work), ours[work]
            if isinstance(figure, str) or figure is None:
                cells.append(f"error: {figure[:80]}" if figure else publish.NONE)
                continue
            text = publish.number(figure * factor)
            text += f" {tool.batch}" if work == "batch" and tool.batch else ""
            if tool.name != OURS and isinstance(own, float):
                times = own / figure if work == "clients" else figure / own
                bold = "**" if times < 1 else ""
                text += f" {bold}x {times:.2g}{bold}"
            cells.append(text)
        lines.append(cells)
    installed = "; ".join(
        f"{tool.name}: {', '.join(tool.requirements)}" for tool in CATALOGUE if tool.requirements
    )
    when = f"\n\nInstalled: {installed}.\n\nMeasured {measured['circumstances']}."
    return publish.table(("", *(heading for _, heading, _ in COLUMNS)), lines) + when


def publish_all(measured: Mapping[str, Any]) -> None:
    """Write the table of docs/evidence."""
    publish.replace(publish.PAGE, "table of other tools", table(measured))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, less exact")
    parser.add_argument(
        "--only", metavar="TEXT", default="", help="tuber and tools named like this"
    )
    parser.add_argument("--docs", action="store_true", help="write the published table")
    options = parser.parse_args()
    exit_on_sigterm()
    wanted = options.only.lower()
    tools = [each for each in CATALOGUE if each.name == OURS or wanted in each.name.lower()]
    measured = measure(tools, *(QUICK if options.quick else FULL))
    publish.keep("peers.__main__", measured)
    publish.show({"tuber and other tools": table(measured)})
    if options.docs:
        publish_all(measured)
    figures = [x for taken in measured["tools"].values() for each in taken.values() for x in each]
    return 1 if any(isinstance(each, str) for each in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
