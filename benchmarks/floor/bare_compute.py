"""The floor of a method that computes: threads that call it one after the other, and no server.

Usage: bare_compute.py THREADS SECONDS COMPUTE_SECONDS

Prints calls per second of all threads together.
"""

from __future__ import annotations

import sys
import threading
import time

from adder import Computer  # type: ignore[import-not-found]  # built by environment.py


def main() -> None:
    threads, seconds, compute_seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    computer = Computer()
    calls = [0] * threads
    together = threading.Barrier(threads + 1)

    def run(number: int) -> None:
        together.wait()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            computer.compute(compute_seconds)
            calls[number] += 1

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    together.wait()
    begin = time.monotonic()
    for thread in running:
        thread.join()
    print(sum(calls) / (time.monotonic() - begin))


main()
