"""Times a statement that imports in fresh interpreters of the Python that runs this.

Further argument: the statement. The value is the median time in milliseconds of that statement
alone, without the interpreter's own start; so is the client's CPU time.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from statistics import median

from ..sample import Sample
from .timing import arguments

IMPORT = """
import time
wall, cpu = time.perf_counter(), time.process_time()
{}
print(time.perf_counter() - wall, time.process_time() - cpu)
"""
FEWEST_IMPORTS = 3


def main() -> None:
    told = arguments()
    # Isolated: neither this directory nor PYTHONPATH makes the search longer.
    command = [sys.executable, "-I", "-c", IMPORT.format(*told.rest)]
    import_once(command)  # writes the compiled files, reads them into memory
    found: list[tuple[float, float]] = []
    end = time.monotonic() + told.seconds
    while len(found) < FEWEST_IMPORTS or time.monotonic() < end:
        found.append(import_once(command))
    walls, cpus = zip(*found, strict=True)
    sample = Sample(
        value=median(walls) * 1e3,
        calls=len(found),
        p50=median(walls) * 1e6,
        client_cpu=median(cpus) * 1e6,
    )
    print(json.dumps(dataclasses.asdict(sample)))


def import_once(command: list[str]) -> tuple[float, float]:
    """Seconds of one import, by the clock on the wall and by that of the CPU."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


main()
