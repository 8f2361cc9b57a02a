"""What a server writes to stderr: options of the log, and lines from a signal handler.

The core writes the log itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from tuberd._core import without_pipe_signal, write_if_ready

__all__ = ["FORMATS", "LEVELS", "LogOptions", "print_line", "stderr_writer"]

LEVELS: Final = ("error", "warning", "info")
FORMATS: Final = ("text", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """How much a server logs on stderr, and in which format.

    Attributes:
        level: 'error', 'warning' or 'info'. 'warning' adds refused requests, at most ten per
            second; 'info' also adds failed calls, with their tracebacks.
        format: 'text', or 'json' for one JSON object per line.
        access: also log every answered request.

    Raises:
        ValueError: There is no such level or format.
    """

    level: str = "warning"
    format: str = "text"
    access: bool = False

    def __post_init__(self) -> None:
        """Check the level and the format."""
        for name, value, known in (("level", self.level, LEVELS), ("format", self.format, FORMATS)):
            if value not in known:
                raise ValueError(f"the log {name} must be one of {', '.join(known)}; got {value!r}")


def print_line(line: str) -> None:
    """Print a line on stdout, unless that is closed, full, or has no reader any more."""
    stream = sys.stdout
    with suppress(AttributeError, OSError, ValueError):  # None; not writable; closed
        text = line.encode(stream.encoding, "backslashreplace").decode(stream.encoding)
        without_pipe_signal(partial(print, text, flush=True))


@contextmanager
def stderr_writer() -> Iterator[Callable[[str], object]]:
    """Return a function that writes a line to stderr without waiting, or drops it.

    It is for signal handlers, and writes to a copy of the descriptor: a method may close stderr,
    and its number may then belong to a connection.
    """
    try:
        descriptor = os.dup(2)
    except OSError:  # stderr is closed
        yield lambda line: None
        return

    try:
        # A path may hold bytes that are not UTF-8.
        yield lambda line: write_if_ready(
            descriptor, f"{line}\n".encode("utf-8", "backslashreplace").decode()
        )
    finally:
        os.close(descriptor)
