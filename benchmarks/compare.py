"""tuber compared with the floor and the predecessor: `python -m benchmarks.compare [--quick]`.

Each round measures everything once, a row's sides directly after one another and in another order
each time: a slow second slows all sides. A value is the median of the rounds, a ratio the median of
the rounds' ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from . import publish
from .clients import reply_size, request_message
from .load import CBOR, JSON, call, load
from .servers import (
    FLOOR,
    OURS,
    PEER,
    ROOT,
    Cores,
    Server,
    Unavailable,
    awake_cores,
    circumstances,
    exit_on_sigterm,
    peer_python,
    python_path,
    run,
    running_on,
    serving,
)

FULL, QUICK = (5, 0.6), (2, 0.2)  # rounds; seconds of each measurement
SIDES = (OURS, FLOOR, PEER)
IMPORTS = 5
LIMIT_SECONDS = 300.0
NOTHING = call("instrument", "nothing")
INCREMENT = call("instrument", "increment", list(range(100)))
CPP_INCREMENT = call("adder", "increment", list(range(100)))
SAMPLES, MANY_SAMPLES = (call("instrument", "samples", size) for size in (100_000, 10_000_000))


@dataclass(frozen=True)
class Row:
    """A measurement of several sides.

    Attributes:
        name: what is measured, with its unit.
        by: `wrk`, with connections and figure; `import`, with a statement; or an exchange of
            `clients.py`, with its size and unit.
        goals: such as ">= 8 x peer"; without a side it is about the value itself.
        body, accept: the request; the floor's reply has the size of tuber's.
        sides: those that can do it.
        cores: where server and client run.
        slow: left out of a quick run.
        short: shown in the README.
    """

    name: str
    by: tuple[Any, ...]
    goals: tuple[str, ...] = ()
    body: str = NOTHING
    accept: str = JSON
    sides: tuple[str, ...] = SIDES
    cores: Cores = Cores.ONE
    slow: bool = False
    short: bool = False


ONE, EIGHT = ("wrk", 1, "rate"), ("wrk", 8, "rate")
SYNCHRONOUS, ASYNCHRONOUS = ("synchronous", 1, 1e-6), ("asynchronous", 1, 1e-6)
OUT, IN = ("array_result", 100_000, 1e-6), ("array_argument", 100_000, 1e-6)
MUCH_OUT, MUCH_IN = ("array_result", 10_000_000, 1e-6), ("array_argument", 10_000_000, 1e-6)
HEAD, INTS = "method that does nothing, 1 connection", "adding 1 to 100 ints, 1 connection"
HEAD_8, ARRAY = "method that does nothing, 8 connections", "MB float64 array, from the"
CALL_GOALS = ("<= 1.6 x floor", "<= 0.05 x peer")
OUT_GOALS, IMPORT_GOALS = ("<= 2 x floor", "<= 0.125 x peer"), ("<= 60", "<= 0.333 x peer")
NO_FLOOR, NO_PEER = (OURS, PEER), (OURS, FLOOR)  # the predecessor's client sends no arrays
EACH = "a core each:"
ROWS = (
    Row(f"{HEAD}, requests/s", ONE, (">= 0.85 x floor", ">= 8 x peer"), short=True),
    Row(f"{HEAD}, CPU time of the server, us a call", ("wrk", 1, "server_cpu")),
    Row(f"Python method {INTS}, requests/s", ONE, (">= 0.6 x floor", ">= 6 x peer"), INCREMENT),
    Row(f"C++ method {INTS}, requests/s", ONE, (">= 4 x peer",), CPP_INCREMENT),
    Row(f"{HEAD}, reply in CBOR, requests/s", ONE, (">= 0.85 x floor",), accept=CBOR),
    Row(f"Python method {INTS}, reply in CBOR, requests/s", ONE, (">= 0.6 x floor",), INCREMENT,
        CBOR),
    Row(f"{HEAD_8}, requests/s", EIGHT, (">= 6 x peer",)),
    Row(f"{HEAD_8}, 99th percentile over the median", ("wrk", 8, "tail"), ("<= 3",)),
    Row("C++ method adding 1 to 100 ints, 8 connections, requests/s", EIGHT, (">= 6 x peer",),
        CPP_INCREMENT),
    Row("synchronous call of the client, us", SYNCHRONOUS, CALL_GOALS, short=True),
    Row("asynchronous call of the client, us", ASYNCHRONOUS, ("<= 0.2 x peer",), short=True),
    Row("batch of 10,000 calls, from Python to the results, ms", ("batch", 10_000, 1e-3),
        ("<= 0.1 x peer",), sides=NO_FLOOR, short=True),
    Row(f"0.8 {ARRAY} method to the client, us", OUT, OUT_GOALS, SAMPLES, CBOR, short=True),
    Row(f"0.8 {ARRAY} client to the method, us", IN, ("<= 2 x floor",), sides=NO_PEER),
    Row(f"80 {ARRAY} method to the client, us", MUCH_OUT, OUT_GOALS, MANY_SAMPLES, CBOR, slow=True),
    Row(f"80 {ARRAY} client to the method, us", MUCH_IN, ("<= 2 x floor",), sides=NO_PEER,
        slow=True),
    Row("import tuber, ms", ("import", "import tuber"), IMPORT_GOALS, sides=NO_FLOOR),
    Row("from tuber import resolve_simple, ms", ("import", "from tuber import resolve_simple"),
        IMPORT_GOALS, sides=NO_FLOOR),
    Row("the raw-socket client at each server, us", ("raw", 1, 1e-6)),
    Row(f"{EACH} {HEAD}, requests/s", ONE, (">= 0.85 x floor", ">= 8 x peer"), cores=Cores.EACH),
    Row(f"{EACH} synchronous call of the client, us", SYNCHRONOUS, CALL_GOALS, cores=Cores.EACH),
    Row(f"{EACH} asynchronous call of the client, us", ASYNCHRONOUS, ("<= 0.2 x peer",),
        cores=Cores.EACH),
    Row(f"{EACH} 0.8 {ARRAY} method to the client, us", OUT, OUT_GOALS, SAMPLES, CBOR,
        cores=Cores.EACH),
    Row(f"all cores for both: {HEAD_8}, requests/s", EIGHT, (">= 6 x peer",), cores=Cores.ALL),
)  # fmt: skip


def take(row: Row, server: Server, seconds: float) -> float:
    """One value of one side, within about so many seconds."""
    how, *what = row.by
    if how == "wrk":
        found = load(server, row.body, what[0], seconds, accept=row.accept, cores=row.cores)
        return float(getattr(found, what[1]))
    if how == "import":
        return import_seconds(server, what[0]) * 1e3
    sent = bytes(8 * what[0]) if how == "array_argument" else b""
    request = request_message(server.hostname, row.body.encode() + sent, JSON, row.accept)
    exchange = "raw" if server.side == FLOOR else how  # the floor's client is a plain socket
    with running_on(row.cores.of("client")):
        return exchange_seconds(server, exchange, what[0], seconds, request) / float(what[1])


def exchange_seconds(
    server: Server, exchange: str, size: int, seconds: float, request: bytes = b""
) -> float:
    """The median time of an exchange of `clients.py`, in the Python of the server's side."""
    raw = exchange == "raw"
    done = subprocess.run(
        [
            *(Path(sys.executable) if raw else server.python, "-m", "benchmarks.clients"),
            *(exchange, server.hostname, str(size), str(seconds)),
        ],
        input=request,
        capture_output=True,
        check=False,
        timeout=LIMIT_SECONDS,
        env={"PYTHONPATH": python_path(OURS if raw else server.side, ROOT)},
    )
    if done.returncode != 0:
        raise Unavailable(f"{exchange}: {done.stderr.decode().strip()[-300:]}")
    return median(json.loads(done.stdout.splitlines()[-1]))


def import_seconds(server: Server, statement: str) -> float:
    """The time of an import in a fresh interpreter, without the interpreter's own start."""
    timed = f"begin = time.perf_counter(); {statement}; print(time.perf_counter() - begin)"
    command = (server.python, "-c", f"import time; {timed}")
    variables = {"PYTHONPATH": python_path(server.side)}
    times = [float(run(*command, env=variables)) for _ in range(IMPORTS + 1)]
    return median(times[1:])  # the first one fills the file cache


def measure(rows: Sequence[Row], rounds: int, seconds: float) -> dict[str, Any]:
    """Measure rows; a side that fails in one is an error of that one alone."""
    found: dict[str, Any] = {row.name: {"values": {}, "errors": {}} for row in rows}
    with contextlib.ExitStack() as stack:
        servers: dict[object, Server] = {}

        def server(side: str, row: Row) -> Server:
            size = 0
            if side == FLOOR:
                size = reply_size(server(OURS, row).hostname, row.body.encode(), JSON, row.accept)
            key = (side, row.cores, size)
            if key not in servers:
                running = serving(side, reply_bytes=size, cores=row.cores)
                servers[key] = stack.enter_context(running)
            return servers[key]

        for turn in range(rounds):
            for place, row in enumerate(rows, 1):
                publish.say(f"[round {turn + 1}/{rounds}, {place}/{len(rows)}] {row.name}")
                first = turn % len(row.sides)
                for side in row.sides[first:] + row.sides[:first]:
                    one = found[row.name]
                    if side in one["errors"]:
                        continue
                    awake = row.cores is not Cores.ONE
                    try:
                        with awake_cores() if awake else contextlib.nullcontext():
                            value = take(row, server(side, row), seconds)
                        one["values"].setdefault(side, []).append(value)
                    except (Unavailable, OSError, subprocess.SubprocessError) as error:
                        one["errors"][side] = str(error)
                        one["values"].pop(side, None)
    return {"circumstances": circumstances(), "rounds": rounds, "rows": found}


def ratios(values: Mapping[str, Sequence[float]], side: str) -> list[float]:
    """tuber's value over the side's, of each round; none where one of the two is missing."""
    pairs = zip(values.get(OURS, ()), values.get(side, ()), strict=False)
    return [ours / other for ours, other in pairs]


def is_met(goal: str, values: Mapping[str, Sequence[float]]) -> bool:
    """Whether a goal is reached; one that could not be measured is not."""
    bound, factor, *side = goal.split()
    found = ratios(values, side[1]) if side else values.get(OURS)
    if not found:
        return False
    return median(found) >= float(factor) if bound == ">=" else median(found) <= float(factor)


def cells(row: Row, found: Mapping[str, Any]) -> list[str]:
    """One line of the full table."""
    values, line = found["values"], [row.name]
    for side in SIDES:
        known = median(values[side]) if side in values else None
        line.append("error" if side in found["errors"] else publish.number(known))
    for side in (FLOOR, PEER):
        each = ratios(values, side)
        text = publish.ratio(median(each) if each else None)
        spread = f" ({publish.ratio(min(each))} to {publish.ratio(max(each))})" if each else ""
        line.append(text + spread)
    met = ", ".join("yes" if is_met(goal, values) else "NO" for goal in row.goals)
    return [*line, ", ".join(row.goals) or publish.NONE, met or publish.NONE]


def tables(measured: Mapping[str, Any]) -> dict[str, str]:
    """The full table, and the short one of the README, by the names of their marks."""
    headings = ("what", *SIDES, "/ floor", "/ peer", "goal", "met")
    lines = {row: cells(row, measured["rows"][row.name]) for row in ROWS
             if row.name in measured["rows"]}  # fmt: skip
    short = [[cell.partition(" (")[0] for cell in line[:6]] for row, line in lines.items()
             if row.short]  # fmt: skip
    when = f"\n\nMeasured {measured['circumstances']}."
    return {
        "full benchmark table": publish.table(headings, list(lines.values())) + when,
        "benchmark table": publish.table(headings[:6], short) + when,
    }


def publish_all(measured: Mapping[str, Any]) -> None:
    """Write the tables of the README and of docs/evidence."""
    for document, name in ((publish.README, "benchmark table"),
                           (publish.PAGE, "full benchmark table")):  # fmt: skip
        publish.replace(document, name, tables(measured)[name])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two minutes, less exact")
    parser.add_argument("--only", metavar="TEXT", default="", help="rows whose name contains this")
    parser.add_argument("--docs", action="store_true", help="write the published tables")
    options = parser.parse_args()
    exit_on_sigterm()
    if options.docs and (options.quick or options.only):
        parser.error("--docs publishes a whole run: neither --quick nor --only")
    rows = [row for row in ROWS if options.only in row.name and not (row.slow and options.quick)]
    peer_python()
    measured = measure(rows, *(QUICK if options.quick else FULL))
    publish.keep("compare", measured)
    publish.say(tables(measured)["full benchmark table"], sys.stdout)
    errors = {name: found["errors"] for name, found in measured["rows"].items() if found["errors"]}
    if errors:
        publish.say(f"errors: {errors}")
    if options.docs:
        publish_all(measured)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
