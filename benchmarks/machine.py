"""On what and with what a run was made."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from .environment import PEER_VERSION, ROOT


@dataclass(frozen=True)
class Circumstances:
    """What a reader needs to compare two tables."""

    date: str  # ISO 8601, UTC
    processor: str
    cores: int
    system: str
    python: str
    tuber: str
    peer: str

    def __str__(self) -> str:
        return (
            f"{self.date}, {self.processor}, {self.cores} cores, {self.system}, "
            f"Python {self.python}, tuber {self.tuber}, peer {self.peer}"
        )


def circumstances() -> Circumstances:
    """Those of now and here."""
    return Circumstances(
        date=datetime.now(timezone.utc).isoformat(timespec="minutes"),
        processor=_processor(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        tuber=_version(),
        peer=PEER_VERSION,
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _version() -> str:
    """The version, with the commit when this is a checkout."""
    version = (ROOT / "VERSION").read_text().strip()
    try:
        commit = subprocess.run(
            ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return version
    return f"{version} ({commit.stdout.strip()})"
