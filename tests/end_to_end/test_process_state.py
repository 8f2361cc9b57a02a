"""Nothing of the server depends on what served code does to its process, or is spoiled by it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.live_server import live_server
from tests.support.raw_http import connected, post_message

from .conftest import Wire
from .test_calls import call
from .test_health import await_call, health

REGISTRY = """
import ctypes, logging, os, signal, sys, time, warnings
class Instrument:
    def nothing(self): pass
    def run(self, code):
        exec(code, globals())
    def evaluate(self, code): return eval(code)
    def sleep(self, seconds): time.sleep(seconds); return seconds
    def hot(self): warnings.warn("hot")
    def big(self): return "x" * 50_000_000
registry = {"instrument": Instrument()}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "state.py"
    path.write_text(REGISTRY)
    return path


def is_serving(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as peer:
        if peer.connect_ex(str(place)) != 0:
            return False
        peer.sendall(b"GET /tuber/health HTTP/1.0\r\n\r\n")
        return peer.recv(100).startswith((b"HTTP/1.1 200", b"HTTP/1.1 401"))


@contextmanager
def served_on(
    place: Path, registry: Path, redirected: str = "", **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Serve on a Unix socket, with redirections and options of the shell's command line."""
    command = f'exec "$0" -m tuberd -r "$1" --uds "$2" {redirected}'
    process = subprocess.Popen(
        ["sh", "-c", command, sys.executable, str(registry), str(place)],
        env={**os.environ, **env},
        cwd=place.parent,
    )
    try:
        deadline = time.monotonic() + 60
        while not is_serving(place):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


# --- standard streams

# A pipe that has no reader any more.
BROKEN = "2>&1 | true"


@pytest.mark.parametrize(
    "redirected",
    [">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>&1", BROKEN],
)
def test_a_server_works_without_its_standard_streams(
    tmp_path: Path, registry: Path, redirected: str
) -> None:
    if redirected == BROKEN:
        registry.write_text(
            f"{REGISTRY}\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
            "reader, writer = os.pipe(); os.close(reader)\n"
            "os.dup2(writer, 1); os.dup2(writer, 2)\n"
        )
        redirected = ""
    place = tmp_path / "socket"
    with served_on(place, registry, redirected) as process:
        for _ in range(3):  # the server logs refusals
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(place))
                peer.sendall(b"GET /\nHost: x\r\n\r\n")
                assert peer.recv(100).startswith(b"HTTP/1.1 400")
        with tuber.resolve_simple(f"unix:{place}", "instrument", timeout=20) as instrument:
            assert instrument.sleep(0) == 0
        assert process.poll() is None


def test_files_of_the_registry_do_not_become_standard_streams(
    tmp_path: Path, registry: Path
) -> None:
    kept = tmp_path / "serial-port"
    registry.write_text(f"port = open({str(kept)!r}, 'wb', buffering=0)\n{REGISTRY}")
    with (
        served_on(tmp_path / "socket", registry, "<&- >&- 2>&-"),
        tuber.resolve_simple(f"unix:{tmp_path / 'socket'}", "instrument", timeout=20) as lab,
    ):
        lab.run("os.write(1, b'text'); os.write(2, b'text')")
    assert kept.read_bytes() == b""


# --- signals


def test_a_hangup_lets_the_running_call_finish(registry: Path) -> None:
    answers: list[Any] = []
    with live_server(registry) as server, Wire(server.port) as busy:
        thread = threading.Thread(target=lambda: answers.append(busy.call(call("sleep", 1.0))))
        thread.start()
        await_call(server)
        for _ in range(3):  # a terminal that closes may send several
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        assert server.process.wait(20) == 0
        thread.join()
    assert answers == [{"result": 1.0}]


@pytest.mark.parametrize("how", ["ignored", "handled"])
def test_a_hangup_that_is_ignored_or_handled_does_not_stop_the_server(
    registry: Path, how: str
) -> None:
    text = "" if how == "ignored" else "signal.signal(signal.SIGHUP, lambda *_: None)\n"
    registry.write_text(f"{REGISTRY}\n{text}")
    before = signal.getsignal(signal.SIGHUP)
    if how == "ignored":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        with live_server(registry) as server, Wire(server.port) as wire:
            server.process.send_signal(signal.SIGHUP)
            assert wire.call(call("sleep", 0.3)) == {"result": 0.3}
            assert health(server)["status"] == "serving"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_stop_signals_that_were_blocked_at_the_start_have_an_effect(registry: Path) -> None:
    numbers = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        with live_server(registry) as server:
            assert health(server)["status"] == "serving"
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def test_peers_that_leave_raise_no_sigpipe(tmp_path: Path, registry: Path) -> None:
    registry.write_text(f"{REGISTRY}\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\n")
    web = tmp_path / "web"
    web.mkdir()
    (web / "big").write_bytes(bytes(50_000_000))
    requests = [
        post_message(json.dumps(call("big")).encode()),
        b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    with live_server(registry, "--webroot", str(web)) as server, Wire(server.port) as wire:
        for request in requests * 3:
            with connected(server.port) as peer:
                peer.sendall(request)
                assert peer.recv(100)
                linger = b"\1\0\0\0\0\0\0\0"  # close() resets the connection
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        assert wire.call(call("sleep", 0.2)) == {"result": 0.2}


# --- the rest of the process


@pytest.mark.parametrize(
    "code",
    [
        "os.chdir('/')",
        "os.umask(0o777)",
        "sys.setrecursionlimit(90)",
        "sys.setrecursionlimit(1_000_000)",
        "time.monotonic = time.time = time.perf_counter = lambda: 0.0",
        "time.sleep = lambda seconds: None",
        "import socket; socket.socket = socket.create_connection = None",
        "import select; select.poll = select.select = select.epoll = None",
        "import threading; threading.Thread.start = None",
        "os.environ.clear()",
        "sys.stdout = sys.stderr = None",
        "sys.path.clear()",
        "import gc; gc.disable()",
        "sys.setswitchinterval(10)",
        "import builtins; builtins.print = builtins.open = None",
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))",
    ],
)
def test_a_method_can_change_its_process(tmp_path: Path, registry: Path, code: str) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "page").write_text("text")
    os.chmod(web / "page", 0o644)
    with live_server(registry, "--webroot", str(web)) as server:
        with tuber.resolve_simple(server.hostname, "instrument", timeout=20) as lab:
            lab.run(code)
            assert lab.evaluate("6 * 7") == 42
            with pytest.raises(ZeroDivisionError):
                lab.evaluate("1 / 0")
            with pytest.warns(tuber.TuberRemoteWarning, match="hot"):
                lab.hot()
        with tuber.resolve_simple(server.hostname, timeout=20) as again:
            assert again.instrument.evaluate("1") == 1
        with Wire(server.port) as wire:
            wire.connection.request("GET", "/page")
            assert wire.connection.getresponse().read() == b"text"
        assert health(server)["status"] == "serving"


def test_a_trace_function_ends_with_its_call(registry: Path) -> None:
    registry.write_text(
        f"{REGISTRY}\ntraced = []\n"
        "def trace(frame, event, argument): traced.append(frame.f_code.co_name)\n"
    )
    with live_server(registry) as server, Wire(server.port) as wire:
        for name in ("settrace", "setprofile"):
            assert wire.call(call("run", f"sys.{name}(trace)")) == {"result": None}
            wire.call(call("run", "traced.clear()"))
            wire.call(call("nothing"))
            assert wire.call(call("evaluate", "list(traced)")) == {"result": []}


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_mode_of_the_socket_does_not_depend_on_the_umask(
    tmp_path: Path, registry: Path, umask: int
) -> None:
    registry.write_text(f"{REGISTRY}\nos.umask({umask})\n")
    with served_on(tmp_path / "socket", registry, "--uds-mode 640"):
        assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o640


def test_relative_paths_mean_the_directory_of_the_start(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "page").write_text("text")
    (tmp_path / "token").write_text("control secret-of-the-lab\n")
    (tmp_path / "relative.py").write_text(
        REGISTRY + "os.chdir('/')\n"
        "def fails(): raise ValueError('x')\nInstrument.fails = lambda self: fails()\n"
    )
    (tmp_path / "token").chmod(0o600)
    place = tmp_path / "socket"
    with (
        served_on(place, Path("relative.py"), "--webroot web --token-file token"),
        tuber.resolve_simple(f"unix:{place}", "instrument", token="secret-of-the-lab") as lab,
    ):
        assert lab.evaluate("os.getcwd()") == "/"
        with pytest.raises(ValueError, match="x") as failed:
            lab.fails()
        assert "def fails(): raise" in failed.value.remote_traceback
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(place))
            peer.sendall(b"GET /page HTTP/1.0\r\n\r\n")
            assert b"".join(iter(lambda: peer.recv(1000), b"")).endswith(b"\r\n\r\ntext")
    assert not place.exists()


@pytest.mark.skipif(shutil.which("localedef") is None, reason="no locale can be made here")
def test_text_for_machines_does_not_depend_on_the_locale(tmp_path: Path, registry: Path) -> None:
    made = subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", str(tmp_path / "de_DE")],
        capture_output=True,
        check=False,
    )
    if not (tmp_path / "de_DE").exists():
        pytest.skip(made.stderr.decode())
    registry.write_text(f"import locale; locale.setlocale(locale.LC_ALL, 'de_DE')\n{REGISTRY}")
    env = {"LOCPATH": str(tmp_path), "LC_ALL": "de_DE"}
    options = ["--access-log", "--log-format", "json"]
    with live_server(registry, *options, env=env, stderr=subprocess.PIPE) as server:
        with Wire(server.port) as wire:
            assert wire.call(call("evaluate", "f'{1.5:n}'")) == {"result": "1,5"}
            assert wire.call(call("evaluate", "[1.5, 1e300]")) == {"result": [1.5, 1e300]}
            assert health(server)["uptime"] > 0
            wire.connection.request("GET", "/tuber/calls")
            calls = json.loads(wire.connection.getresponse().read())
            assert all(each["seconds"] >= 0 for each in calls)
        server.process.send_signal(signal.SIGTERM)
        _, errors = server.process.communicate(timeout=60)
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    lines = [line for line in lines if line["event"] == "answered"]
    assert len(lines) >= 4
    assert all(line["seconds"] >= 0 for line in lines)


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONWARNINGS": "error"},
        {"PYTHONDEVMODE": "1"},
        {"PYTHONFAULTHANDLER": "1"},
        {"PYTHONSAFEPATH": "1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "0"},
        {"PYTHONMALLOC": "debug"},
        {"PYTHONTRACEMALLOC": "5"},
        {"PYTHONNODEBUGRANGES": "1"},
        {"PYTHONDONTWRITEBYTECODE": "1"},
        {"PYTHONINTMAXSTRDIGITS": "640"},
        {"PYTHONASYNCIODEBUG": "1"},
        {"PYTHONUNBUFFERED": ""},
    ],
    ids=lambda env: next(iter(env)),
)
def test_variables_of_python_change_nothing(
    tmp_path: Path, registry: Path, env: dict[str, str]
) -> None:
    place = tmp_path / "söcket"
    with (
        served_on(place, registry, ">/dev/null </dev/null", **env),
        tuber.resolve_simple(f"unix:{place}", "instrument", timeout=20) as lab,
    ):
        assert lab.evaluate("[1.5, 'ä', 10**200]") == [1.5, "ä", 10**200]
        with pytest.raises(ZeroDivisionError):
            lab.evaluate("1 / 0")


# --- crashes


@pytest.mark.parametrize("faulthandler", ["0", "1"])
@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("ctypes.string_at(0)", signal.SIGSEGV),
        ("os.abort()", signal.SIGABRT),
        ("signal.raise_signal(signal.SIGFPE)", signal.SIGFPE),
        ("signal.raise_signal(signal.SIGBUS)", signal.SIGBUS),
        ("sys.setrecursionlimit(10**9); f = lambda: [*map(lambda _: f(), [1])]; f()", None),
    ],
    ids=["SIGSEGV", "SIGABRT", "SIGFPE", "SIGBUS", "stack"],
)
def test_a_crash_names_the_running_calls(
    registry: Path, code: str, number: signal.Signals | None, faulthandler: str
) -> None:
    with pytest.raises(AssertionError, match="ended with"):  # not with 0
        crash(registry, code, number or signal.SIGSEGV, faulthandler)


def crash(registry: Path, code: str, number: signal.Signals, faulthandler: str) -> None:
    env = {"PYTHONFAULTHANDLER": faulthandler if faulthandler == "1" else ""}
    with (
        live_server(registry, env=env, stderr=subprocess.PIPE) as server,
        connected(server.port) as busy,
        connected(server.port) as other,
    ):
        busy.sendall(post_message(json.dumps(call("sleep", 300)).encode()))
        await_call(server)
        other.sendall(post_message(json.dumps(call("run", code)).encode()))
        _, errors = server.process.communicate(timeout=30)
        assert server.process.returncode == -number
        [line] = [each for each in errors.splitlines() if each.startswith("tuberd: SIG")]
        assert line.startswith(f"tuberd: {number.name}; running calls: ")
        assert "instrument.sleep()" in line
        assert "instrument.run() (in this thread)" in line
        assert "Fatal Python error" in errors
