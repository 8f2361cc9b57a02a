"""Peers that vanish silently are detected at both ends; calls on working links are not cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from typing import Any

import pytest

from tests.support.live_server import LiveServer, running
from tests.support.namespaces import Cable, cable

from .conftest import REGISTRY

pytestmark = pytest.mark.slow

# The documented times, and a margin for busy machines.
SERVER_SECONDS, CLIENT_SECONDS, SLACK = 30.0, 5.0, 10.0

# Longer than either end waits for a silent peer; `nox -s faults` takes ten minutes.
LONG_CALL_SECONDS = float(os.environ.get("TUBER_LONG_CALL_SECONDS", "33"))

# The clients at the far end. They print when each call failed, by the clock of both ends.
FAR_END = """
    import asyncio, json, socket, sys, threading, time, tuber

    address, port = sys.argv[1], int(sys.argv[2])
    hostname = f"{address}:{port}"

    def report(shell, error):
        fate = (type(error).__name__, getattr(error, "may_have_run", None))
        print(json.dumps([shell, time.monotonic(), fate]), flush=True)

    def blocking(ready):
        instrument = tuber.resolve_simple(hostname, "instrument")
        ready.release()
        try:
            instrument.sleep(120.0)
        except tuber.TuberError as error:
            report("blocking", error)

    async def waiting(ready):
        instrument = await tuber.resolve(hostname, "instrument")
        ready.release()
        try:
            await instrument.sleep(120.0)
        except tuber.TuberError as error:
            report("asyncio", error)

    ready = threading.Semaphore(0)
    threads = [threading.Thread(target=blocking, args=(ready,)),
               threading.Thread(target=lambda: asyncio.run(waiting(ready)))]
    for thread in threads: thread.start()
    for thread in threads: ready.acquire()
    idle = socket.create_connection((address, port))
    unread = socket.socket()
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    unread.connect((address, port))
    call = {"object": "instrument", "method": "echo", "args": ["x" * 2_000_000]}
    body = json.dumps(call).encode()
    head = ["POST /tuber HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", "", ""]
    unread.sendall("\\r\\n".join(head).encode() + body)
    time.sleep(1.0)  # the calls are running, and their requests acknowledged
    print("ready", flush=True)
    for thread in threads: thread.join()
"""


def established(server: LiveServer) -> int:
    """Count the connections that the kernel holds for the server, in its namespace."""
    port = f":{server.port:04X}"
    count = 0
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{server.process.pid}/net/{table}") as lines:
            for line in list(lines)[1:]:
                _, local, _, state, *_ = line.split()
                count += local.endswith(port) and state in ("01", "04", "05", "08")
    return count


def serve_at(link: Cable) -> Any:
    command = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "-p", "0", "--grace", "0"]
    return running([*link.inside(link.left), *command])


def test_both_ends_detect_a_vanished_peer() -> None:
    with cable() as link, serve_at(link) as server:
        script = [sys.executable, "-c", textwrap.dedent(FAR_END), link.address, str(server.port)]
        with subprocess.Popen(
            [*link.inside(link.right), *script], stdout=subprocess.PIPE, text=True
        ) as far_end:
            try:
                assert far_end.stdout is not None
                assert far_end.stdout.readline() == "ready\n"
                assert established(server) >= 4
                link.pull()
                begin = time.monotonic()
                fates: dict[str, Any] = {}
                for _ in range(2):
                    shell, when, fate = json.loads(far_end.stdout.readline())
                    assert when - begin < CLIENT_SECONDS + SLACK
                    fates[shell] = fate
                while established(server) > 0:
                    assert time.monotonic() < begin + SERVER_SECONDS + SLACK
                    time.sleep(0.05)
            finally:
                far_end.kill()
    timed_out = ["TuberTimeout", True]  # the kernel reports a vanished peer as ETIMEDOUT
    assert fates == {"blocking": timed_out, "asyncio": timed_out}


def test_a_long_call_on_a_working_link_completes() -> None:
    seconds = LONG_CALL_SECONDS
    with cable() as link, serve_at(link) as server:
        code = """
            import sys, tuber
            instrument = tuber.resolve_simple(sys.argv[1], "instrument")
            print(instrument.sleep(float(sys.argv[2])))
        """
        script = [sys.executable, "-c", textwrap.dedent(code), f"{link.address}:{server.port}"]
        done = subprocess.run(
            [*link.inside(link.right), *script, str(seconds)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (0, f"{seconds}\n"), done.stderr
