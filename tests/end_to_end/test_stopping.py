"""Stopping a server: calls finish, replies are complete, the interpreter exits cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.raw_http import connected, post_message, read_reply

from .conftest import REGISTRY, Wire, running_call
from .test_calls import call
from .test_health import await_call, health

WAITING = "Waiting up to 30 s for 1 running call. Press Ctrl-C again to stop now.\n"


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_the_running_call_finish(tmp_path: Path, signal_: signal.Signals) -> None:
    pipe = tmp_path / "pipe"
    with live_server(REGISTRY, stderr=subprocess.PIPE) as server:
        assert server.process.stderr.readline().startswith("tuberd: Serving ")
        with running_call(server, pipe, call("read_pipe", str(pipe))) as replies:
            server.process.send_signal(signal_)
            assert server.process.stderr.readline() == WAITING
        assert server.process.wait(20) == 0
    assert replies == [(200, b'{"result":""}')]


@pytest.mark.parametrize("options", [{}, {"X_Tuber_Options": "continue-on-error"}])
def test_a_stopping_server_skips_the_rest_of_a_batch(
    tmp_path: Path, options: dict[str, str]
) -> None:
    pipe = tmp_path / "pipe"
    batch = [call("nothing"), call("read_pipe", str(pipe)), call("count"), call("nothing")]
    with live_server(REGISTRY, stderr=subprocess.PIPE) as server:
        assert server.process.stderr.readline().startswith("tuberd: Serving ")
        with running_call(server, pipe, batch, **options) as replies:
            server.process.send_signal(signal.SIGTERM)
            assert server.process.stderr.readline() == WAITING
        assert server.process.wait(20) == 0
    [(_, body)] = replies
    message = "tuber.NotExecuted: not run, because the server is stopping"
    not_run = {"error": {"message": message, "type": "tuber.NotExecuted"}}
    assert json.loads(body) == [{"result": None}, {"result": ""}, not_run, not_run]


@pytest.mark.parametrize(("options", "signals"), [(["--grace", "0.3"], 1), (["--grace", "600"], 2)])
def test_the_grace_or_a_second_signal_ends_a_long_call(options: list[str], signals: int) -> None:
    with (
        live_server(REGISTRY, *options, stderr=subprocess.PIPE) as server,
        Wire(server.port) as other,
        connected(server.port) as busy,
    ):
        busy.sendall(post_message(json.dumps(call("sleep", 300.0)).encode()))
        assert other.call(call("wait_started")) == {"result": True}
        send_signals(server, signals)
        assert server.process.wait(30) == 0


def send_signals(server: LiveServer, count: int) -> None:
    """Send SIGTERM; a second one only after the first closed the port: pending signals merge."""
    server.process.send_signal(signal.SIGTERM)
    if count == 2:
        with suppress(ConnectionError):
            while True:
                with connected(server.port):
                    pass
        server.process.send_signal(signal.SIGTERM)


# Two things keep Python from handling a signal or from exiting: a held GIL (PyDLL keeps it), and
# threads that are not daemons.
STUBBORN = """
import ctypes, threading
class Stubborn:
    def hold_the_gil(self):
        ctypes.PyDLL(None).sleep(300)
    def leave_a_thread(self):
        threading.Thread(target=threading.Event().wait, args=(300,)).start()
    def nothing(self): pass
registry = {"instrument": Stubborn()}
"""


@pytest.mark.parametrize(("options", "signals"), [(["--grace", "0.3"], 1), (["--grace", "600"], 2)])
@pytest.mark.parametrize("method", ["hold_the_gil", "leave_a_thread"])
def test_held_gil_and_running_threads_do_not_prevent_a_stop(
    tmp_path: Path, options: list[str], signals: int, method: str
) -> None:
    registry = tmp_path / "stubborn.py"
    registry.write_text(STUBBORN)
    with (
        live_server(registry, *options, stderr=subprocess.PIPE) as server,
        connected(server.port) as busy,
    ):
        busy.sendall(post_message(json.dumps(call(method)).encode()))
        if method == "hold_the_gil":
            await_call(server)
        else:
            read_reply(busy)
        send_signals(server, signals)
        assert server.process.wait(30) == 0


@pytest.mark.forks
def test_a_signal_to_a_forked_child_ends_only_the_child(tmp_path: Path) -> None:
    registry = tmp_path / "forking.py"
    registry.write_text(
        "import os, signal, time\n"
        "class Forking:\n"
        "    def end_a_child(self):\n"
        "        reader, writer = os.pipe()\n"
        "        child = os.fork()\n"
        "        if child == 0:\n"
        "            os.write(writer, b'x')\n"
        "            time.sleep(300)\n"
        "            os._exit(1)\n"
        "        os.read(reader, 1)\n"
        "        os.kill(child, signal.SIGTERM)\n"
        "        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "registry = {'instrument': Forking()}\n"
    )
    with live_server(registry) as server, Wire(server.port) as wire:
        for _ in range(2):
            assert wire.call(call("end_a_child"))["result"] == -signal.SIGTERM
        assert health(server)["status"] == "serving"


def test_replies_are_complete_when_a_busy_server_stops() -> None:
    stops = int(os.environ.get("TUBER_STOPS", "60"))
    done = python(
        f"""
        import json, socket, threading, tuberd

        class Board:
            def number(self): return 12345
            def text(self): return "x" * 200_000

        def body(method): return {{"object": "board", "method": method}}
        REQUESTS = [json.dumps(body("number")), json.dumps([body("number")] * 200),
                    json.dumps(body("text"))]
        counts = dict.fromkeys(["whole", "none", "cut"], 0)

        def is_whole(received):
            head, empty, rest = received.partition(b"\\r\\n\\r\\n")
            lines = [line for line in head.split(b"\\r\\n") if line.startswith(b"Content-Length")]
            return bool(empty and lines) and len(rest) == int(lines[0].split()[1])

        def read(peer):
            received = b""
            while not is_whole(received):
                try:
                    piece = peer.recv(1 << 20)
                except ConnectionResetError:
                    break
                if not piece:
                    break
                received += piece
            return received

        def client(peer, request, warm):
            text = request.encode()
            message = b"POST /tuber HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n%b" % (
                len(text), text)
            with peer:
                peer.settimeout(30)
                while True:
                    try:
                        peer.sendall(message)
                        received = read(peer)
                    except OSError as error:
                        received = b""
                    kind = "whole" if is_whole(received) else "cut" if received else "none"
                    with lock: counts[kind] += 1
                    warm.release()
                    if kind != "whole" or b"Connection: close" in received: return

        lock = threading.Lock()
        for number in range({stops}):
            server = tuberd.Server({{"board": Board()}}, port=0, bind="127.0.0.1")
            serving = threading.Thread(target=server.serve)
            serving.start()
            warm = threading.Semaphore(0)
            peers = [socket.create_connection(("127.0.0.1", server.port)) for _ in REQUESTS]
            clients = [threading.Thread(target=client, args=(peer, request, warm))
                       for peer, request in zip(peers, REQUESTS)]
            for each in clients: each.start()
            for _ in range(6 + number % 7): warm.acquire()
            server.stop()
            for each in [serving, *clients]: each.join()
        print(counts["cut"], counts["whole"] > {stops})
        """,
        timeout=60 + stops,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


def python(code: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def test_an_interpreter_with_a_running_server_exits_cleanly() -> None:
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
def test_an_interpreter_with_a_running_call_exits_cleanly(place: str) -> None:
    done = python(
        f"""
        import collections.abc, socket, sys, threading, time, tuberd, tuberd.service.process
        tuberd.service.process.GRACE_AT_EXIT = 0.1
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
        sys.slow_end = SlowEnd()  # so that the call continues while the interpreter exits
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


@pytest.mark.forks
def test_a_forked_child_that_exits_leaves_its_parents_server_alone() -> None:
    done = python(
        """
        import http.client, os, sys, threading, time, tuberd, warnings
        warnings.simplefilter("ignore", DeprecationWarning)  # fork() while threads run
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
        print(os.waitpid(child, 0)[1], time.monotonic() - begin < 20)
        print(ping())
        peer.close()  # another connection, for the listening socket
        print(ping())
        """
    )
    pong = '{"result":"pong"}\n'
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{pong}0 True\n{pong}{pong}", "")
