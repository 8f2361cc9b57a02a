"""What the benchmarks need on disk: two virtual environments and some small C++ programs.

All of it lives in `benchmarks/.venvs/`, is made when missing and made again when its sources
changed. Nothing is installed anywhere else.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
CACHE = HERE / ".venvs"
PEER_VERSION = "0.18.7"
PEER_REQUIREMENT = f"tuberd[async,cbor,numpy,orjson,client]=={PEER_VERSION}"


class EnvironmentUnavailable(Exception):
    """Something that the benchmarks need can't be had here; the text says what to do."""


@dataclass(frozen=True)
class Environment:
    """Where everything is."""

    ours: Path  # the Python with tuberd and tuber of this tree
    peer: Path  # the Python with the predecessor
    static_reply: Path  # the floor's server
    closed_loop: Path  # the load client
    modules: Path  # the directory of the bound C++ module of both registries
    registry: Path


def prepare() -> Environment:
    """Makes what is missing or out of date; takes minutes the first time, nothing later.

    Raises:
        EnvironmentUnavailable: a compiler, `ab` or a package is missing.
    """
    if shutil.which("ab") is None:
        raise EnvironmentUnavailable("ab is missing; it is in the Debian package apache2-utils")
    ours, peer = our_python(), peer_python()
    static_reply = CACHE / "static_reply"
    _compile(HERE / "floor" / "static_reply.cpp", static_reply, ["-pthread"])
    closed_loop = CACHE / "closed_loop"
    _compile(HERE / "clients" / "closed_loop.cpp", closed_loop, ["-pthread"])
    modules = CACHE / "modules"
    modules.mkdir(exist_ok=True)
    _compile(
        HERE / "instrument" / "adder.cpp",
        modules / f"adder{sysconfig.get_config_var('EXT_SUFFIX')}",
        ["-shared", "-fPIC", "-fvisibility=hidden", *_pybind11_includes(ours)],
    )
    return Environment(
        ours=ours,
        peer=peer,
        static_reply=static_reply,
        closed_loop=closed_loop,
        modules=modules,
        registry=HERE / "instrument" / "registry.py",
    )


def our_python() -> Path:
    """The Python with the client and the server of this tree."""
    return python_with(
        "ours",
        [str(ROOT / "client"), f"{ROOT / 'server'}[orjson]", "numpy", "pybind11>=3"],
        _digest([ROOT / "client", ROOT / "server", ROOT / "VERSION"]),
    )


def peer_python() -> Path:
    """The Python with the predecessor."""
    return python_with("peer", [PEER_REQUIREMENT], PEER_REQUIREMENT)


def python_with(name: str, requirements: list[str], state: str) -> Path:
    """The Python of a virtual environment, installed anew when `state` is not what it was."""
    directory = CACHE / name
    python = directory / "bin" / "python"
    stamp = directory / "state"
    state = f"{state} {sys.version}"
    if stamp.exists() and stamp.read_text() == state:
        return python
    print(f"making the environment {directory.name} ...", file=sys.stderr, flush=True)
    venv.create(directory, with_pip=True, clear=True)
    _run([python, "-m", "pip", "install", "--quiet", *requirements])
    stamp.write_text(state)
    return python


def _compile(source: Path, target: Path, options: list[str]) -> None:
    """Builds one C++ file, unless the target is newer."""
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return
    _run(["g++", "-std=c++20", "-O2", *options, source, "-o", target])


def _pybind11_includes(python: Path) -> list[str]:
    return _run([python, "-m", "pybind11", "--includes"]).split()


def _run(command: list[str | Path]) -> str:
    """Runs a command to its end; what it printed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise EnvironmentUnavailable(f"{command[0]} is missing") from error
    if done.returncode != 0:
        text = " ".join(map(str, command))
        raise EnvironmentUnavailable(f"`{text}` failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout


def _digest(trees: Iterable[Path]) -> str:
    """A text that changes when any source file below the trees does."""
    digest = hashlib.sha256()
    for tree in trees:
        for path in sorted(tree.rglob("*")) if tree.is_dir() else [tree]:
            built = {"build", "__pycache__"} & set(path.parts) or path.suffix == ".so"
            if path.is_file() and not built:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
