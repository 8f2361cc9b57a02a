"""Servers of this package's registries, ours and the predecessor's, and the floor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..environment import Environment
from ..sides import RunningServer, Side, free_port, running

HERE = Path(__file__).parent
HOT = HERE / "registry.py"
DEEP = HERE / "deep_registry.py"
LARGE = HERE / "large_registry.py"


@contextlib.contextmanager
def tuber_server(
    side: Side, environment: Environment, registry: Path, variables: Mapping[str, str] | None = None
) -> Iterator[RunningServer]:
    """Ours or the predecessor's, on a free port, until the block is left."""
    python = environment.ours if side is Side.OURS else environment.peer
    port = free_port()
    command: list[str | Path] = [
        python.with_name("tuberd"), "-r", registry, "-p", str(port), "-j", "orjson",
    ]  # fmt: skip
    if side is Side.OURS:
        command += ["--bind", "127.0.0.1"]
    with running(side, command, port, python, environment.modules, variables) as server:
        yield server


@contextlib.contextmanager
def floor_server(environment: Environment, reply_bytes: int) -> Iterator[RunningServer]:
    """A static reply of that many bytes, until the block is left."""
    port = free_port()
    command: list[str | Path] = [environment.static_reply, str(port), str(reply_bytes)]
    with running(Side.FLOOR, command, port, environment.ours, environment.modules) as server:
        yield server
