"""What a process holds: memory, threads, descriptors; read from /proc, so Linux alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """At one moment."""

    memory_kibibytes: int  # resident
    threads: int
    descriptors: int

    @classmethod
    def by(cls, process_id: int) -> Held:
        """What that process holds now.

        Raises:
            OSError: there is no such process, or no /proc.
        """
        place = Path(f"/proc/{process_id}")
        lines = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
        return cls(
            memory_kibibytes=int(lines["VmRSS"].split()[0]),
            threads=int(lines["Threads"]),
            descriptors=len(list((place / "fd").iterdir())),
        )
