"""A lock between processes, for files that several test processes share."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of `path`; its file, with the suffix `.lock`, stays.

    Each worker of pytest-xdist is a process: the first one builds, the others find what it built.
    """
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
