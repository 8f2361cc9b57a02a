"""Times an import of `tuber` in fresh interpreters of the Python that runs this.

Usage: import_time.py HOST:PORT SECONDS STATEMENT

Prints the median time in milliseconds. The address is not used; the time is that of the import
statement alone, without the interpreter's own start.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

TIMED = "import time; a = time.perf_counter(); {}; print(time.perf_counter() - a)"
FEWEST_IMPORTS = 3


def main() -> None:
    timed = TIMED.format(sys.argv[3])
    durations: list[float] = []
    end = time.monotonic() + float(sys.argv[2])
    while len(durations) < FEWEST_IMPORTS or time.monotonic() < end:
        done = subprocess.run(
            [sys.executable, "-c", timed], capture_output=True, text=True, check=True, timeout=60
        )
        durations.append(float(done.stdout))
    print(median(durations) * 1e3)


main()
