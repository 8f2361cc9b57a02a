"""Lines for the operator from a signal's handler. Must never wait, fail, or write to anybody else.

What the core tells is the core's own log.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["copied"]


@contextmanager
def copied() -> Iterator[Callable[[str], None]]:
    """What writes a line to the stderr of now; one that it can't take at once is left out.

    To a copy, because a method may close stderr, whose number may then be somebody's connection.
    """
    try:
        descriptor = os.dup(2)
    except OSError:  # it is closed already
        yield lambda line: None
        return

    def say(line: str) -> None:
        # A pipe that is ready takes PIPE_BUF bytes without waiting, see poll(2) and pipe(7).
        with suppress(OSError, ValueError):  # ValueError: a number too large for select()
            if select.select([], [descriptor], [], 0)[1]:
                os.write(descriptor, f"{line}\n".encode())

    try:
        yield say
    finally:
        os.close(descriptor)
