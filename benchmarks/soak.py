"""Millions of calls of all kinds at one server: what it holds then, beside what it held at first.

Usage: python -m benchmarks.soak [CALLS]     10,000,000 unless told
"""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from dataclasses import astuple
from pathlib import Path

import numpy as np

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, post_message, read_reply
from tuber.codec.cbor import CborCodec

from .held import Held

REGISTRY = Path(__file__).parents[1] / "tests" / "end_to_end" / "registry.py"
CLIENTS = 4
BATCH = 1000
REPORTS = 20


def call(method: str, *args: object) -> dict[str, object]:
    return {"object": "instrument", "method": method, "args": list(args)}


def as_json(request: object, *fields: bytes) -> bytes:
    return post_message(json.dumps(request).encode(), b"Content-Type: application/json", *fields)


def as_cbor(request: object) -> bytes:
    return post_message(CborCodec().encode(request), b"Content-Type: application/cbor")


# One round of a client: requests, and how many calls each has.
ROUND: list[tuple[bytes, int]] = [
    *([(as_json(call("nothing")), 1)] * 500),
    *([(as_json(call("increment", [1, 2, 3])), 1)] * 200),
    *([(as_cbor(call("increment", [1, 2, 3])), 1)] * 200),
    *([(as_json(call("raise_it", "ValueError", "no such gain")), 1)] * 50),
    *([(as_json(call("no_such_method")), 1)] * 49),
    (as_cbor(call("echo", np.arange(10_000.0))), 1),
    *([(as_json([call("nothing")] * BATCH), BATCH)] * 4),
    (as_json([call("no_such_method")] * BATCH, b"X-Tuber-Options: continue-on-error"), BATCH),
]
PER_ROUND = sum(calls for _, calls in ROUND)


def run_rounds(server: LiveServer, rounds: int) -> None:
    """Each round over a connection of its own; every tenth one leaves in the midst of a reply."""
    for number in range(rounds):
        with connected(server.port) as peer:
            for request, _ in ROUND:
                peer.sendall(request)
                read_reply(peer)
        if number % 10 == 0:
            with connected(server.port) as leaving:
                leaving.sendall(as_json([call("nothing")] * BATCH))


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    rounds = math.ceil(total / PER_ROUND / CLIENTS / REPORTS)
    with live_server(REGISTRY, "--log-level", "error") as server:
        print("| calls | seconds | memory (KiB) | threads | descriptors |")
        print("|---|---|---|---|---|")
        begin, calls = time.monotonic(), 0
        for report in range(REPORTS + 1):
            now = Held.by(server.process.pid)
            print(f"| {calls:,} | {time.monotonic() - begin:.0f} |", end=" ")
            print(*astuple(now), sep=" | ", end=" |\n", flush=True)
            if report == REPORTS:
                break
            clients = [
                threading.Thread(target=run_rounds, args=(server, rounds)) for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
            calls += rounds * CLIENTS * PER_ROUND


if __name__ == "__main__":
    main()
