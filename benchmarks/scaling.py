"""Measure how speed scales with connections, cores, a busy thread and sizes.

    python -m benchmarks scaling [--quick] [--only connections|cores|busy|growth] [--docs]

Growth is measured on one core. A value is the lowest median of the rounds, because noise only adds
time. The other parts use all cores and keep them awake.
"""

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from tuber.codec.cbor import CborCodec

from . import publish, raw, servers
from .compare import NOTHING, exchange_seconds
from .load import CBOR, JSON, Load, call, fairness, load
from .publish import number
from .servers import FLOOR, OURS, PEER, Cores, Server, Unavailable

FULL, QUICK = (3, 0.8), (1, 0.25)  # rounds; seconds of each measurement
ACTIVE = (1, 8, 64, 512)
IDLE = 10_000
NEXT_TO = (1, 8)  # active connections next to idle ones, and next to a busy thread
COMPUTING = (1, 2, 4, 8)
COMPUTE_SECONDS = 0.001
INTERVALS = (None, 0.005, 0.001, 0.0001)  # s; None: no busy thread; 0.005 is Python's own
# Limit for costs that must not grow: the largest size's cost divided by the smallest's.
MOST_RATIO = 1.1
# Limit for costs that may grow linearly: the slope of the last step, on logarithmic scales. The
# floor, which only moves bytes, comes close to it where memory outgrows a cache. Quadratic growth
# has a slope of 2.
MOST_EXPONENT = 1.25
FAILURES = (Unavailable, OSError)
Line = dict[str, Any]


def connections(rounds: int, seconds: float) -> list[list[str]]:
    """Measure the sides with rising numbers of connections, then tuber with idle connections."""
    servers.allow_descriptors(IDLE)
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.awake_cores())
        ours = stack.enter_context(servers.serving(OURS))
        message = raw.request_message(ours.hostname, NOTHING.encode(), JSON, JSON)
        size = raw.reply_size(ours.hostname, message)
        floor = stack.enter_context(servers.serving(FLOOR, reply_bytes=size))
        peer = stack.enter_context(servers.serving(PEER))
        lines = [
            loaded(server, active, 0, rounds, seconds)
            for active in ACTIVE
            for server in (floor, ours, peer)
        ]
        stack.enter_context(idle_connections(ours, IDLE))
        return [*lines, *(loaded(ours, active, IDLE, rounds, seconds) for active in NEXT_TO)]


def loaded(server: Server, active: int, idle: int, rounds: int, seconds: float) -> list[str]:
    """Measure one server under one load; return a line of the table."""
    publish.say(f"{server.side}: {active} connections, {idle} idle")
    line = [f"{active:,}" + (f", next to {idle:,} idle" if idle else ""), server.side]
    try:
        loads = [load(server, NOTHING, active, seconds) for _ in range(rounds)]
        fair = fairness(server, NOTHING, active, seconds)
    except FAILURES as error:
        return [*line, f"error: {error}", *[publish.NONE] * (len(CONNECTIONS) - 3)]
    memory, threads = server.process.memory_info().rss / 2**20, server.process.num_threads()
    line += medians(loads, "rate", "p50", "p99", "server_cpu")
    return [*line, *map(number, (*fair, memory, threads))]


def medians(loads: Sequence[Load], *figures: str) -> list[str]:
    """Return the median of each figure."""
    return [number(median(getattr(one, each) for one in loads)) for each in figures]


@contextlib.contextmanager
def idle_connections(server: Server, count: int) -> Iterator[None]:
    """Open connections, make one call on each, and keep them open while the block runs."""
    message = raw.request_message(server.hostname, NOTHING.encode(), JSON, JSON)
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(raw.connected(server.hostname))
            connection.sendall(message)
            raw.read_reply(connection)
        yield


def cores(rounds: int, seconds: float) -> list[list[str]]:
    """Measure the call rate of a C++ method that computes, with the GIL released and held."""
    publish.say("a C++ method that computes")
    released = call("computer", "compute", COMPUTE_SECONDS)
    held = call("computer", "compute_alone", COMPUTE_SECONDS)
    with servers.serving(OURS) as ours, servers.serving(PEER) as peer:
        ways = ((OURS, ours, released), (PEER, peer, released), (f"{OURS}, GIL held", ours, held))
        lines = []
        for name, server, body in ways:
            rates = [[load(server, body, count, seconds) for _ in range(rounds)]
                     for count in COMPUTING]  # fmt: skip
            lines.append([name, *(medians(loads, "rate")[0] for loads in rates)])
        return lines


def busy(rounds: int, seconds: float) -> list[list[str]]:
    """Measure calls while a Python thread of the server is busy, for several switch intervals."""
    lines = []
    for active, interval, side in itertools.product(NEXT_TO, INTERVALS, (OURS, PEER)):
        thread = {"BENCHMARK_BUSY": str(interval)} if interval else {}
        name = [str(active), side, f"{interval * 1e3:g} ms" if interval else "no busy thread"]
        publish.say(f"next to a busy thread: {name}")
        with servers.awake_cores(), servers.serving(side, **thread) as server:
            loads = [load(server, NOTHING, active, seconds) for _ in range(rounds)]
        lines.append(name + medians(loads, "rate", "p50", "p99"))
    return lines


@dataclass(frozen=True)
class Question:
    """A call whose cost is measured at several sizes.

    Attributes:
        exchange: the exchange of `tools/tuber_itself.py`; if empty, only the server is measured.
        may_grow: whether the cost may grow linearly; otherwise it must stay constant.
        described: the largest size that a client's description of the registry reaches.
        boards: whether the size is the number of objects in the registry.
    """

    name: str
    sizes: Sequence[int]
    body: Callable[[int], bytes]
    exchange: str = ""
    may_grow: bool = True
    media_type: str = JSON
    sides: Sequence[str] = (FLOOR, OURS, PEER)
    described: int = 10**9
    boards: bool = False


def call_at_depth(first: str, *step: object) -> Callable[[int], bytes]:
    """Return a function that makes the request of a call through a path of a given depth."""
    inner = list(step) if len(step) > 1 else step[0]
    return lambda depth: call([first, *[inner] * (depth - 1)], "nothing").encode()


def call_with_array(size: int) -> bytes:
    """Return the CBOR request of a call with an array of float64."""
    array = np.arange(size, dtype=np.float64)
    return CborCodec().encode({"object": "instrument", "method": "last", "args": [array]})


DECADES = (1, 10, 100, 1_000, 10_000, 100_000)
DEPTHS = (1, 2, 4, 8, 16, 32, 64)
OBJECTS = (10, 100, 1_000, 10_000)
QUESTIONS = (
    Question("argument: a list of ints, JSON", DECADES,
             lambda size: call("instrument", "take", list(range(size))).encode(), "take"),
    Question("argument: an array of float64, CBOR", (*DECADES, 1_000_000), call_with_array,
             "last", media_type=CBOR, sides=(FLOOR, OURS)),
    Question("batch, by its number of calls", DECADES[:5],
             lambda size: f"[{','.join([NOTHING] * size)}]".encode(), "batch"),
    Question("call, by the number of objects in the registry", OBJECTS,
             lambda size: call(f"board{size // 2}", "nothing").encode(), "board",
             may_grow=False, boards=True),
    Question("names of the registry, `{}`", OBJECTS, lambda size: b"{}", boards=True),
    Question("resolving the whole registry", OBJECTS, lambda size: b'{"resolve": true}',
             "resolve", boards=True),
    Question("call, by the depth of its path through objects", DEPTHS,
             call_at_depth("objects", "inner"), "objects", described=32),
    Question("call, by the depth of its path through containers", DEPTHS,
             call_at_depth("containers", "inner", 0), "containers", described=16),
)  # fmt: skip


def growth(rounds: int, seconds: float) -> list[Line]:
    """Measure all questions, over a plain socket and with each side's client."""
    return [line for each in QUESTIONS for line in grown(each, rounds, seconds / 4)]


def grown(question: Question, rounds: int, seconds: float) -> list[Line]:
    """Measure one question; return its lines. A failing side affects only its own lines."""
    publish.say(question.name)
    lines: dict[tuple[str, str], Line] = {}
    with contextlib.ExitStack() as stack:

        @functools.cache
        def server(side: str, size: int, reply_bytes: int = 0) -> Server:
            boards = {"BENCHMARK_BOARDS": str(size)} if size else {}
            running = servers.serving(side, reply_bytes=reply_bytes, cores=Cores.ONE, **boards)
            return stack.enter_context(running)

        for _ in range(rounds):
            for size in question.sizes:
                body, media_type = question.body(size), question.media_type
                boards = size if question.boards else 0
                hostname = server(OURS, boards).hostname
                request = raw.request_message(hostname, body, media_type, media_type)
                whole = raw.reply_size(hostname, request)
                for side in question.sides:
                    here = server(side, *((0, whole) if side == FLOOR else (boards,)))
                    for way in ("raw", question.exchange):
                        if way != "raw" and (not way or side == FLOOR or size > question.described):
                            continue
                        line = lines.setdefault((side, way), {"seconds": {}})
                        try:
                            with servers.running_on(Cores.ONE.of("client")):
                                taken = exchange_seconds(here, way, size, seconds, request)
                        except FAILURES as error:
                            line["error"] = f"{size:,}: {error}"
                            continue
                        best = min(taken, line["seconds"].get(str(size), math.inf))
                        line["seconds"][str(size)] = best
    return [
        {"question": question.name, "side": side, "by": "socket" if way == "raw" else "client"}
        | line
        for (side, way), line in lines.items()
    ]


def judged(line: Line) -> tuple[float, float, bool]:
    """Return the ratio of the largest cost to the smallest, the last exponent, and the verdict."""
    sizes = {int(size): seconds for size, seconds in line["seconds"].items()}
    before, last = sorted(sizes)[-2:]
    ratio = sizes[last] / sizes[min(sizes)]
    exponent = math.log(sizes[last] / sizes[before]) / math.log(last / before)
    met = exponent <= MOST_EXPONENT if question_of(line).may_grow else ratio <= MOST_RATIO
    return ratio, exponent, met


def question_of(line: Line) -> Question:
    return next(each for each in QUESTIONS if each.name == line["question"])


CONNECTIONS = ("connections", "server", "calls/s", "p50 (us)", "p99 (us)", "server CPU (us a call)",
               "calls/s of the slowest connection", "of the fastest", "failed", "memory (MiB)",
               "threads")  # fmt: skip
BUSY = ("connections", "server", "switch interval", "calls/s", "p50 (us)", "p99 (us)")
GROWTH = ("what", "seen by", "server", "sizes", "smallest", "largest", "largest / smallest",
          "exponent of the last step", "goal", "met")  # fmt: skip


def growth_cells(line: Line) -> list[str]:
    start = [line["question"], line["by"], line["side"]]
    if "error" in line:
        return [*start, f"error: {line['error']}", *[publish.NONE] * 6]
    ratio, exponent, met = judged(line)
    sizes, may_grow = list(line["seconds"]), question_of(line).may_grow
    goal = f"exponent <= {MOST_EXPONENT}" if may_grow else f"ratio <= {MOST_RATIO}"
    return [
        *start,
        f"{int(sizes[0]):,} to {int(sizes[-1]):,}",
        *(publish.duration(line["seconds"][size]) for size in (sizes[0], sizes[-1])),
        number(ratio),
        f"{exponent:.2f}" if may_grow else publish.NONE,
        *((goal, "yes" if met else "NO") if line["side"] == OURS else (publish.NONE,) * 2),
    ]


# For each part: the function that measures it, the name of its table's markers, the headings.
PARTS: dict[str, tuple[Callable[..., Any], str, Sequence[str]]] = {
    "connections": (connections, "scaling: connections", CONNECTIONS),
    "cores": (cores, "scaling: cores", ("calls/s by connections", *map(str, COMPUTING))),
    "busy": (busy, "scaling: a busy thread", BUSY),
    "growth": (growth, "scaling: growth", GROWTH),
}
PLOTS = (
    ("growth-arguments", (0, 1), ("List of ints, JSON", "Array of float64, CBOR"), "items"),
    ("growth-batch", (2,), ("A batch",), "calls in the batch"),
    ("growth-registry", (3, 4, 5), ("Call", "Names", "Resolving everything"), "objects"),
    ("growth-depth", (6, 7), ("Path through objects", "Path through containers"), "steps"),
)


def measure(only: str, quick: bool) -> dict[str, Any]:
    """Measure the parts whose names contain `only`."""
    effort = QUICK if quick else FULL
    return {"parts": {name: part[0](*effort) for name, part in PARTS.items() if only in name}}


def tables(measured: Mapping[str, Any]) -> dict[str, str]:
    """Return a table for each part that was measured, by the name of its markers."""
    found = {}
    for part, lines in measured["parts"].items():
        _, name, headings = PARTS[part]
        cells = map(growth_cells, lines) if part == "growth" else lines
        found[name] = publish.table(headings, list(cells))
    return found


def draw(measured: Mapping[str, Any]) -> None:
    """Draw the plots."""
    active = [x for x in measured["parts"].get("connections", ()) if x[0].isdigit()]
    if active:
        with publish.plot("scaling-rate", ("",), "connections", "calls/s", xbase=2) as (panel,):
            for side in (FLOOR, OURS, PEER):
                lines = [x for x in active if x[1] == side and "error" not in x[2]]
                points = {int(line[0]): float(line[2].replace(",", "")) for line in lines}
                publish.line(panel, side, points, side)
    grown_lines = measured["parts"].get("growth", ())
    for name, numbers, titles, x in PLOTS if grown_lines else ():
        with publish.plot(name, titles, x, "time, s", yscale="log") as panels:
            for panel, place in zip(panels, numbers, strict=True):
                for line in grown_lines:
                    if line["question"] == QUESTIONS[place].name:
                        points = {int(size): value for size, value in line["seconds"].items()}
                        own = line["by"] == "client"
                        label = line["side"] + (" by its client" if own else "")
                        publish.line(panel, line["side"], points, label, dashed=own)
