"""How long who comes to a full server waits for being told so, while a method holds the GIL.

Usage: python -m benchmarks.full_server [CALLS]     1,024 in flight unless told

One call holds the GIL and the others wait for it; meanwhile each request has a connection of its
own, from connecting to the last byte of the reply.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles

from tests.support.live_server import live_server
from tests.support.raw_http import connected, post_message, read_reply, status_of

REQUESTS = 500
HOLD_SECONDS = 20
REGISTRY = """
import ctypes
class Instrument:
    def hold_the_gil(self, seconds):
        ctypes.PyDLL(None).sleep(seconds)  # PyDLL does not let go of it, as CDLL would
    def nothing(self): pass
registry = {"instrument": Instrument()}
"""


def asking(method: str, *args: object) -> bytes:
    call = {"object": "instrument", "method": method, "args": list(args)}
    return post_message(json.dumps(call).encode())


def ask(port: int, request: bytes) -> tuple[int, float]:
    """The status of the reply, and after how many milliseconds it was there."""
    begin = time.perf_counter()
    with connected(port) as peer:
        peer.sendall(request)
        head, _ = read_reply(peer)
    return status_of(head), (time.perf_counter() - begin) * 1e3


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * calls + 200,) * 2)
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        registry = Path(place) / "registry.py"
        registry.write_text(REGISTRY)
        options = ("--max-calls", str(calls), "--log-level", "error", "--grace", "0")
        server = stack.enter_context(live_server(registry, *options))
        stack.enter_context(connected(server.port)).sendall(asking("hold_the_gil", HOLD_SECONDS))
        for _ in range(calls - 1):
            stack.enter_context(connected(server.port)).sendall(asking("nothing"))
        call, health = asking("nothing"), b"GET /tuber/health HTTP/1.1\r\nHost: a\r\n\r\n"
        while ask(server.port, health)[1] > 5:  # until they all have their threads
            pass
        print(f"| {calls} calls in flight | median (ms) | p99 (ms) | longest (ms) |")
        print("|---|---|---|---|")
        for name, request, expected in (("call", call, 503), ("health", health, 200)):
            answers = [ask(server.port, request) for _ in range(REQUESTS)]
            if {status for status, _ in answers} != {expected}:
                raise RuntimeError(f"expected {expected} each time: {answers}")
            times = [each for _, each in answers]
            percentiles = quantiles(times, n=100)
            shown = (percentiles[49], percentiles[98], max(times))
            print(f"| {name}: {expected} |", " | ".join(f"{each:.2f}" for each in shown), "|")


if __name__ == "__main__":
    main()
