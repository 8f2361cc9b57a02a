"""Measuring the tools: in turn, round by round, each with the machine to itself.

Only the tool whose turn it is has processes: its server, and its client, are started for each round
and ended after it. So none pays for another's threads, and a slow minute slows all of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from ..awake import awake_cores
from ..sides import START_SECONDS, STOP_SECONDS, free_port
from .catalogue import Many, Tool
from .environments import ToolEnvironment
from .works import Figures, Outcome, Taken, Work, taken_from_json

CLIENT_SECONDS = 120.0  # for a client to do all its works


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int
    seconds: float  # of each work of one tool in one round


FULL = Effort(rounds=5, seconds=0.5)
QUICK = Effort(rounds=2, seconds=0.2)


class ToolError(Exception):
    """A tool's server or client failed as a whole; the text says how."""


@dataclass(frozen=True)
class ToolResult:
    """What came of a tool: an outcome for each of its works, or why there are none."""

    tool: Tool
    outcomes: Mapping[Work, Outcome] = field(default_factory=dict)
    error: str | None = None

    @property
    def errors(self) -> list[str]:
        """All that went wrong."""
        if self.error is not None:
            return [self.error]
        return [
            f"{work.value}: {outcome}"
            for work, outcome in self.outcomes.items()
            if isinstance(outcome, str)
        ]


def works_of(tool: Tool) -> tuple[Work, ...]:
    """The works a tool has a way to do."""
    return tuple(work for work in Work if work is not Work.BATCH or tool.many is not Many.NONE)


def measure(environments: Mapping[Tool, ToolEnvironment | str], effort: Effort) -> list[ToolResult]:
    """Measures all tools; one that fails is an error of its own alone."""
    rounds: dict[Tool, list[Mapping[Work, Taken]]] = {tool: [] for tool in environments}
    errors = {tool: where for tool, where in environments.items() if isinstance(where, str)}
    with awake_cores():
        for number in range(1, effort.rounds + 1):
            for tool, where in environments.items():
                if tool in errors or isinstance(where, str):
                    continue
                print(f"[{number}/{effort.rounds}] {tool.name}", file=sys.stderr, flush=True)
                try:
                    rounds[tool].append(measure_once(tool, where, effort.seconds))
                except (ToolError, OSError, subprocess.SubprocessError) as error:
                    errors[tool] = str(error)
    return [
        ToolResult(tool, error=errors[tool])
        if tool in errors
        else ToolResult(tool, merged(rounds[tool]))
        for tool in environments
    ]


def merged(rounds: Sequence[Mapping[Work, Taken]]) -> dict[Work, Outcome]:
    """The medians of the rounds of one tool; a work that failed once failed."""
    outcomes: dict[Work, Outcome] = {}
    for work in rounds[0]:
        taken = [each[work] for each in rounds]
        failures = [each for each in taken if isinstance(each, str)]
        figures = [one for each in taken if not isinstance(each, str) for one in each]
        outcomes[work] = failures[0] if failures else Figures.middle(figures)
    return outcomes


def measure_once(tool: Tool, environment: ToolEnvironment, seconds: float) -> dict[Work, Taken]:
    """One round of one tool, with a server of its own.

    Raises:
        ToolError: the server or the client failed as a whole.
        OSError, subprocess.SubprocessError: the same, by the system's words.
    """
    works = works_of(tool)
    with running_server(tool, environment) as (port, process_id):
        done = subprocess.run(
            [environment.python, "-m", "benchmarks.peers.client",
             tool.module, str(port), str(process_id), str(seconds),
             *(work.value for work in works)],
            capture_output=True,
            text=True,
            check=False,
            env=_variables(environment),
            timeout=CLIENT_SECONDS,
        )  # fmt: skip
    if done.returncode != 0:
        raise ToolError(f"its client ended with {done.returncode}: {last_line(done.stderr)}")
    return parse_taken(done.stdout, works)


def parse_taken(printed: str, works: Sequence[Work]) -> dict[Work, Taken]:
    """Reads what a client printed; its last line, for a tool may greet before.

    Raises:
        ToolError: it says nothing of one of the works.
    """
    try:
        written = json.loads(last_line(printed))
        return {work: taken_from_json(written[work.value]) for work in works}
    except (KeyError, TypeError, ValueError) as error:
        raise ToolError(f"its client printed no outcomes but {printed[-200:]!r}") from error


@contextlib.contextmanager
def running_server(tool: Tool, environment: ToolEnvironment) -> Iterator[tuple[int, int]]:
    """Runs a tool's server until the block is left.

    Returns:
        Its port and its process id.

    Raises:
        ToolError: it ended, or does not listen after `START_SECONDS`.
    """
    port = free_port()
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            [environment.python, "-m", "benchmarks.peers.server", tool.module, str(port)],
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=_variables(environment),
        )
        try:
            _wait_until_listening(process, port, complaints)
            yield port, process.pid
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, complaints: IO[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            complaints.seek(0)
            raise ToolError(
                f"its server ended with {process.returncode}: {last_line(complaints.read())}"
            )
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise ToolError(f"its server does not listen after {START_SECONDS:.0f} s")


def _variables(environment: ToolEnvironment) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": environment.module_path}


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")
