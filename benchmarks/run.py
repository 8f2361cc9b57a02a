"""Measuring: round by round, in each round everything, and for each thing the sides in turn.

So a slow second slows all sides of a thing, and a slow minute spoils one round of many things
rather than all rounds of one. Who begins changes from round to round.
"""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .environment import Environment
from .idle import raise_descriptor_limit
from .load import CallRequest, LoadError
from .measurements import ClientError, Measurement
from .placement import placed
from .rows import IDLE_CONNECTIONS, Row
from .sample import Sample
from .series import ROUNDS as SERIES_ROUNDS
from .series import Series
from .sides import RunningServer, Side, free_port, running


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    seconds: float  # of each measurement of one side in one round


FULL = Effort(rounds=5, seconds=0.6)
QUICK = Effort(rounds=3, seconds=0.25)


@dataclass
class Task:
    """Something to measure, and what came of it."""

    measurement: Measurement
    sides: tuple[Side, ...]
    rounds: int
    samples: dict[Side, list[Sample]] = field(default_factory=dict)  # one a round
    errors: dict[Side, str] = field(default_factory=dict)  # a side in error has no samples
    reply_bytes: int = 0  # of the floor: as many as our reply

    def takes_part(self, number: int, rounds: int) -> bool:
        """Whether it is measured in that round of so many: evenly spread, when it wants fewer."""
        return number * self.rounds % rounds < self.rounds

    def turn(self, number: int) -> tuple[Side, ...]:
        """The sides in the order of that round."""
        first = number % len(self.sides)
        return self.sides[first:] + self.sides[:first]

    def fails(self, side: Side, reason: object) -> None:
        """A side that can't be measured is left out; what it gave before does not count."""
        self.errors[side] = str(reason)
        self.samples.pop(side, None)


def plan(rows: Sequence[Row], series: Sequence[Series], effort: Effort) -> list[Task]:
    """What is to be measured for those; equal measurements once, for whoever wants most of them."""
    tasks: dict[Measurement, Task] = {}

    def want(measurement: Measurement, sides: tuple[Side, ...], rounds: int) -> None:
        task = tasks.setdefault(measurement, Task(measurement, (), 0))
        task.sides = tuple(side for side in Side if side in {*task.sides, *sides})
        task.rounds = max(task.rounds, rounds)

    for row in rows:
        want(row.measurement, row.sides, min(effort.rounds, row.rounds or effort.rounds))
    for one in series:
        for number in one.numbers:
            want(one.measurement(number), one.sides, min(effort.rounds, SERIES_ROUNDS))
    return list(tasks.values())


def measure(environment: Environment, tasks: Sequence[Task], effort: Effort) -> None:
    """Measures all tasks; a side that fails in one is an error of that one alone.

    Raises:
        ServerError: a server did not start.
    """
    # Before the servers start, which inherit the limit. The rows of idle connections say by
    # themselves when it stays too low.
    with contextlib.suppress(LoadError):
        raise_descriptor_limit(IDLE_CONNECTIONS)
    with contextlib.ExitStack() as stack:
        servers = Servers(environment, stack)
        for number in range(effort.rounds):
            parts = [task for task in tasks if task.takes_part(number, effort.rounds)]
            for place, task in enumerate(parts, 1):
                where = f"round {number + 1}/{effort.rounds}, {place}/{len(parts)}"
                print(f"[{where}] {task.measurement.key:.100}", file=sys.stderr, flush=True)
                _take_round(servers, task, number, effort.seconds)


def _take_round(servers: Servers, task: Task, number: int, seconds: float) -> None:
    if number == 0:
        _check(servers, task)
    for side in task.turn(number):
        if side in task.errors:
            continue
        try:
            with (
                servers.serving(side, task) as server,
                placed(server, task.measurement.placement),
            ):
                sample = task.measurement.take(server, seconds)
        except (OSError, LoadError, ClientError, subprocess.SubprocessError) as error:
            task.fails(side, error)
        else:
            task.samples.setdefault(side, []).append(sample)


def _check(servers: Servers, task: Task) -> None:
    """Asks each side once; learns how much the floor has to answer."""
    for side in (Side.PEER, Side.OURS):  # ours last: its size counts
        if side not in task.sides:
            continue
        try:
            with servers.serving(side, task) as server:
                task.reply_bytes = check_reply(server, task.measurement.request)
        except (OSError, http.client.HTTPException, LoadError) as error:
            task.fails(side, error)


def check_reply(server: RunningServer, request: CallRequest) -> int:
    """Asks once, so that nobody is measured at answering errors.

    Returns:
        The size of the whole reply, in bytes.

    Raises:
        LoadError: the reply is no result.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/json", "Accept": request.accept}
        connection.request("POST", "/tuber", request.body, headers)
        reply = connection.getresponse()
        content = reply.read()
    # "result" is the first member of the map, in JSON as in CBOR.
    if reply.status != 200 or b"result" not in content[:16]:
        raise LoadError(f"answers {reply.status} {content[:200]!r}")
    status_line = len(f"HTTP/1.1 {reply.status} {reply.reason}\r\n")
    head = status_line + sum(len(f"{k}: {v}\r\n") for k, v in reply.getheaders()) + len("\r\n")
    return head + len(content)


class Servers:
    """The servers of a run: one of ours and one of the peer, and a floor for each size of reply."""

    def __init__(self, environment: Environment, stack: contextlib.ExitStack) -> None:
        self._environment = environment
        self._stack = stack
        self._kept: dict[tuple[Side, int], RunningServer] = {}

    @contextlib.contextmanager
    def serving(self, side: Side, task: Task) -> Iterator[RunningServer]:
        """A server of that side for a task: a new one, if it wants that, else the run's.

        Raises:
            ServerError: it did not start.
        """
        if task.measurement.fresh:
            with self._started(side, task.reply_bytes) as server:
                yield server
            return
        key = (side, task.reply_bytes if side is Side.FLOOR else 0)
        if key not in self._kept:
            self._kept[key] = self._stack.enter_context(self._started(side, task.reply_bytes))
        yield self._kept[key]

    @contextlib.contextmanager
    def _started(self, side: Side, reply_bytes: int) -> Iterator[RunningServer]:
        """A server; the predecessor has no option for its address."""
        environment, port = self._environment, free_port()
        python = environment.peer if side is Side.PEER else environment.ours
        if side is Side.FLOOR:
            command: list[str | Path] = [environment.static_reply, str(port), str(reply_bytes)]
        else:
            command = [
                python.with_name("tuberd"), "-r", environment.registry, "-p", str(port),
                "-j", "orjson",
            ]  # fmt: skip
        if side is Side.OURS:
            command += ["--bind", "127.0.0.1", "--max-body", "128M"]
        with running(side, command, port, python, environment.modules) as server:
            yield server
