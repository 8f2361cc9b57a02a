"""How much memory a server holds."""

from __future__ import annotations

import subprocess

from .sides import RunningServer


def resident_mebibytes(server: RunningServer) -> float:
    """The resident set of the server's process, in MiB; asked of ps(1), which every system has."""
    done = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(server.process_id)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024
