"""What a server writes to stderr: options of the log, and lines from a signal handler.

The core writes the log itself.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

__all__ = ["FORMATS", "LEVELS", "LogOptions", "stderr_writer"]

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


@contextmanager
def stderr_writer() -> Iterator[Callable[[str], None]]:
    """Return a function that writes a line to stderr without waiting, or drops it.

    It is for signal handlers, and writes to a copy of the descriptor: a method may close stderr,
    and its number may then belong to a connection.
    """
    try:
        descriptor = os.dup(2)
    except OSError:  # stderr is closed
        yield lambda line: None
        return

    def write(line: str) -> None:
        # A pipe that is ready takes PIPE_BUF bytes without waiting, see poll(2) and pipe(7).
        with suppress(OSError, ValueError):  # ValueError: a number too large for select()
            if select.select([], [descriptor], [], 0)[1]:
                os.write(descriptor, f"{line}\n".encode())

    try:
        yield write
    finally:
        os.close(descriptor)
