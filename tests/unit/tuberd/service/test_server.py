"""A server listens, serves, stops from anywhere, and leaves nothing running."""

from __future__ import annotations

import errno
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import tuberd
from tuberd.served.registry import TuberRegistry
from tuberd.service.server import Server, run, serve_until_stopped

LOOPBACK = "127.0.0.1"
# Seconds; only a failing test waits that long.
PATIENCE = 30.0


class Board:
    __tuber_exclude__ = ("entered", "released")

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.released = threading.Event()

    def add(self, a: int, b: int) -> int:
        return a + b

    def signal(self, number: int) -> None:
        os.kill(os.getpid(), number)

    def block(self) -> str:
        self.entered.set()
        assert self.released.wait(PATIENCE)
        return "done"


def server_of(board: Board | None = None, **options: Any) -> Server:
    return Server({"Board": board or Board()}, port=0, bind=LOOPBACK, **options)


@contextmanager
def serving(server: Server) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield thread
    finally:
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def post(server: Server, method: str, *args: Any) -> tuple[Any, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=PATIENCE)
    try:
        call = {"object": "Board", "method": method, "args": args}
        connection.request("POST", "/tuber", json.dumps(call))
        response = connection.getresponse()
        return json.loads(response.read()), response
    finally:
        connection.close()


def in_thread(server: Server, method: str, *args: Any) -> tuple[threading.Thread, list[Any]]:
    """Start a call in a thread; return the thread and the list that receives its reply."""
    replies: list[Any] = []
    thread = threading.Thread(target=lambda: replies.append(post(server, method, *args)[0]))
    thread.start()
    return thread, replies


@pytest.mark.parametrize("handle_sigint", [None, True, False])
def test_ctrl_c_ends_serve_and_may_be_raised(handle_sigint: bool | None) -> None:
    server = server_of()
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    if handle_sigint is False:
        with pytest.raises(KeyboardInterrupt):
            server.serve(handle_sigint=False)
    else:
        server.serve(handle_sigint=handle_sigint)
    timer.join()
    with pytest.raises(ConnectionRefusedError):
        post(server, "add", 1, 2)


def test_serves_until_it_is_stopped() -> None:
    server = server_of()
    assert 0 < server.port < 65536
    assert str(server.port) in repr(server)
    with serving(server):
        assert post(server, "add", 1, 2)[0] == {"result": 3}
    with pytest.raises(ConnectionRefusedError):
        post(server, "add", 1, 2)


def test_a_registry_and_positional_arguments_are_accepted() -> None:
    registry = TuberRegistry(Board=Board())
    server = Server(registry, "json", 0, None, 60, True, bind=LOOPBACK)
    with serving(server):
        registry["Late"] = Board()
        assert post(server, "add", 1, 2)[0] == {"result": 3}


def test_each_server_has_a_run_id_of_its_own() -> None:
    ids = set()
    for _ in range(2):
        server = server_of()
        with serving(server):
            ids |= {post(server, "add", 1, 2)[1].headers["X-Tuber-Run"] for _ in range(2)}
    assert len(ids) == 2
    assert all(len(bytes.fromhex(each)) == 16 for each in ids)


def test_many_servers_run_at_once_and_in_turn() -> None:
    threads = threading.active_count()
    for _ in range(20):
        first, second = server_of(), server_of()
        with serving(first), serving(second):
            assert post(first, "add", 1, 2)[0] == post(second, "add", 1, 2)[0] == {"result": 3}
    assert threading.active_count() == threads


def test_stopping_before_serving_makes_serve_return() -> None:
    server = server_of()
    server.stop()
    server.stop()
    server.serve()


def test_serves_once() -> None:
    server = server_of()
    server.stop()
    server.serve()
    with pytest.raises(RuntimeError, match="serves only once"):
        server.serve()


def test_running_calls_finish_when_it_stops() -> None:
    board = Board()
    server = server_of(board)
    with serving(server) as thread:
        caller, replies = in_thread(server, "block")
        assert board.entered.wait(PATIENCE)
        server.stop()
        assert thread.is_alive()
        board.released.set()
        caller.join(PATIENCE)
        assert replies == [{"result": "done"}]


def test_running_calls_are_abandoned_after_the_grace() -> None:
    board = Board()
    server = server_of(board, grace=0.0)
    with serving(server) as thread:
        caller, _ = in_thread(server, "block")
        assert board.entered.wait(PATIENCE)
        server.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        board.released.set()
        caller.join(PATIENCE)


def test_control_c_ends_serve_in_the_main_thread() -> None:
    server = server_of()
    caller, replies = in_thread(server, "signal", signal.SIGINT)
    # A shell starts background jobs with SIGINT ignored, and Python keeps that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        server.serve()
    finally:
        signal.signal(signal.SIGINT, before)
    caller.join(PATIENCE)
    assert replies == [{"result": None}]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_serves_until_a_signal_and_restores_the_handlers(
    number: signal.Signals, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Server] = []
    callers: list[threading.Thread] = []

    def calling(*args: Any, **options: Any) -> Server:
        made.append(Server(*args, **options))
        callers.append(in_thread(made[0], "signal", number)[0])
        return made[0]

    monkeypatch.setattr("tuberd.service.server.Server", calling)
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    run({"Board": Board()}, port=0, bind=LOOPBACK)
    callers[0].join(PATIENCE)
    assert before == [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert capsys.readouterr().out == f"Serving on port {made[0].port}\n"


def test_run_works_outside_the_main_thread(capsys: pytest.CaptureFixture[str]) -> None:
    class Stoppable:
        def stop(self) -> None:
            server.stop()

    server = Server({"Board": Stoppable()}, port=0, bind=LOOPBACK)
    thread = threading.Thread(target=serve_until_stopped, args=(server,))
    thread.start()
    assert post(server, "stop")[0] == {"result": None}
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_second_signal_does_not_wait_for_running_calls() -> None:
    board = Board()
    server = server_of(board)
    blocked, _ = in_thread(server, "block")

    def signals() -> None:
        assert board.entered.wait(PATIENCE)
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
            handled.wait(PATIENCE)
            handled.clear()

    handled = threading.Event()
    stop = server.stop

    def stopping(grace: float | None = None) -> None:
        stop(grace)
        handled.set()

    server.stop = stopping  # type: ignore[method-assign]
    sender = threading.Thread(target=signals)
    sender.start()
    serve_until_stopped(server)
    sender.join(PATIENCE)
    assert not board.released.is_set()
    board.released.set()
    blocked.join(PATIENCE)


def test_a_busy_port_is_an_os_error_that_names_it() -> None:
    first = server_of()
    with pytest.raises(OSError, match=str(first.port)) as raised:
        Server({}, port=first.port, bind=LOOPBACK)
    assert raised.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"port": -1}, ValueError, "port must be an integer from 0 to 65535; got -1"),
        ({"port": 65536}, ValueError, "port must be an integer"),
        ({"port": "80"}, ValueError, "port must be an integer"),
        ({"max_age": -1}, ValueError, "max_age must be an integer"),
        ({"webroot": "/no/such/directory"}, NotADirectoryError, "'/no/such/directory' is not a"),
        ({"webroot": __file__}, NotADirectoryError, "is not a directory"),
        ({"json_module": "simplejson"}, ValueError, "expected a JSON library out of"),
    ],
)
def test_wrong_arguments_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Server({}, **{"port": 0, "bind": LOOPBACK, **options})


def test_wrong_registries_are_refused() -> None:
    with pytest.raises(TypeError, match="register an instance"):
        Server({"Board": Board}, port=0)
    with pytest.raises(TypeError, match="a registry is a dict of objects"):
        Server([Board()], port=0)  # type: ignore[arg-type]


def test_validation_refuses_what_cannot_be_described() -> None:
    class Faulty:
        lock = threading.Lock()

        @property
        def gauge(self) -> float:
            raise OSError("no gauge")

    assert Server({"Faulty": Faulty()}, port=0, bind=LOOPBACK).port
    with pytest.raises(ValueError, match=r"Faulty\.lock: TypeError.*") as raised:
        Server({"Faulty": Faulty()}, port=0, bind=LOOPBACK, validate=True)
    assert "Faulty.gauge: OSError: no gauge" in str(raised.value)


def test_expose_private_serves_private_names() -> None:
    class Private(Board):
        def _trim(self) -> str:
            return "trimmed"

    for expose, member in [(False, "error"), (True, "result")]:
        server = server_of(Private(), expose_private=expose)
        with serving(server):
            assert list(post(server, "_trim")[0]) == [member]


def test_the_webroot_is_served_too(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>hello</p>")
    server = server_of(webroot=tmp_path, max_age=77)
    with serving(server):
        connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=PATIENCE)
        connection.request("GET", "/page.html")
        response = connection.getresponse()
        assert response.read() == b"<p>hello</p>"
        assert response.headers["Content-Type"].startswith("text/html")
        assert "max-age=77" in response.headers["Cache-Control"]
        connection.close()


EXITING = """
import http.client, json, threading
from tuberd import Server

class Board:
    def enter(self):
        entered.set()
        {call}

entered = threading.Event()
server = Server({{"Board": Board()}}, port=0, bind="127.0.0.1")
threading.Thread(target=server.serve, daemon=True).start()

def call():
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", "/tuber", json.dumps({{"object": "Board", "method": "enter"}}))
    connection.getresponse()

threading.Thread(target=call, daemon=True).start()
entered.wait()
print("leaving", flush=True)
"""


@pytest.mark.parametrize("call", ["pass", "threading.Event().wait(0.5)"])
def test_the_interpreter_exits_cleanly_with_a_server_alive(call: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXITING.format(call=call)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "leaving\n", "")


def test_a_server_on_a_unix_socket_has_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="tuber-") as directory:
        monkeypatch.chdir(directory)
        server = Server({"Board": Board()}, uds="board.sock", uds_mode=0o660)
        path = os.path.join(os.path.realpath(directory), "board.sock")
        assert server.port == 0
        assert server.place == f"unix:{server.uds}"
        assert os.path.samefile(str(server.uds), path)
        with serving(server):
            monkeypatch.chdir("/")  # the server removes the file from any directory
        assert not os.path.exists(path)
        with pytest.raises(OSError, match=r"the path has [0-9]+ bytes") as raised:
            Server({}, uds="x" * 200)
        assert raised.value.errno == errno.ENAMETOOLONG
        with pytest.raises(ValueError, match="uds_mode must be an integer from 0 to 511"):
            Server({}, uds="board.sock", uds_mode=0o1777)


@pytest.mark.parametrize(
    "origin", ["lab.example", "https://lab.example/", "https://Lab.example", "*", "null", ""]
)
def test_a_wrong_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="an origin must be like"):
        tuberd.Server({}, port=0, allow_origins=[origin])


@pytest.mark.parametrize(
    ("bind", "text"),
    [
        ("127.0.0.1:8080", "--bind 127.0.0.1 and -p 8080"),
        ("[::1]:8080", r"--bind \[::1\] and -p 8080"),
        ("board:80", "--bind board and -p 80"),
        (":8080", "--bind :: and -p 8080"),
        ("fe80::1", "fe80::1%eth0"),
        ("[fe80::1]", "needs the zone of an interface"),
    ],
)
def test_an_address_to_listen_on_says_what_to_write(bind: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        tuberd.Server({}, port=0, bind=bind)


@pytest.mark.parametrize("bind", ["[::1]", "::1", "127.0.0.1", "localhost", ""])
def test_an_address_to_listen_on_may_have_brackets(bind: str) -> None:
    assert tuberd.Server({}, port=0, bind=bind).port > 0
