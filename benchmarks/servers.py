"""The sides of a comparison, how they are built, and how their servers run.

- floor: what the kernel allows, a C++ server that sends the same bytes again and again.
- tuber: client and server of the Python that runs this; nox installs this tree into it.
- peer: the predecessor, in an environment of its own below `benchmarks/.venvs`.
"""

import contextlib
import os
import platform
import resource
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = HERE / ".venvs"
REGISTRY = HERE / "instrument" / "registry.py"
PEER_VERSION = "0.18.7"
PEER_REQUIREMENT = f"tuberd[async,cbor,numpy,orjson,client]=={PEER_VERSION}"
PYPERF = "pyperf==2.11.0"
FLOOR, OURS, PEER = "floor", "tuber", "peer"
ALL_CORES = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
START_SECONDS = 60.0
STOP_SECONDS = 15.0


class Unavailable(Exception):
    """A program, package or server that the benchmarks need is missing or failed."""


@dataclass(frozen=True)
class Server:
    """A running server, and the Python for its clients."""

    side: str
    port: int
    process: psutil.Popen
    python: Path

    @property
    def hostname(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.port}"


def run(
    *command: str | Path,
    given: bytes = b"",
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> str:
    """Run a command until it exits, with `given` as its stdin.

    Returns:
        The command's output.

    Raises:
        Unavailable: the command is missing, failed, or took too long.
    """
    options: dict[str, Any] = {"capture_output": True, "env": env}
    try:
        done = subprocess.run(command, check=False, input=given, timeout=timeout, **options)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-1000:]
        raise Unavailable(f"{' '.join(map(str, command))[:200]} failed: {said}")
    return str(done.stdout.decode())


def python_with(name: str, *requirements: str) -> Path:
    """Return the Python of a virtual environment; recreate it when its requirements change."""
    directory = CACHE / name
    stamp = directory / "requirements"
    wanted = " ".join([*requirements, sys.version])
    python = directory / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {name} ...", file=sys.stderr, flush=True)
        venv.create(directory, with_pip=True, clear=True)
        run(python, "-m", "pip", "install", "--quiet", *requirements)
        stamp.write_text(wanted)
    return python


def peer_python() -> Path:
    """Return the Python of the environment that has the predecessor installed."""
    return python_with("peer", PEER_REQUIREMENT, PYPERF)


def compiled(source: Path, target: Path, *options: str) -> Path:
    """Build a C++ file unless the target is newer."""
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.parent.mkdir(parents=True, exist_ok=True)
        run("c++", "-std=c++20", "-O2", *options, source, "-o", target)
    return target


def static_reply() -> Path:
    """Return the compiled server of the floor."""
    return compiled(HERE / "floor" / "static_reply.cpp", CACHE / "static_reply", "-pthread")


def extension_directory() -> Path:
    """Build the C++ module that both registries import, and return its directory."""
    import pybind11  # noqa: PLC0415  (the environments of other tools lack it)

    includes = [f"-I{path}" for path in (pybind11.get_include(), sysconfig.get_path("include"))]
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    options = ["-shared", "-fPIC", "-fvisibility=hidden", *includes]
    source = HERE / "instrument" / "adder.cpp"
    return compiled(source, CACHE / "modules" / f"adder{suffix}", *options).parent


class Cores(Enum):
    """The cores that server and client run on.

    Without it, the scheduler runs both on one core or on two, and keeps its choice for seconds. On
    two cores, every message wakes the other core, which costs more than the work in a virtual
    machine.
    """

    ONE = "one core for both"
    EACH = "a core each"
    ALL = "all cores for both"

    def of(self, end: str) -> Set[int]:
        """Return the cores of the `server` or the `client`."""
        if self is Cores.ALL:
            return ALL_CORES
        return {min(ALL_CORES) if self is Cores.EACH and end == "client" else max(ALL_CORES)}


@contextlib.contextmanager
def running_on(cores: Set[int]) -> Iterator[None]:
    """Run this process and its children on these cores while the block runs."""
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, ALL_CORES)


@contextlib.contextmanager
def awake_cores() -> Iterator[None]:
    """Keep all cores awake for up to ten minutes, because waking a core takes longer than a call.

    An endless loop runs on each core under SCHED_IDLE, so all other work gets the core at once.
    """
    loop = ("chrt", "--idle", "0", "sh", "-c", "while :; do :; done")
    command = ("timeout", "600", "taskset", "--cpu-list")
    loops = [subprocess.Popen([*command, str(core), *loop]) for core in ALL_CORES]
    try:
        yield
    finally:
        for each in loops:
            each.terminate()
            each.wait()


def free_port() -> int:
    """Return a port that is free now. The predecessor cannot report a port that it chose itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(
    side: str, *, reply_bytes: int = 0, cores: Cores = Cores.ALL, **variables: str
) -> Iterator[Server]:
    """Run a side's server with extra environment variables while the block runs.

    `reply_bytes` is the size of the floor's complete reply.
    """
    port = free_port()
    python = peer_python() if side == PEER else Path(sys.executable)
    command = [python, "-m", "tuberd", "--bind", "127.0.0.1", "--max-body", "128M"]
    if side == PEER:
        command = [python.with_name("tuberd")]
    command += ["-r", REGISTRY, "-p", str(port), "-j", "orjson"]
    if side == FLOOR:
        command = [static_reply(), str(port), str(reply_bytes)]
    path = python_path(side, ROOT, extension_directory())
    with started(command, port, cores, {"PYTHONPATH": path, **variables}) as process:
        yield Server(side, port, process, python)


def python_path(side: str, *directories: Path) -> str:
    """Return the PYTHONPATH of a side. Only tuber inherits the one of this process."""
    inherited = [os.environ.get("PYTHONPATH", "")] if side == OURS else []
    return os.pathsep.join([*map(str, directories), *filter(None, inherited)])


@contextlib.contextmanager
def started(
    command: Sequence[str | Path], port: int, cores: Cores, variables: Mapping[str, str]
) -> Iterator[psutil.Popen]:
    """Run a command while the block runs. Wait until it listens on a loopback port."""
    with running_on(cores.of("server")):
        process = psutil.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, env={**os.environ, **variables}
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"{process.args} does not listen")
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def allow_descriptors(count: int) -> None:
    """Allow this process and its children to open that many connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 100, most), most))


def circumstances() -> str:
    """Return the date, machine and versions of a run."""
    model = platform.machine()
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    with contextlib.suppress(Unavailable):
        model += f", commit {run('git', '-C', ROOT, 'rev-parse', '--short', 'HEAD').strip()}"
    version = (ROOT / "VERSION").read_text().strip()
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {os.cpu_count()} x {model}, {platform.platform()},"
        f" Python {platform.python_version()}, tuber {version}, peer {PEER_VERSION}"
    )
