"""Processes that methods start: they hold no socket of the server, and can import its registry."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import tuber
from tests.support.live_server import LiveServer, live_server, running

REGISTRY = """
import concurrent.futures, dataclasses, multiprocessing, os, subprocess, sys, time, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # fork() with threads

@dataclasses.dataclass
class Point:
    x: int

def square(x): return x * x
def move(point): return Point(point.x + 1)

def links():
    found = []
    for name in os.listdir("/proc/self/fd"):
        try: found.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError: pass
    return [each for each in found if each.startswith(("socket:", "anon_inode:"))]

def report_links(connection): connection.send(links())

LIST = (
    "import os;print(*[l for l in (os.readlink(f'/proc/self/fd/{n}')"
    " for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}'))"
    " if l.startswith(('socket:', 'anon_inode:'))])"
)

class Camera:
    def ok(self): return 1
    def links(self): return links()
    def links_in_child(self, how):
        if how == "fork":
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                os.write(writer, repr(links()).encode())
                os._exit(0)
            os.waitpid(child, 0)
            return eval(os.read(reader, 100_000))
        if how == "subprocess":
            return subprocess.check_output([sys.executable, "-c", LIST], close_fds=False).split()
        if how == "system":
            with os.popen(f'"{sys.executable}" -c "{LIST}"') as output:
                return output.read().split()
        context = multiprocessing.get_context(how)
        reader, writer = context.Pipe()
        child = context.Process(target=report_links, args=(writer,))
        child.start()
        found = reader.recv()
        child.join()
        return found
    def expose(self, how, daemon):
        context = multiprocessing.get_context(how)
        self.child = context.Process(target=time.sleep, args=(60,), daemon=daemon)
        self.child.start()
        return self.child.pid
    def fork(self):
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        return child
    def executor(self, how):
        context = multiprocessing.get_context(how)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            return list(pool.map(square, [1, 2, 3]))
    def pool(self, how):
        with multiprocessing.get_context(how).Pool(2) as pool:
            return [each.x for each in pool.map(move, [Point(1), Point(2)])]
    def reuse_numbers(self):
        # Descriptors that the child opens must stay its own, and its Server object must do no harm.
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.closerange(3, writer)
            files = [os.open("/dev/zero", os.O_RDONLY) for _ in range(50)]
            grandchild = os.fork()
            if grandchild == 0:
                os._exit(0 if all(os.read(each, 1) == b"\\0" for each in files) else 1)
            os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
registry = {"camera": Camera()}
if __name__ == "__main__":
    raise SystemExit("the guarded part ran")
"""

METHODS = ("fork", "spawn", "forkserver")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    path = tmp_path / "camera_registry.py"
    path.write_text(REGISTRY)
    with live_server(path, "--grace", "1") as server:
        yield server


@pytest.mark.parametrize("how", METHODS)
@pytest.mark.parametrize("kind", ["executor", "pool"])
def test_pools_can_import_what_the_registry_file_defines(
    server: LiveServer, how: str, kind: str
) -> None:
    with tuber.resolve_simple(server.hostname, "camera", timeout=60) as camera:
        expected = [1, 4, 9] if kind == "executor" else [2, 3]
        assert getattr(camera, kind)(how) == expected


@pytest.mark.forks
@pytest.mark.parametrize("how", [*METHODS, "subprocess", "system"])
def test_a_child_has_no_socket_of_the_server(server: LiveServer, how: str) -> None:
    others = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    with tuber.resolve_simple(server.hostname, "camera", timeout=60) as camera:
        while len(own := set(camera.links())) <= 20:  # until the server has accepted all
            pass
        sockets = {each for each in own if each.startswith("socket:")}
        child = {
            each.decode() if isinstance(each, bytes) else each
            for each in camera.links_in_child(how)
        }
        assert not sockets & child
        if how == "fork":
            assert not child
    for each in others:
        each.close()


@pytest.mark.forks
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("kind", ["fork", "daemon", "process"])
def test_a_child_that_outlives_the_server_holds_neither_port_nor_connection(
    tmp_path: Path, number: signal.Signals, kind: str
) -> None:
    path = tmp_path / "camera_registry.py"
    path.write_text(REGISTRY)
    command = [sys.executable, "-m", "tuberd", "-r", str(path), "--bind", "127.0.0.1"]
    with running([*command, "-p", "0", "--grace", "1"]) as server:
        port = server.port
        idle = socket.create_connection(("127.0.0.1", port))
        camera = tuber.resolve_simple(server.hostname, "camera", timeout=20)
        child = camera.fork() if kind == "fork" else camera.expose("fork", kind == "daemon")
        try:
            server.process.send_signal(number)
            server.process.wait(20)
            began = time.monotonic()
            idle.settimeout(10)
            assert idle.recv(1) == b""
            with pytest.raises(tuber.TuberNetworkError):
                camera.ok()
            assert time.monotonic() - began < 5
            with running([*command, "-p", str(port)]) as again:  # the port is free
                assert again.port == port
        finally:
            idle.close()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


@pytest.mark.forks
def test_descriptors_that_a_child_opens_are_its_own(server: LiveServer) -> None:
    with tuber.resolve_simple(server.hostname, "camera", timeout=60) as camera:
        assert camera.reuse_numbers() == 0
        assert camera.ok() == 1
