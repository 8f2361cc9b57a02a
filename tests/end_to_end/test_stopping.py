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


@pytest.mark.parametrize("place", ["method", "encoding", "destructor"])
def test_an_interpreter_exits_cleanly_with_a_call_that_does_not_end(place: str) -> None:
    done = python(
        f"""
        import collections.abc, socket, sys, threading, time, tuberd, tuberd.server
        tuberd.server.GRACE_AT_EXIT = 0.1
        entered = threading.Event()
        def outlive_the_grace():
            entered.set()
            time.sleep(0.5)
        class Slow(collections.abc.Mapping):
            def __len__(self): return 1
            def __iter__(self): outlive_the_grace(); return iter("a")
            def __getitem__(self, name): return 1
        class Clinging:
            def __del__(self): outlive_the_grace()
        class Board:
            def hang(self):
                if "{place}" == "method": outlive_the_grace()
                return Slow() if "{place}" == "encoding" else Clinging()
        class SlowEnd:
            def __del__(self): time.sleep(1)
        sys.slow_end = SlowEnd()  # the interpreter is still ending when the call goes on
        server = tuberd.Server({{"board": Board()}}, port=0)
        threading.Thread(target=server.serve, daemon=True).start()
        body = b'{{"object": "board", "method": "hang"}}'
        peer = socket.create_connection(("127.0.0.1", server.port))
        peer.sendall(b"POST /tuber HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n%b"
                     % (len(body), body))
        assert entered.wait(20)
        peer.close()
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


def test_a_forked_child_that_exits_leaves_its_parents_server_alone() -> None:
    done = python(
        """
        import http.client, os, sys, threading, time, tuberd, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # fork() beside threads
        class Board:
            def ping(self): return "pong"
        server = tuberd.Server({"board": Board()}, port=0)
        threading.Thread(target=server.serve, daemon=True).start()
        peer = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        def ping():
            peer.request("POST", "/tuber", '{"object": "board", "method": "ping"}')
            return peer.getresponse().read().decode()
        print(ping(), flush=True)
        begin = time.monotonic()
        child = os.fork()
        if child == 0:
            sys.exit(0)
        print(os.waitpid(child, 0)[1], time.monotonic() - begin < 2)
        print(ping())
        peer.close()  # another connection, for the listening socket
        print(ping())
        """
    )
    pong = '{"result":"pong"}\n'
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{pong}0 True\n{pong}{pong}", "")
