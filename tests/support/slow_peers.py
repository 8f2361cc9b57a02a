"""Run slowhttptest, a tool that keeps a server's connections busy with minimal traffic."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

# Four modes of slowhttptest(1): the part that each sends slowly, and the resource it requests.
MODES = {
    "head": ["-H", "-i", "5", "-x", "24"],
    "body": ["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST"],
    "range": ["-R", "-a", "10", "-b", "3000", "-t", "GET"],
    "read": ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"],
}


@contextmanager
def slow_peers(mode: str, base: str, connections: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run slow peers of one mode while the block runs.

    Args:
        base: the server's address, ``http://127.0.0.1:8080``; it serves a file ``/large``.
    """
    program = shutil.which("slowhttptest")
    assert program, "slowhttptest is not installed (on Debian: apt-get install slowhttptest)"
    url = base + ("/tuber" if mode == "body" else "/large")
    command = [program, *MODES[mode], "-c", str(connections), "-r", str(connections)]
    command += ["-l", "600", "-u", url]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running
        finally:
            running.kill()
