"""The end of a server: calls finish, replies are whole, the interpreter exits cleanly."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest

from tests.support.live_server import live_server

from .conftest import REGISTRY, Wire
from .test_calls import call


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_running_call_finish(signal_: signal.Signals) -> None:
    answers: list[Any] = []
    with live_server(REGISTRY) as server, Wire(server.port) as busy, Wire(server.port) as other:
        thread = threading.Thread(target=lambda: answers.append(busy.call(call("sleep", 1.0))))
        thread.start()
        assert other.call(call("wait_started")) == {"result": True}
        server.process.send_signal(signal_)
        assert server.process.wait(20) == 0
        thread.join()
    assert answers == [{"result": 1.0}]


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_interpreter_with_a_living_server_exits_cleanly() -> None:
    done = python(
        """
        import threading, tuber, tuberd
        class Board:
            def ping(self): return "pong"
        server = tuberd.Server({"board": Board()}, port=0)
        threading.Thread(target=server.serve, daemon=True).start()
        print(tuber.resolve_simple(f"127.0.0.1:{server.port}", "board").ping())
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "pong\n", "")


def test_an_interpreter_exits_cleanly_with_a_call_that_does_not_end() -> None:
    done = python(
        """
        import socket, threading, time, tuberd
        entered = threading.Event()
        class Board:
            def hang(self):
                entered.set()
                time.sleep(3600)
        server = tuberd.Server({"board": Board()}, port=0)
        threading.Thread(target=server.serve, daemon=True).start()
        body = b'{"object": "board", "method": "hang"}'
        peer = socket.create_connection(("127.0.0.1", server.port))
        peer.sendall(b"POST /tuber HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n%b"
                     % (len(body), body))
        assert entered.wait(20)
        """
    )
    assert done.returncode == 0, done.stderr
    assert "terminate" not in done.stderr


def test_servers_can_be_started_and_stopped_many_times() -> None:
    done = python(
        """
        import threading, tuber, tuberd
        class Board:
            def __init__(self, n): self.n = n
            def which(self): return self.n
        for n in range(30):
            servers = [tuberd.Server({"board": Board((n, i))}, port=0) for i in range(2)]
            threads = [threading.Thread(target=server.serve) for server in servers]
            for thread in threads: thread.start()
            for i, server in enumerate(servers):
                with tuber.resolve_simple(f"127.0.0.1:{server.port}", "board") as board:
                    assert board.which() == [n, i]
            for server in servers: server.stop()
            for thread in threads: thread.join()
        print("done", threading.active_count())
        """
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done 1\n", "")
