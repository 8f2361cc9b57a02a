"""Compare tuber with the floor and the predecessor: `python -m benchmarks compare`.

Each round measures every row once. The sides of a row run directly after each other, in a different
order each round, so that a slow second affects all of them. A value is the median of the rounds. A
ratio is the median of the ratios of each round.
"""

import contextlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from . import publish, raw, servers
from .load import CBOR, JSON, call, load
from .servers import FLOOR, OURS, PEER, Cores, Server, Unavailable

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
    """A row of the table: one measurement of several sides.

    Attributes:
        name: the measurement, with its unit.
        by: `wrk`, with connections and figure; `import`, with a statement; or an exchange of
            `tools/tuber_itself.py` or `raw`, with its size and unit.
        goals: such as ">= 8 x peer"; a goal without a side limits the value itself.
        body, accept: the request; the floor's reply has the size of tuber's reply.
        sides: the sides that support the measurement.
        cores: the cores that server and client run on.
        slow: whether a quick run skips the row.
        short: whether the README shows the row.
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
SYNCHRONOUS, ASYNCHRONOUS = ("nothing", 1, 1e-6), ("asynchronous", 1, 1e-6)
OUT, IN = ("samples", 100_000, 1e-6), ("last", 100_000, 1e-6)
MUCH_OUT, MUCH_IN = ("samples", 10_000_000, 1e-6), ("last", 10_000_000, 1e-6)
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
    """Measure one value of one side, in about `seconds`."""
    how, *what = row.by
    if how == "wrk":
        found = load(server, row.body, what[0], seconds, accept=row.accept, cores=row.cores)
        return float(getattr(found, what[1]))
    if how == "import":
        return import_seconds(server, what[0]) * 1e3
    sent = bytes(8 * what[0]) if how == "last" else b""
    request = raw.request_message(server.hostname, row.body.encode() + sent, JSON, row.accept)
    with servers.running_on(row.cores.of("client")):
        return exchange_seconds(server, how, what[0], seconds, request) / float(what[1])


def exchange_seconds(
    server: Server, exchange: str, size: int, seconds: float, request: bytes
) -> float:
    """Return the median time of an exchange, by a side's client or over a plain socket."""
    plain = server.side == FLOOR or exchange == "raw"
    command = [str(server.python), "-m", "benchmarks.timed", "raw" if plain else "tuber_itself"]
    path = servers.python_path(server.side, servers.ROOT)
    output = servers.run(
        *(*command, str(server.port), str(seconds), str(size), exchange),
        given=request,
        env={"PYTHONPATH": path},
        timeout=LIMIT_SECONDS,
    )
    found = json.loads(output.splitlines()[-1])[exchange]
    if isinstance(found, str):
        raise Unavailable(found)
    return float(found)


def import_seconds(server: Server, statement: str) -> float:
    """Return the time of an import in a fresh interpreter, without the interpreter's startup."""
    timed = f"begin = time.perf_counter(); {statement}; print(time.perf_counter() - begin)"
    command = (server.python, "-c", f"import time; {timed}")
    variables = {"PYTHONPATH": servers.python_path(server.side)}
    times = [float(servers.run(*command, env=variables)) for _ in range(IMPORTS + 1)]
    return median(times[1:])  # the first one fills the file cache


def measure(only: str, quick: bool) -> dict[str, Any]:
    """Measure the rows whose names contain `only`. A failing side affects only its own row."""
    rounds, seconds = QUICK if quick else FULL
    rows = [row for row in ROWS if only in row.name and not (row.slow and quick)]
    found: dict[str, Any] = {row.name: {"values": {}, "errors": {}} for row in rows}
    with contextlib.ExitStack() as stack:
        running: dict[object, Server] = {}

        def server(side: str, row: Row) -> Server:
            size = 0
            if side == FLOOR:
                hostname = server(OURS, row).hostname
                body = row.body.encode()
                request = raw.request_message(hostname, body, JSON, row.accept)
                size = raw.reply_size(hostname, request)
            key = (side, row.cores, size)
            if key not in running:
                running[key] = stack.enter_context(
                    servers.serving(side, reply_bytes=size, cores=row.cores)
                )
            return running[key]

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
                        with servers.awake_cores() if awake else contextlib.nullcontext():
                            value = take(row, server(side, row), seconds)
                        one["values"].setdefault(side, []).append(value)
                    except (Unavailable, OSError, subprocess.SubprocessError) as error:
                        one["errors"][side] = str(error)
                        one["values"].pop(side, None)
    return {"rounds": rounds, "rows": found}


def ratios(values: Mapping[str, Sequence[float]], side: str) -> list[float]:
    """Return tuber's value divided by the side's, for each round that has both values."""
    pairs = zip(values.get(OURS, ()), values.get(side, ()), strict=False)
    return [ours / other for ours, other in pairs]


def is_met(goal: str, values: Mapping[str, Sequence[float]]) -> bool:
    """Return whether a goal is met. A goal without measurements is not met."""
    bound, factor, *side = goal.split()
    found = ratios(values, side[1]) if side else values.get(OURS)
    if not found:
        return False
    return median(found) >= float(factor) if bound == ">=" else median(found) <= float(factor)


def cells(row: Row, found: Mapping[str, Any]) -> list[str]:
    """Return one line of the full table."""
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
    """Return the full table and the README's short one, by the names of their markers."""
    headings = ("what", *SIDES, "/ floor", "/ peer", "goal", "met")
    lines = {row: cells(row, measured["rows"][row.name]) for row in ROWS
             if row.name in measured["rows"]}  # fmt: skip
    short = [[cell.partition(" (")[0] for cell in line[:6]] for row, line in lines.items()
             if row.short]  # fmt: skip
    return {
        "full benchmark table": publish.table(headings, list(lines.values())),
        "benchmark table": publish.table(headings[:6], short),
    }
