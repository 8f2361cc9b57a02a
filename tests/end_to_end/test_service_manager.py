"""A server under a service manager: notifications, passed sockets, and the unit files."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import tuber
from tests.support.live_server import live_server

from .conftest import REGISTRY, Wire
from .test_calls import call

PACKAGING = Path(__file__).parents[2] / "packaging"
TUBERD = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY)]

# LISTEN_PID must be the process id of the server itself, so this step runs in the same process.
ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=sys.argv[2])
os.execv(sys.argv[3], sys.argv[3:])
"""


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_notified_of_start_and_stop(tmp_path: Path, abstract: bool) -> None:
    name = f"\0tuberd-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(name)
        manager.settimeout(30)
        with live_server(REGISTRY, env={"NOTIFY_SOCKET": name.replace("\0", "@")}) as server:
            assert manager.recv(100) == b"READY=1"
            server.process.send_signal(signal.SIGTERM)
            assert manager.recv(100) == b"STOPPING=1"


def activated(passed: socket.socket, *options: str, count: int = 1) -> subprocess.Popen[str]:
    step = [sys.executable, "-c", ACTIVATE, str(passed.fileno()), str(count)]
    return subprocess.Popen(
        [*step, *TUBERD, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[passed.fileno()],
    )


def test_a_passed_socket_serves_and_outlives_the_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as passed:
        port = passed.getsockname()[1]
        for _ in range(2):  # it still listens when a server ends, for the next one
            with activated(passed) as server:
                try:
                    assert server.stdout is not None
                    assert server.stdout.readline() == f"Serving on port {port}\n"
                    with Wire(port) as wire:
                        assert wire.call(call("nothing")) == {"result": None}
                    server.send_signal(signal.SIGTERM)
                    assert server.wait(20) == 0
                finally:
                    server.kill()


def test_a_unix_socket_can_be_passed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as passed:
        passed.bind(str(tmp_path / "socket"))
        passed.listen()
        with activated(passed) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == "Serving on a unix socket\n"
                with socket.socket(socket.AF_UNIX) as peer:
                    peer.settimeout(20)
                    peer.connect(str(tmp_path / "socket"))
                    peer.sendall(b"GET /tuber/health HTTP/1.1\r\nHost: x\r\n\r\n")
                    assert peer.recv(1000).startswith(b"HTTP/1.1 200 OK")
                server.send_signal(signal.SIGTERM)
                assert server.wait(20) == 0
                assert (tmp_path / "socket").exists()  # it is the manager's
            finally:
                server.kill()


@pytest.mark.parametrize(
    ("options", "count", "said"),
    [
        ([], 2, "expected one socket from the service manager; it passed 2"),
        (["--port", "0"], 1, "the service manager passed a socket; remove --port, --bind"),
    ],
)
def test_passed_sockets_that_conflict_with_options_are_refused(
    options: list[str], count: int, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as passed:
        server = activated(passed, *options, count=count)
        _, errors = server.communicate(timeout=20)
    assert server.returncode == 2
    assert said in errors


def test_a_passed_socket_must_be_listening() -> None:
    with socket.socket() as passed:
        server = activated(passed)
        _, errors = server.communicate(timeout=20)
    assert server.returncode == 2
    assert "descriptor 3 is not a listening socket" in errors


@pytest.mark.filterwarnings("ignore::tuber.TuberRestartWarning")
def test_no_connection_is_refused_while_a_killed_server_is_restarted() -> None:
    served, refused, stop = [0] * 50, [], threading.Event()

    def client(number: int, port: int) -> None:
        while not stop.is_set():
            try:
                with tuber.resolve_simple(f"127.0.0.1:{port}", "instrument", timeout=30) as lab:
                    lab.nothing()
                served[number] += 1
            except tuber.TuberConnectionLost:  # a call that ran when the server was killed
                pass
            except tuber.TuberError as error:
                refused.append(str(error))

    with socket.create_server(("127.0.0.1", 0), backlog=1024) as passed:
        port = passed.getsockname()[1]
        clients = [threading.Thread(target=client, args=(n, port)) for n in range(50)]
        server = activated(passed)
        for each in clients:
            each.start()
        try:
            for _ in range(3):
                before, deadline = list(served), time.monotonic() + 60
                while any(new < old + 2 for new, old in zip(served, before, strict=True)):
                    assert server.poll() is None
                    assert not refused
                    assert time.monotonic() < deadline, served
                    time.sleep(0.01)
                server.kill()
                server.communicate()
                server = activated(passed)
        finally:
            stop.set()
            for each in clients:
                each.join()
            server.kill()
            server.communicate()
    assert not refused


def test_the_units_restart_the_server_and_keep_its_port() -> None:
    unit, port = (
        (PACKAGING / f"tuberd.{kind}").read_text().splitlines() for kind in ("service", "socket")
    )
    for line in ("Restart=always", "StartLimitIntervalSec=0", "Requires=tuberd.socket"):
        assert line in unit
    for line in ("TriggerLimitIntervalSec=0", "Backlog=1024"):
        assert line in port


def test_the_units_match_the_limits_of_the_server() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(PACKAGING / "tuberd.service")
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert float(service["TimeoutStopSec"]) > 30.0  # --grace
    assert service["LimitNOFILE"] == str(16384 + 64)  # --max-connections
    assert "tuberd --registry" in service["ExecStart"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("unit", ["tuberd.service", "tuberd.socket"])
def test_systemd_accepts_the_units(tmp_path: Path, unit: str) -> None:
    for each in PACKAGING.glob("tuberd.*"):
        text = each.read_text()
        # The lines that the comment proposes, in the way of `systemctl edit`.
        for proposed in re.findall(r"^# \((Environment=.*)\)\.$", text, re.MULTILINE):
            text = text.replace("[Service]\n", f"[Service]\n{proposed}\n")
        (tmp_path / each.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
