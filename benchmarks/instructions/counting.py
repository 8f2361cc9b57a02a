"""Counts all paths: those through the server in one process under callgrind, the client's in two.

The other end of each runs as it is, so that it is always the faster one, and is not counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pybind11

from benchmarks.environment import ROOT
from tests.support.cpp_extension import build_extension
from tests.support.live_server import running

from .server_paths import drive, server_paths, write_page
from .stretches import Count, CountError, counts, stretch_files, under_callgrind

HERE = Path(__file__).parent
REGISTRY = HERE / "registry.py"
SOURCES = {
    "adder": HERE.parent / "instrument" / "adder.cpp",
    "counter": HERE / "counter.cpp",
}
LIMIT_SECONDS = 300.0

SERVER = "server"
CLIENTS: Mapping[str, Sequence[str]] = {
    "client": (),
    "client without tuberd": ("--without-tuberd",),
}


def count_all(directory: Path) -> dict[str, Count]:
    """The counts of all paths, by names such as 'server: nothing'.

    Args:
        directory: for what callgrind writes.

    Raises:
        CountError: a path could not be counted.
        OSError: valgrind is missing.
    """
    with tempfile.TemporaryDirectory() as scratch:
        environment = _environment(Path(scratch))
        write_page(Path(scratch))
        command = [
            *(sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "-p", "0"),
            *("--bind", "127.0.0.1", "--json", "orjson", "--webroot", scratch),
        ]
        counted = {SERVER: _count_server(command, _new(directory / SERVER), environment)}
        with running(command, environment) as server:
            for name, options in CLIENTS.items():
                there = _new(directory / name.replace(" ", "-"))
                counted[name] = _count_client(server.hostname, options, there, environment)
    return {
        f"{end}: {path}": count for end, paths in counted.items() for path, count in paths.items()
    }


def _environment(scratch: Path) -> dict[str, str]:
    """What the programs need: the modules that the registry imports, built there."""
    places = [
        build_extension(
            scratch,
            name,
            [source],
            system_includes=[Path(pybind11.get_include())],
            options=["-std=c++20", "-O2"],
        )
        for name, source in SOURCES.items()
    ]
    # The hash seed decides which keys of a map collide.
    return {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *places])),
    }


def _new(directory: Path) -> Path:
    """The directory, without what a former run left there."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in stretch_files(directory):
        file.unlink()
    return directory


def _count_server(
    command: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> dict[str, Count]:
    with running([*under_callgrind(directory), *command], environment) as server:
        for path in server_paths():
            drive(server.port, path)
    return counts(directory)


def _count_client(
    hostname: str, options: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> dict[str, Count]:
    command = [sys.executable, "-m", "benchmarks.instructions.client_paths", hostname, *options]
    done = subprocess.run(
        [*under_callgrind(directory), *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_SECONDS,
    )
    if done.returncode != 0:
        raise CountError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return counts(directory)
