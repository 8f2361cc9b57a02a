"""What slow and silent peers cost a healthy client of the same server: its 99th percentile.

Usage: python -m benchmarks.slow_peers [PEERS]     1,000 by default

The tool that plays the peers takes processor time, too. So each round measures the client while
there are none ("quiet"), while they slow another server on this machine ("elsewhere"), and while
they slow its own ("here").
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, read_reply
from tests.support.slow_peers import MODES, slow_peers

from .load import call, load
from .servers import ROOT

ROUNDS, SECONDS = 5, 2.0
REGISTRY = ROOT / "tests" / "end_to_end" / "registry.py"
HEALTH = b"GET /tuber/health HTTP/1.1\r\nHost: a\r\n\r\n"


def p99(server: LiveServer) -> float:
    """Microseconds of a call over one connection."""
    return load(server, call("instrument", "nothing"), 1, SECONDS).p99


def await_connections(server: LiveServer, at_least: int, at_most: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with connected(server.port) as peer:
            peer.sendall(HEALTH)
            count = json.loads(read_reply(peer)[1])["connections"]
        if at_least <= count <= at_most:
            return
        time.sleep(0.05)
    raise RuntimeError(f"expected {at_least} to {at_most} connections, found {count}")


@contextmanager
def peers_of(kind: str, server: LiveServer, count: int) -> Iterator[None]:
    with ExitStack() as stack:
        if kind == "silent":
            for _ in range(count):
                stack.enter_context(connected(server.port))
        else:
            stack.enter_context(slow_peers(kind, f"http://{server.hostname}", count))
        if kind == "range":  # answered at once: no connections to wait for
            time.sleep(1)
        else:
            await_connections(server, count * 9 // 10, count + 2)
        yield
    await_connections(server, 1, 1)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    kinds = ("silent", *MODES)
    found: dict[str, list[tuple[float, float, float]]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as webroot, ExitStack() as stack:
        (Path(webroot) / "large").write_bytes(bytes(2_000_000))
        options = ("--webroot", webroot, "--log-level", "error")
        server, other = (stack.enter_context(live_server(REGISTRY, *options)) for _ in range(2))
        for _ in range(ROUNDS):
            for kind in kinds:
                quiet = p99(server)
                with peers_of(kind, other, count):
                    elsewhere = p99(server)
                with peers_of(kind, server, count):
                    found[kind].append((quiet, elsewhere, p99(server)))
    print(f"| {count} peers | quiet (us) | elsewhere (us) | here (us) | here / elsewhere |")
    print("|---|---|---|---|---|")
    for kind, rounds in found.items():
        p99s = " | ".join(f"{median(each):.0f}" for each in zip(*rounds, strict=True))
        ratio = median(here / elsewhere for _, elsewhere, here in rounds)
        print(f"| {kind} | {p99s} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
