"""What callgrind counts: running a program under it, and the stretches that it wrote.

A path is counted in rounds of three stretches: what came before, so many repetitions, and none.
What is left of the second without the third is the cost of the repetitions; the start of the
program, the filling of caches and the end of a stretch itself drop out. The cheapest round counts:
what time brings into some of them only adds, such as a reply's new date, once a second, which the
client's cache of heads does not know.

What is counted are instructions in user space: what the kernel does, and waiting, costs nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROUNDS = 5

_LINE = re.compile(r"^(desc: Trigger: Client Request|part|totals|summary): (.*)$", re.MULTILINE)


class CountError(Exception):
    """The paths could not be counted; the text says why."""


@dataclass(frozen=True)
class Count:
    """What one repetition of a path takes.

    Attributes:
        instructions: those of the cheapest round.
        spread: by what part of it the middle one of the rounds is dearer.
    """

    instructions: float
    spread: float


def begin(path: str) -> str:
    """The name of the stretch that ends where a round begins."""
    return f"{path} | begin"


def repeated(path: str, times: int) -> str:
    """The name of the stretch of so many repetitions; with none it counts its own end."""
    return f"{path} | {times}"


def under_callgrind(directory: Path) -> list[str]:
    """What to put before a command, so that its stretches are written to the directory.

    Threads are counted apart, and a stretch is that of the thread that ends it: so the server's
    main thread, which looks around ten times a second, is not counted.
    """
    return [
        *("valgrind", "--tool=callgrind", "--separate-threads=yes"),
        f"--callgrind-out-file={directory / 'stretches'}",
        f"--log-file={directory / 'valgrind.log'}",
    ]


def stretch_files(directory: Path) -> list[Path]:
    """What callgrind has written there."""
    return list(directory.glob("stretches*"))


def counts(directory: Path) -> dict[str, Count]:
    """The paths counted there, in the order in which they were.

    Raises:
        CountError: there are none, or one is incomplete.
    """
    stretches = sorted(filter(None, map(_read, stretch_files(directory))))
    return count_stretches((name, instructions) for _, name, instructions in stretches)


def count_stretches(stretches: Iterable[tuple[str, int]]) -> dict[str, Count]:
    """Takes named stretches, with their instructions, together to paths."""
    by_path: dict[str, dict[int, list[int]]] = {}
    for name, instructions in stretches:
        path, _, times = name.partition(" | ")
        if times.isdigit():
            rounds = by_path.setdefault(path, defaultdict(list))
            rounds[int(times)].append(instructions)
    if not by_path:
        raise CountError("callgrind wrote no stretches of the paths")
    return {path: _count(path, rounds) for path, rounds in by_path.items()}


def _count(path: str, rounds: dict[int, list[int]]) -> Count:
    if len(rounds) != 2 or any(len(stretches) != ROUNDS for stretches in rounds.values()):
        found = {times: len(stretches) for times, stretches in sorted(rounds.items())}
        raise CountError(f"{path!r} has stretches by repetitions {found}, not {ROUNDS} of 0 and N")
    times = max(rounds)
    end = median(rounds[0])
    each = [(instructions - end) / times for instructions in rounds[times]]
    cheapest = min(each)
    if cheapest <= 0:
        raise CountError(f"{path!r} costs nothing: it was not run where it was counted")
    return Count(cheapest, median(each) / cheapest - 1)


def _read(file: Path) -> tuple[int, str, int] | None:
    """Number, name and instructions of a stretch; None: of what came when the program ended."""
    found = dict(_LINE.findall(file.read_text()))
    name = found.get("desc: Trigger: Client Request")
    if name is None:
        return None
    total = found.get("summary") or found["totals"]
    return int(found["part"]), name, int(total)
