"""Make millions of calls of all kinds to one server, and report its memory, threads and files.

Usage: python -m benchmarks.soak [CALLS]     10,000,000 by default
"""

import json
import math
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, post_message, read_reply
from tuber.codec.cbor import CborCodec

from .servers import ROOT

REGISTRY = ROOT / "tests" / "end_to_end" / "registry.py"
CLIENTS = 4
BATCH = 1000
REPORTS = 20


def call(method: str, *args: object) -> dict[str, object]:
    return {"object": "instrument", "method": method, "args": list(args)}


def as_json(request: object, *fields: bytes) -> bytes:
    return post_message(json.dumps(request).encode(), b"Content-Type: application/json", *fields)


def as_cbor(request: object) -> bytes:
    return post_message(CborCodec().encode(request), b"Content-Type: application/cbor")


CONTINUE = b"X-Tuber-Options: continue-on-error"
# One round of a client: each request, how often it is sent, and the number of calls in it.
ROUND = [
    (as_json(call("nothing")), 500, 1),
    (as_json(call("increment", [1, 2, 3])), 200, 1),
    (as_cbor(call("increment", [1, 2, 3])), 200, 1),
    (as_json(call("raise_it", "ValueError", "no such gain")), 50, 1),
    (as_json(call("no_such_method")), 49, 1),
    (as_cbor(call("echo", np.arange(10_000.0))), 1, 1),
    (as_json([call("nothing")] * BATCH), 4, BATCH),
    (as_json([call("no_such_method")] * BATCH, CONTINUE), 1, BATCH),
]
PER_ROUND = sum(times * calls for _, times, calls in ROUND)


def run_rounds(server: LiveServer, rounds: int) -> None:
    """Run each round on a new connection. After every tenth, disconnect during a reply."""
    for number in range(rounds):
        with connected(server.port) as peer:
            for request, times, _ in ROUND:
                for _ in range(times):
                    peer.sendall(request)
                    read_reply(peer)
        if number % 10 == 0:
            with connected(server.port) as leaving:
                leaving.sendall(as_json([call("nothing")] * BATCH))


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    rounds = math.ceil(total / PER_ROUND / CLIENTS / REPORTS)
    with live_server(REGISTRY, "--log-level", "error") as server:
        process = psutil.Process(server.process.pid)
        print("| calls | seconds | memory (KiB) | threads | descriptors |")
        print("|---|---|---|---|---|")
        begin = time.monotonic()
        for report in range(REPORTS + 1):
            if report:
                with ThreadPoolExecutor(CLIENTS) as clients:
                    list(clients.map(run_rounds, [server] * CLIENTS, [rounds] * CLIENTS))
            calls, spent = report * rounds * CLIENTS * PER_ROUND, time.monotonic() - begin
            held = f"{process.memory_info().rss // 1024:,} | {process.num_threads()}"
            print(f"| {calls:,} | {spent:.0f} | {held} | {process.num_fds()} |", flush=True)


if __name__ == "__main__":
    main()
