"""What a call costs by the size of what is asked, for the server alone and for a client.

All on one core (`one_core`), so that what is compared is work. The value of a size is the lowest
median of some rounds, in which sizes and sides take turns: noise only adds.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from ..environment import Environment
from ..load import LoadError
from ..placement import one_core
from ..run import Effort
from ..sides import RunningServer, Side
from .cbor_request import call_with_floats
from .growth_law import Growth, Law
from .raw import raw_exchange, request_message
from .servers import DEEP, HOT, LARGE, floor_server, tuber_server

JSON, CBOR = "application/json", "application/cbor"
CLIENT = Path(__file__).parents[1] / "clients" / "growth_call.py"
FEWEST = 3  # exchanges in a round
LIMIT_SECONDS = 300.0
FAILURES = (OSError, LoadError, subprocess.SubprocessError, ValueError)

DECADES = (1, 10, 100, 1_000, 10_000, 100_000)
DEPTHS = (1, 2, 4, 8, 16, 32, 64)
OBJECTS = (10, 100, 1_000, 10_000)


@dataclass(frozen=True)
class Body:
    """What is posted."""

    content: bytes
    media_type: str = JSON


@dataclass(frozen=True)
class Question:
    """One cost, at several sizes."""

    name: str
    key: str  # of its plot, and in the results
    registry: Path
    sizes: tuple[int, ...]
    law: Law
    body: Callable[[int], Body]
    client: str | None  # what `growth_call.py` calls it; None: for the server alone
    sides: tuple[Side, ...] = (Side.FLOOR, Side.OURS, Side.PEER)
    client_up_to: int | None = None  # larger ones are for the server alone
    per_item: bool = False  # plotted as the time of one item of the size


@dataclass(frozen=True)
class Line:
    """How one cost grew, for one server, seen by a plain socket or by a client."""

    question: Question
    side: Side
    by_client: bool
    growth: Growth | None
    error: str | None = None


def _call(object_path: object, method: str, *arguments: object) -> dict[str, object]:
    return {"object": object_path, "method": method, "args": arguments}


def _json(request: object) -> Body:
    return Body(json.dumps(request).encode())


def _deep(container: bool) -> Callable[[int], Body]:
    step = ["inner", 0] if container else "inner"
    first = "containers" if container else "objects"
    return lambda depth: _json(_call([first, *[step] * (depth - 1)], "nothing"))


QUESTIONS = (
    Question(
        "argument: a list of ints, JSON",
        "ints",
        HOT,
        DECADES,
        Law.LINEAR,
        lambda size: _json(_call("instrument", "take", list(range(size)))),
        "ints",
    ),
    Question(
        "argument: an array of float64, CBOR",
        "floats",
        HOT,
        (*DECADES, 1_000_000),
        Law.LINEAR,
        lambda size: Body(
            call_with_floats("instrument", "take", np.arange(size, dtype=np.float64)), CBOR
        ),
        "floats",
        (Side.FLOOR, Side.OURS),  # the predecessor takes no arrays
    ),
    Question(
        "batch, by its number of calls",
        "batch",
        HOT,
        (1, 10, 100, 1_000, 10_000),
        Law.LINEAR,
        lambda size: _json([_call("instrument", "nothing")] * size),
        "batch",
        per_item=True,
    ),
    Question(
        "call, by the number of objects in the registry",
        "registry-call",
        LARGE,
        OBJECTS,
        Law.CONSTANT,
        lambda size: _json(_call(f"board{size // 2}", "nothing")),
        "registry_call",
    ),
    Question(
        "names of the registry, `{}`",
        "registry-names",
        LARGE,
        OBJECTS,
        Law.LINEAR,
        lambda size: _json({}),
        None,
    ),
    Question(
        "resolving the whole registry",
        "registry-resolve",
        LARGE,
        OBJECTS,
        Law.LINEAR,
        lambda size: _json({"resolve": True}),
        "registry_resolve",
    ),
    Question(
        "call, by the depth of its path through objects",
        "depth-objects",
        DEEP,
        DEPTHS,
        Law.LINEAR,
        _deep(container=False),
        "objects",
        client_up_to=32,  # deeper ones are described by names only
    ),
    Question(
        "call, by the depth of its path through containers",
        "depth-containers",
        DEEP,
        DEPTHS,
        Law.LINEAR,
        _deep(container=True),
        "containers",
        client_up_to=16,
    ),
)


def measure(
    environment: Environment, effort: Effort, questions: Sequence[Question] = QUESTIONS
) -> list[Line]:
    """All questions, one after the other; a side that fails in one is an error of that line.

    Args:
        effort: of one size of one side in one round it takes an eighth of the seconds.
    """
    effort = Effort(effort.rounds, effort.seconds / 8)
    lines = []
    with one_core():
        for question in questions:
            print(question.name, file=sys.stderr, flush=True)
            with _servers(environment, question) as servers:
                lines += _by_socket(environment, question, servers, effort)
                if question.client is not None:
                    lines += _by_client(question, servers, effort)
    return lines


# By side and size: the same server for all sizes, but where the size is the registry's.
Servers = Mapping[tuple[Side, int], RunningServer]


@contextlib.contextmanager
def _servers(environment: Environment, question: Question) -> Iterator[Servers]:
    with contextlib.ExitStack() as stack:
        servers: dict[tuple[Side, int], RunningServer] = {}
        for side in question.sides:
            if side is Side.FLOOR:
                continue
            if question.registry is not LARGE:
                one = stack.enter_context(tuber_server(side, environment, question.registry))
                servers |= {(side, size): one for size in question.sizes}
                continue
            for size in question.sizes:
                variables = {"TUBER_BENCH_OBJECTS": str(size)}
                servers[side, size] = stack.enter_context(
                    tuber_server(side, environment, question.registry, variables)
                )
        yield servers


def _by_socket(
    environment: Environment, question: Question, servers: Servers, effort: Effort
) -> list[Line]:
    bodies = {size: question.body(size) for size in question.sizes}
    found: dict[Side, dict[int, list[float]]] = {side: {} for side in question.sides}
    errors: dict[Side, str] = {}
    with contextlib.ExitStack() as stack:
        everyone = dict(servers)
        if Side.FLOOR in question.sides:
            for size, body in bodies.items():
                reply_bytes = _reply_bytes(servers[Side.OURS, size], body)
                floor = stack.enter_context(floor_server(environment, reply_bytes))
                everyone[Side.FLOOR, size] = floor
        for _ in range(effort.rounds):
            for size, body in bodies.items():
                for side in question.sides:
                    if side in errors:
                        continue
                    try:
                        seconds = _socket_time(everyone[side, size], body, effort.seconds)
                    except FAILURES as error:
                        errors[side] = f"{size:,}: {error}"
                        continue
                    found[side].setdefault(size, []).append(seconds)
    return [
        _line(question, side, False, {n: min(t) for n, t in found[side].items()}, errors.get(side))
        for side in question.sides
    ]


def _reply_bytes(server: RunningServer, body: Body) -> int:
    message = request_message(server, body.content, body.media_type)
    with raw_exchange(server, message) as exchange:
        return exchange.reply_bytes


def _socket_time(server: RunningServer, body: Body, seconds: float) -> float:
    """The median time of an exchange, in s, over a connection of its own."""
    message = request_message(server, body.content, body.media_type)
    with raw_exchange(server, message) as exchange:
        durations: list[float] = []
        end = time.perf_counter() + seconds
        while len(durations) < FEWEST or time.perf_counter() < end:
            start = time.perf_counter()
            exchange.make()
            durations.append(time.perf_counter() - start)
    return median(durations)


def _by_client(question: Question, servers: Servers, effort: Effort) -> list[Line]:
    lines = []
    sizes = [size for size in question.sizes if size <= (question.client_up_to or size)]
    for side in question.sides:
        if side is Side.FLOOR:
            continue
        found: dict[int, float] = {}
        error = None
        try:
            if question.registry is LARGE:  # a server for each size, so a client for each
                for size in sizes:
                    found |= _client_times(question, servers[side, size], (size,), effort)
            else:
                found = _client_times(question, servers[side, sizes[0]], sizes, effort)
        except FAILURES as failure:
            error = str(failure)
        lines.append(_line(question, side, True, found, error))
    return lines


def _client_times(
    question: Question, server: RunningServer, sizes: Sequence[int], effort: Effort
) -> dict[int, float]:
    command: list[str | Path] = [
        server.python, CLIENT, server.hostname, str(effort.seconds), str(effort.rounds),
        str(question.client), *map(str, sizes),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS
    )
    if done.returncode != 0:
        raise LoadError("; ".join(done.stderr.strip().splitlines()[-1:]))
    return {int(size): seconds for size, seconds in json.loads(done.stdout).items()}


def _line(
    question: Question, side: Side, by_client: bool, seconds: dict[int, float], error: str | None
) -> Line:
    if error is not None or len(seconds) < 2:
        return Line(question, side, by_client, None, error or "not measured")
    return Line(question, side, by_client, Growth(seconds))
