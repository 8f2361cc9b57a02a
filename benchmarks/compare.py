"""tuber compared with the floor and the predecessor: `python -m benchmarks.compare [--quick]`.

Round by round everything is measured once, each row's sides directly after one another, in another
order each time: a slow second slows all sides. A value is the median of the rounds, a ratio the
median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from . import publish
from .clients import connected, read_reply, request_message
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


@dataclass(frozen=True)
class Row:
    """A measurement of several sides.

    Attributes:
        name: what is measured, with its unit.
        take: one value of one server, within about so many seconds.
        goals: pairs of a side (or "" for the value itself) and a bound such as ">= 0.85".
        sides: those that can do it.
        body, accept: the request that decides the size of the floor's reply.
        cores: where server and client run.
        slow: left out of a quick run.
        plot: the plot, and the number, for which it is measured; it is in no table then.
    """

    name: str
    take: Callable[[Server, float, Row], float]
    goals: tuple[tuple[str, str], ...] = ()
    sides: tuple[str, ...] = SIDES
    body: str = NOTHING
    accept: str = JSON
    cores: Cores = Cores.ONE
    slow: bool = False
    plot: tuple[str, int] | None = None


def rate(connections: int, member: str = "rate") -> Callable[[Server, float, Row], float]:
    """A figure of wrk."""

    def take(server: Server, seconds: float, row: Row) -> float:
        found = load(server, row.body, connections, seconds, accept=row.accept, cores=row.cores)
        return float(getattr(found, member))

    return take


def client(
    exchange: str, size: int = 1, unit: float = 1e-6
) -> Callable[[Server, float, Row], float]:
    """The median time of an exchange of a side's client; the floor's is always a plain socket."""

    def take(server: Server, seconds: float, row: Row) -> float:
        name = "raw" if server.side == FLOOR else exchange
        sent = bytes(8 * size) if exchange == "array_argument" else b""
        request = request_message(server.hostname, row.body.encode() + sent, JSON, row.accept)
        with running_on(row.cores.of("client")):
            return median(exchange_times(server, name, size, seconds, request)) / unit

    return take


def exchange_times(
    server: Server, exchange: str, size: int, seconds: float, request: bytes = b""
) -> list[float]:
    """Run `benchmarks.clients` in the Python of the server's side; seconds of one exchange."""
    python = Path(sys.executable) if exchange == "raw" else server.python
    side = OURS if exchange == "raw" else server.side
    command = [python, "-m", "benchmarks.clients", exchange, server.hostname]
    done = subprocess.run(
        [*command, str(size), str(seconds)],
        input=request,
        capture_output=True,
        check=False,
        timeout=LIMIT_SECONDS,
        env={"PYTHONPATH": python_path(side, ROOT)},
    )
    if done.returncode != 0:
        raise Unavailable(f"{exchange}: {done.stderr.decode().strip()[-300:]}")
    values: list[float] = json.loads(done.stdout.splitlines()[-1])
    return values


def importing(statement: str) -> Callable[[Server, float, Row], float]:
    """Milliseconds of an import in a fresh interpreter, without the interpreter's own start."""
    program = (
        f"import time; begin = time.perf_counter(); {statement}; print(time.perf_counter() - begin)"
    )

    def take(server: Server, seconds: float, row: Row) -> float:
        variables = {"PYTHONPATH": python_path(server.side)}
        times = [
            float(run(server.python, "-c", program, env=variables)) for _ in range(IMPORTS + 1)
        ]
        return median(times[1:]) * 1e3  # the first one fills the file cache

    return take


def array_result(size: int) -> dict[str, Any]:
    """Calls that return an array of so many float64."""
    return {
        "take": client("array_result", size),
        "body": call("instrument", "samples", size),
        "accept": CBOR,
    }


def array_argument(size: int) -> dict[str, Any]:
    """Calls that take one; the predecessor's client sends none."""
    return {"take": client("array_argument", size), "sides": (OURS, FLOOR)}


def rows() -> list[Row]:
    """The rows, with the goals that this project has set itself."""
    both = (OURS, PEER)
    nothing = "method that does nothing, 1 connection"
    ints = "adding 1 to 100 ints, 1 connection"
    array = "0.8 MB float64 array, from the method to the client, us"
    floor, peer = (FLOOR, ">= 0.85"), (PEER, ">= 8")
    call_goals = ((FLOOR, "<= 1.6"), (PEER, "<= 0.05"))
    array_goals = ((FLOOR, "<= 2"), (PEER, "<= 0.125"))
    eight = "method that does nothing, 8 connections"
    found = [
        Row(f"{nothing}, requests/s", rate(1), (floor, peer)),
        Row(f"{nothing}, CPU time of the server, us a call", rate(1, "server_cpu")),
        Row(f"Python method {ints}, requests/s", rate(1), ((FLOOR, ">= 0.6"), (PEER, ">= 6")),
            body=INCREMENT),
        Row(f"C++ method {ints}, requests/s", rate(1), ((PEER, ">= 4"),), body=CPP_INCREMENT),
        Row(f"{nothing}, reply in CBOR, requests/s", rate(1), (floor,), accept=CBOR),
        Row(f"Python method {ints}, reply in CBOR, requests/s", rate(1), ((FLOOR, ">= 0.6"),),
            body=INCREMENT, accept=CBOR),
        Row(f"{eight}, requests/s", rate(8), ((PEER, ">= 6"),)),
        Row(f"{eight}, 99th percentile over the median", rate(8, "tail"), (("", "<= 3"),)),
        Row("C++ method adding 1 to 100 ints, 8 connections, requests/s", rate(8),
            ((PEER, ">= 6"),), body=CPP_INCREMENT),
        Row("synchronous call of the client, us", client("synchronous"), call_goals),
        Row("asynchronous call of the client, us", client("asynchronous"), ((PEER, "<= 0.2"),)),
        Row("batch of 10,000 calls, from Python to the results, ms",
            client("batch", 10_000, 1e-3), ((PEER, "<= 0.1"),), both),
        Row(array, goals=array_goals, **array_result(100_000)),
        Row("0.8 MB float64 array, from the client to the method, us", goals=((FLOOR, "<= 2"),),
            **array_argument(100_000)),
        Row("80 MB float64 array, from the method to the client, us", goals=array_goals, slow=True,
            **array_result(10_000_000)),
        Row("80 MB float64 array, from the client to the method, us", goals=((FLOOR, "<= 2"),),
            slow=True, **array_argument(10_000_000)),
        Row("import tuber, ms", importing("import tuber"), (("", "<= 60"), (PEER, "<= 0.333")),
            both),
        Row("from tuber import resolve_simple, ms", importing("from tuber import resolve_simple"),
            (("", "<= 60"), (PEER, "<= 0.333")), both),
        Row("the raw-socket client at each server, us", client("raw")),
        Row(f"a core each: {nothing}, requests/s", rate(1), (floor, peer), cores=Cores.EACH),
        Row("a core each: synchronous call of the client, us", client("synchronous"), call_goals,
            cores=Cores.EACH),
        Row("a core each: asynchronous call of the client, us", client("asynchronous"),
            ((PEER, "<= 0.2"),), cores=Cores.EACH),
        Row(f"a core each: {array}", goals=array_goals, cores=Cores.EACH, **array_result(100_000)),
        Row(f"all cores for both: {eight}, requests/s", rate(8), ((PEER, ">= 6"),),
            cores=Cores.ALL),
    ]  # fmt: skip
    for connections in (1, 2, 4, 8, 16, 32, 64):
        for cores in (Cores.ONE, Cores.ALL):
            name = f"{connections} connections, {cores.value}"
            point = (cores.value, connections)
            found.append(Row(name, rate(connections), cores=cores, slow=True, plot=point))
    for power in range(8):
        for way, make in (("result", array_result), ("argument", array_argument)):
            name = f"array of 8e{power} B as {way}"
            found.append(Row(name, slow=True, plot=(way, 8 * 10**power), **make(10**power)))
    return found


README_ROWS = (
    "method that does nothing, 1 connection, requests/s",
    "synchronous call of the client, us",
    "asynchronous call of the client, us",
    "batch of 10,000 calls, from Python to the results, ms",
    "0.8 MB float64 array, from the method to the client, us",
)


def measure(wanted: Sequence[Row], rounds: int, seconds: float) -> dict[str, Any]:
    """Measure rows; a side that fails in one is an error of that one alone."""
    found: dict[str, Any] = {row.name: {"values": {}, "errors": {}} for row in wanted}
    with contextlib.ExitStack() as stack:
        servers: dict[object, Server] = {}

        def server(side: str, row: Row, reply_bytes: int = 0) -> Server:
            key = (side, row.cores, reply_bytes)
            if key not in servers:
                servers[key] = stack.enter_context(
                    serving(side, reply_bytes=reply_bytes, cores=row.cores)
                )
            return servers[key]

        for turn in range(rounds):
            for place, row in enumerate(wanted, 1):
                where = f"round {turn + 1}/{rounds}, {place}/{len(wanted)}"
                print(f"[{where}] {row.name}", file=sys.stderr, flush=True)
                size = reply_bytes(server(OURS, row), row)
                first = turn % len(row.sides)
                for side in row.sides[first:] + row.sides[:first]:
                    take_once(found[row.name], server(side, row, size * (side == FLOOR)), row,
                              seconds)  # fmt: skip
    return {"circumstances": circumstances(), "rounds": rounds, "rows": found}


def take_once(found: dict[str, Any], server: Server, row: Row, seconds: float) -> None:
    """Add one value of one side, or its error."""
    if server.side in found["errors"]:
        return
    try:
        with contextlib.nullcontext() if row.cores is Cores.ONE else awake_cores():
            value = row.take(server, seconds, row)
    except (Unavailable, OSError, subprocess.SubprocessError) as error:
        found["errors"][server.side] = str(error)
        found["values"].pop(server.side, None)
    else:
        found["values"].setdefault(server.side, []).append(value)


def reply_bytes(server: Server, row: Row) -> int:
    """The size of the reply to a row's request, checked to be a result."""
    with connected(server.hostname) as connection:
        message = request_message(server.hostname, row.body.encode(), JSON, row.accept)
        connection.sendall(message)
        return len(read_reply(connection))


def ratios(values: Mapping[str, Sequence[float]], side: str) -> list[float]:
    """tuber's value over the side's, of each round."""
    return [ours / other for ours, other in zip(values[OURS], values[side], strict=True)]


def is_met(goal: tuple[str, str], values: Mapping[str, Sequence[float]]) -> bool:
    """Whether a goal is reached; one that could not be measured is not."""
    side, bound = goal
    if OURS not in values or (side and side not in values):
        return False
    value = median(ratios(values, side) if side else values[OURS])
    limit = float(bound.split()[1])
    return value >= limit if bound.startswith(">=") else value <= limit


def cells(row: Row, found: Mapping[str, Any], spread: bool) -> list[str]:
    """One line of the table."""
    values, errors = found["values"], found["errors"]
    line = [row.name]
    for side in SIDES:
        known = median(values[side]) if side in values else None
        line.append("error" if side in errors else publish.number(known))
    for side in (FLOOR, PEER):
        each = ratios(values, side) if side in values and OURS in values else []
        text = publish.ratio(median(each) if each else None)
        if spread and len(each) > 1:
            text += f" ({publish.ratio(min(each))} to {publish.ratio(max(each))})"
        line.append(text)
    goals = ", ".join(f"{bound} x {side}" if side else bound for side, bound in row.goals)
    met = ", ".join("yes" if is_met(goal, values) else "NO" for goal in row.goals)
    return [*line, goals or publish.NONE, met or publish.NONE]


def tables(measured: Mapping[str, Any]) -> dict[str, str]:
    """The full table, and that of the README, by the names of their marks."""
    headings = ("what", *SIDES, "/ floor", "/ peer", "goal", "met")
    full, short = [], []
    for row in rows():
        if row.name in measured["rows"] and row.plot is None:
            full.append(cells(row, measured["rows"][row.name], spread=True))
            if row.name in README_ROWS:
                short.append(cells(row, measured["rows"][row.name], spread=False)[:6])
    when = f"\n\nMeasured {measured['circumstances']}."
    return {
        "full benchmark table": publish.table(headings, full) + when,
        "benchmark table": publish.table(headings[:6], short) + when,
    }


def draw(measured: Mapping[str, Any]) -> None:
    """The plots of a whole run."""
    points: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows():
        if row.plot is not None:
            panel, place = row.plot
            for side, values in measured["rows"][row.name]["values"].items():
                points.setdefault((panel, side), {})[place] = median(values)
    for name, keys, titles, x, y, scales in (
        ("connections", (Cores.ONE.value, Cores.ALL.value), ("One core", "All cores"),
         "connections", "calls/s", {"xscale": "log", "xbase": 2}),
        ("arrays", ("result", "argument"), ("From the method", "To the method"),
         "size of the array, B", "time of a call, us", {"xscale": "log", "yscale": "log"}),
    ):  # fmt: skip
        with publish.plot(name, titles, x, y, **scales) as panels:
            for panel, key in zip(panels, keys, strict=True):
                for side in SIDES:
                    if (key, side) in points:
                        publish.line(panel, side, points[key, side], side, dashed=False)


def publish_all(measured: Mapping[str, Any]) -> None:
    """Write the tables of the README and of docs/evidence, and the plots."""
    found = tables(measured)
    publish.replace(publish.README, "benchmark table", found["benchmark table"])
    publish.replace(publish.PAGE, "full benchmark table", found["full benchmark table"])
    draw(measured)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compare", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about two minutes, less exact")
    parser.add_argument("--only", metavar="TEXT", default="", help="rows whose name contains this")
    parser.add_argument("--docs", action="store_true", help="write the published tables and plots")
    options = parser.parse_args()
    if options.docs and (options.quick or options.only):
        parser.error("--docs publishes a whole run: neither --quick nor --only")
    wanted = [
        row for row in rows() if options.only in row.name and not (row.slow and options.quick)
    ]
    if options.only:
        wanted = [row for row in wanted if row.plot is None]
    peer_python()
    measured = measure(wanted, *(QUICK if options.quick else FULL))
    publish.keep("compare", measured)
    publish.show({"tuber, floor and predecessor": tables(measured)["full benchmark table"]})
    errors = [
        f"{name}: {side}: {reason}"
        for name, found in measured["rows"].items()
        for side, reason in found["errors"].items()
    ]
    print("\n".join(errors), file=sys.stderr)
    if options.docs:
        publish_all(measured)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
