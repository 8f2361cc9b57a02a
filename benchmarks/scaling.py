"""How speed scales: over connections, over cores, next to a busy thread, and with sizes.

    python -m benchmarks.scaling [--quick] [--only connections|cores|busy|growth] [--docs]

Growth is measured on one core, so that work is compared; a value is the lowest of some rounds'
medians, because noise only adds. The other parts have all cores, which are kept awake.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from tuber.codec.cbor import CborCodec

from . import publish
from .clients import connected, read_reply, request_message
from .compare import NOTHING, exchange_times
from .load import CBOR, JSON, call, fairness, load
from .servers import (
    FLOOR,
    OURS,
    PEER,
    Cores,
    Server,
    Unavailable,
    allow_descriptors,
    awake_cores,
    circumstances,
    extension_directory,
    peer_python,
    running_on,
    serving,
)

FULL, QUICK = (3, 0.8), (1, 0.25)  # rounds; seconds of each measurement
ACTIVE = (1, 8, 64, 512)
IDLE = 10_000
NEXT_TO_IDLE = (1, 8)
COMPUTING = (1, 2, 4, 8)
COMPUTE_SECONDS = 0.001
INTERVALS = (0.005, 0.001, 0.0001)  # s; the first one is Python's own
MOST_RATIO = 1.1  # of what may not grow: largest size over smallest
# Of what may grow as its size does: the slope of the last step, on logarithmic scales. The floor,
# which only moves bytes, comes near to it where memory outgrows a cache; quadratic growth has 2.
MOST_EXPONENT = 1.25
FAILURES = (Unavailable, OSError)
Line = dict[str, Any]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def reply_size(server: Server, body: bytes, media_type: str = JSON) -> int:
    """The size of a whole reply."""
    with connected(server.hostname) as connection:
        connection.sendall(request_message(server.hostname, body, media_type, media_type))
        return len(read_reply(connection))


def connections(rounds: int, seconds: float) -> list[Line]:
    """The three sides under more and more connections, then tuber next to idle ones."""
    allow_descriptors(IDLE)
    lines = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(awake_cores())
        ours = stack.enter_context(serving(OURS))
        size = reply_size(ours, NOTHING.encode())
        floor = stack.enter_context(serving(FLOOR, reply_bytes=size))
        peer = stack.enter_context(serving(PEER))
        for active in ACTIVE:
            for server in (floor, ours, peer):
                lines.append(_loaded(server, active, 0, rounds, seconds))
        for active in NEXT_TO_IDLE:
            with idle_connections(ours, IDLE):
                lines.append(_loaded(ours, active, IDLE, rounds, seconds))
    return lines


def _loaded(server: Server, active: int, idle: int, rounds: int, seconds: float) -> Line:
    say(f"{server.side}: {active} connections, {idle} idle")
    line: Line = {"side": server.side, "active": active, "idle": idle}
    try:
        loads = [load(server, NOTHING, active, seconds) for _ in range(rounds)]
        slowest, fastest, failed = fairness(server, NOTHING, active, seconds)
    except FAILURES as error:
        return {**line, "error": str(error)}
    return {
        **line,
        **{
            each: median(getattr(one, each) for one in loads)
            for each in ("rate", "p50", "p99", "server_cpu")
        },
        **{"slowest": slowest, "fastest": fastest, "failed": failed},
        "memory": server.process.memory_info().rss / 2**20,
        "threads": server.process.num_threads(),
    }


@contextlib.contextmanager
def idle_connections(server: Server, count: int) -> Iterator[None]:
    """Hold connections open, each of which made one call."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(connected(server.hostname))
            message = request_message(server.hostname, NOTHING.encode(), JSON, JSON)
            connection.sendall(message)
            read_reply(connection)
        yield


def cores(rounds: int, seconds: float) -> list[Line]:
    """Calls a second of a C++ method that computes, with the GIL released and with it held."""
    released = call("computer", "compute", COMPUTE_SECONDS)
    held = call("computer", "compute_alone", COMPUTE_SECONDS)
    with serving(OURS) as ours, serving(PEER) as peer:
        ways: dict[str, Callable[[int], float]] = {
            "floor: threads, no server": lambda count: bare_threads(count, seconds),
            OURS: lambda count: load(ours, released, count, seconds).rate,
            PEER: lambda count: load(peer, released, count, seconds).rate,
            f"{OURS}, GIL held": lambda count: load(ours, held, count, seconds).rate,
        }
        say("a method that computes")
        return [
            {"name": name}
            | {str(count): median(way(count) for _ in range(rounds)) for count in COMPUTING}
            for name, way in ways.items()
        ]


def bare_threads(count: int, seconds: float) -> float:
    """Calls a second of threads that call the method without any server."""
    sys.path.insert(0, str(extension_directory()))
    from adder import Computer  # type: ignore[import-not-found]  # noqa: PLC0415

    computer, calls = Computer(), [0] * count
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        while time.monotonic() < end:
            computer.compute(COMPUTE_SECONDS)
            calls[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(calls) / seconds


def busy(rounds: int, seconds: float) -> list[Line]:
    """Calls while a Python thread in the server never waits, by Python's switch interval."""
    lines = []
    with awake_cores(), serving(OURS) as ours, serving(PEER) as peer:
        for active in NEXT_TO_IDLE:
            for interval in (None, *INTERVALS):
                say(f"{active} connections next to a busy thread, interval {interval}")
                for server in (ours, peer):
                    line = {"side": server.side, "active": active, "interval": interval}
                    try:
                        lines.append(line | _next_to_thread(server, active, interval, seconds))
                    except FAILURES as error:
                        lines.append(line | {"error": str(error)})
    return lines


def _next_to_thread(server: Server, active: int, interval: float | None, seconds: float) -> Line:
    if interval is None:
        found = load(server, NOTHING, active, seconds)
        return {"rate": found.rate, "p50": found.p50, "p99": found.p99}
    _, alone = _spinning(server, interval, lambda: time.sleep(seconds / 2))
    found, together = _spinning(server, interval, lambda: load(server, NOTHING, active, seconds))
    return {"rate": found.rate, "p50": found.p50, "p99": found.p99, "left": together / alone}


def _spinning(server: Server, interval: float, during: Callable[[], Any]) -> tuple[Any, float]:
    """What `during` returns next to a busy thread, and the thread's turns a second."""
    _post(server, "start", interval)
    begin = time.monotonic()
    try:
        found = during()
    finally:
        spent = time.monotonic() - begin
        turns = _post(server, "stop")
    return found, turns / spent


def _post(server: Server, method: str, *arguments: object) -> Any:
    body = call("spinner", method, *arguments).encode()
    url, fields = f"http://{server.hostname}/tuber", {"Content-Type": JSON}
    with urllib.request.urlopen(urllib.request.Request(url, body, fields), timeout=60) as reply:
        return json.load(reply)["result"]


@dataclass(frozen=True)
class Question:
    """What one call costs at several sizes.

    Attributes:
        name: of the line.
        sizes: in rising order.
        body: the request of a size.
        exchange: what a client does (see `clients.py`); None: the server alone is measured.
        may_grow: as its size does; else not at all.
        media_type: of request and reply.
        sides: those that can do it.
        described: the largest size that a client's description of the registry reaches.
        boards: the size is that of the registry.
    """

    name: str
    sizes: Sequence[int]
    body: Callable[[int], bytes]
    exchange: str | None
    may_grow: bool = True
    media_type: str = JSON
    sides: Sequence[str] = (FLOOR, OURS, PEER)
    described: int = 10**9
    boards: bool = False


def _deep(*step: object) -> Callable[[int], bytes]:
    first, inner = step[0], list(step[1:])
    inner = inner if len(inner) > 1 else inner[0]  # type: ignore[assignment]
    return lambda depth: call([first, *[inner] * (depth - 1)], "nothing").encode()


def _array_call(size: int) -> bytes:
    array = np.arange(size, dtype=np.float64)
    return CborCodec().encode({"object": "instrument", "method": "last", "args": [array]})


DECADES = (1, 10, 100, 1_000, 10_000, 100_000)
DEPTHS = (1, 2, 4, 8, 16, 32, 64)
OBJECTS = (10, 100, 1_000, 10_000)
QUESTIONS = (
    Question("argument: a list of ints, JSON", DECADES,
             lambda size: call("instrument", "take", list(range(size))).encode(), "ints"),
    Question("argument: an array of float64, CBOR", (*DECADES, 1_000_000), _array_call,
             "array_argument", media_type=CBOR, sides=(FLOOR, OURS)),
    Question("batch, by its number of calls", DECADES[:5],
             lambda size: f"[{','.join([NOTHING] * size)}]".encode(), "batch"),
    Question("call, by the number of objects in the registry", OBJECTS,
             lambda size: call(f"board{size // 2}", "nothing").encode(), "registry_call",
             may_grow=False, boards=True),
    Question("names of the registry, `{}`", OBJECTS, lambda size: b"{}", None, boards=True),
    Question("resolving the whole registry", OBJECTS, lambda size: b'{"resolve": true}',
             "registry_resolve", boards=True),
    Question("call, by the depth of its path through objects", DEPTHS, _deep("objects", "inner"),
             "objects", described=32),
    Question("call, by the depth of its path through containers", DEPTHS,
             _deep("containers", "inner", 0), "containers", described=16),
)  # fmt: skip


def growth(rounds: int, seconds: float) -> list[Line]:
    """All questions, as a plain socket sees the server and as each side's client does."""
    return [line for question in QUESTIONS for line in _grown(question, rounds, seconds / 8)]


def _grown(question: Question, rounds: int, seconds: float) -> list[Line]:
    say(question.name)
    found: dict[tuple[str, str], dict[int, float]] = {}
    errors: dict[tuple[str, str], str] = {}
    with contextlib.ExitStack() as stack:
        servers: dict[tuple[str, int], Server] = {}

        def server(side: str, size: int) -> Server:
            key = (side, size if side == FLOOR or question.boards else 0)
            if key not in servers:
                bytes_ = 0
                if side == FLOOR:
                    bytes_ = reply_size(server(OURS, size), question.body(size),
                                        question.media_type)  # fmt: skip
                boards = {"BENCHMARK_BOARDS": str(size)} if question.boards else {}
                servers[key] = stack.enter_context(
                    serving(side, reply_bytes=bytes_, cores=Cores.ONE, **boards)
                )
            return servers[key]

        for _ in range(rounds):
            for size in question.sizes:
                for side in question.sides:
                    ways = ["raw"]
                    if side != FLOOR and question.exchange and size <= question.described:
                        ways.append(question.exchange)
                    for way in ways:
                        key = (side, "socket" if way == "raw" else "client")
                        if key in errors:
                            continue
                        try:
                            here = server(side, size)
                            taken = _time(here, way, size, question, seconds)
                        except FAILURES as error:
                            errors[key] = f"{size:,}: {error}"
                            continue
                        sizes = found.setdefault(key, {})
                        sizes[size] = min(taken, sizes.get(size, math.inf))
    return [
        {"question": question.name, "side": side, "by": by, "error": errors.get((side, by)),
         "seconds": {str(size): value for size, value in sizes.items()}}
        for (side, by), sizes in found.items()
    ]  # fmt: skip


def _time(server: Server, way: str, size: int, question: Question, seconds: float) -> float:
    body, media_type = question.body(size), question.media_type
    request = request_message(server.hostname, body, media_type, media_type)
    with running_on(Cores.ONE.of("client")):
        return median(exchange_times(server, way, size, seconds, request))


def judged(line: Mapping[str, Any]) -> tuple[float, float, bool]:
    """The largest size's cost over the smallest's, the last step's exponent, and if that is met."""
    sizes = {int(size): seconds for size, seconds in line["seconds"].items()}
    may_grow = next(q.may_grow for q in QUESTIONS if q.name == line["question"])
    before, last = sorted(sizes)[-2:]
    ratio = sizes[last] / sizes[min(sizes)]
    exponent = math.log(sizes[last] / sizes[before]) / math.log(last / before)
    return ratio, exponent, exponent <= MOST_EXPONENT if may_grow else ratio <= MOST_RATIO


def tables(measured: Mapping[str, Any]) -> dict[str, str]:
    """A table for each part that was measured, by the name of its marks."""
    makers = {
        "connections": ("scaling: connections", _connections_table),
        "cores": ("scaling: cores", _cores_table),
        "busy": ("scaling: a busy thread", _busy_table),
        "growth": ("scaling: growth", _growth_table),
    }
    when = f"\n\nMeasured {measured['circumstances']}."
    return {
        name: make(measured["parts"][part]) + when
        for part, (name, make) in makers.items()
        if part in measured["parts"]
    }


def _connections_table(lines: Sequence[Line]) -> str:
    headings = (
        *("connections", "server", "calls/s", "p50 (us)", "p99 (us)"),
        *("calls/s of the slowest and fastest connection", "failed"),
        *("server CPU (us a call)", "memory (MiB)", "threads"),
    )
    rows = []
    for line in lines:
        name = f"{line['active']:,}" + (f", next to {line['idle']:,} idle" if line["idle"] else "")
        if "error" in line:
            rows.append([name, line["side"], f"error: {line['error']}", *["-"] * 7])
            continue
        shown = [publish.number(line[each]) for each in ("rate", "p50", "p99")]
        shown.append(f"{publish.number(line['slowest'])} to {publish.number(line['fastest'])}")
        shown += [publish.number(line[x]) for x in ("failed", "server_cpu", "memory", "threads")]
        rows.append([name, line["side"], *shown])
    return publish.table(headings, rows)


def _cores_table(lines: Sequence[Line]) -> str:
    headings = ["calls/s", *(f"{count} connections" for count in COMPUTING)]
    rows = [[line["name"], *(publish.number(line[str(x)]) for x in COMPUTING)] for line in lines]
    return publish.table(headings, rows)


def _busy_table(lines: Sequence[Line]) -> str:
    headings = ("connections", "server", "switch interval", "calls/s", "p50 (us)", "p99 (us)",
                "left to the thread")  # fmt: skip
    rows = []
    for line in lines:
        interval = f"{line['interval'] * 1e3:g} ms" if line["interval"] else "no busy thread"
        shown = [publish.number(line.get(each)) for each in ("rate", "p50", "p99")]
        left = f"{min(line['left'], 1):.0%}" if "left" in line else "-"
        rows.append([str(line["active"]), line["side"], interval, *shown, left])
    return publish.table(headings, rows)


def _growth_table(lines: Sequence[Line]) -> str:
    headings = ("what", "seen by", "server", "sizes", "smallest", "largest", "largest / smallest",
                "exponent of the last step", "goal", "met")  # fmt: skip
    rows = []
    for line in lines:
        question = next(each for each in QUESTIONS if each.name == line["question"])
        start = [line["question"], line["by"], line["side"]]
        if line["error"] or len(line["seconds"]) < 2:
            rows.append([*start, f"error: {line['error']}", *["-"] * 6])
            continue
        ratio, exponent, met = judged(line)
        sizes = list(line["seconds"])
        goal = f"exponent <= {MOST_EXPONENT}" if question.may_grow else f"ratio <= {MOST_RATIO}"
        rows.append([
            *start,
            f"{int(sizes[0]):,} to {int(sizes[-1]):,}",
            *(publish.duration(line["seconds"][size]) for size in (sizes[0], sizes[-1])),
            publish.number(ratio),
            f"{exponent:.2f}" if question.may_grow else "-",
            *((goal, "yes" if met else "NO") if line["side"] == OURS else ("-", "-")),
        ])  # fmt: skip
    return publish.table(headings, rows)


PLOTS = (
    ("growth-arguments", (0, 1), ("List of ints, JSON", "Array of float64, CBOR"), "items"),
    ("growth-batch", (2,), ("A batch",), "calls in the batch"),
    ("growth-registry", (3, 4, 5), ("Call", "Names", "Resolving everything"), "objects"),
    ("growth-depth", (6, 7), ("Path through objects", "Path through containers"), "steps"),
)


def publish_all(measured: Mapping[str, Any]) -> None:
    """Write the tables of docs/evidence, and the plots of growth."""
    for name, text in tables(measured).items():
        publish.replace(publish.PAGE, name, text)
    lines = measured["parts"].get("growth")
    for name, numbers, titles, x in PLOTS if lines else ():
        with publish.plot(name, titles, x, "time, s", xscale="log", yscale="log") as panels:
            for panel, number in zip(panels, numbers, strict=True):
                for line in lines:
                    if line["question"] == QUESTIONS[number].name:
                        points = {int(size): value for size, value in line["seconds"].items()}
                        dashed = line["by"] == "client"
                        label = line["side"] + (" by its client" if dashed else "")
                        publish.line(panel, line["side"], points, label, dashed)


PARTS = {"connections": connections, "cores": cores, "busy": busy, "growth": growth}


def failures(measured: Mapping[str, Any]) -> list[str]:
    """What of tuber could not be measured, or left a connection without answers."""
    return [
        f"{part}: {line}"
        for part, lines in measured["parts"].items()
        for line in lines
        if line.get("side") == OURS
        and (line.get("error") or line.get("failed") or line.get("slowest") == 0)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling")
    parser.add_argument("--quick", action="store_true", help="a few minutes, less exact")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; more than once")
    parser.add_argument("--docs", action="store_true", help="write the published tables and plots")
    options = parser.parse_args()
    peer_python()
    effort = QUICK if options.quick else FULL
    parts = {name: PARTS[name](*effort) for name in options.only or PARTS}
    measured = {"circumstances": circumstances(), "parts": parts}
    publish.keep("scaling", measured)
    publish.show(tables(measured))
    if options.docs:
        publish_all(measured)
    for failure in failures(measured):
        say(failure)
    return 1 if failures(measured) else 0


if __name__ == "__main__":
    sys.exit(main())
