"""A virtual environment for each tool, beside those of the other benchmarks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..environment import (
    CACHE,
    ROOT,
    EnvironmentUnavailable,
    our_python,
    peer_python,
    python_with,
)
from .catalogue import TUBER, Tool

TOOLS_DIRECTORY = Path(__file__).parent / "tools"
AT_ONCE = 2  # as one downloads another unpacks
PROTOCOL_COMPILER = "grpcio-tools"


@dataclass(frozen=True)
class ToolEnvironment:
    """Where a tool is installed."""

    python: Path
    module_path: str  # a PYTHONPATH: this tree, for `benchmarks.peers`, and what was generated


def prepare(tools: Sequence[Tool]) -> dict[Tool, ToolEnvironment | str]:
    """Makes what is missing; takes minutes the first time, nothing later.

    Returns:
        For each tool its environment, or the reason why it can't be had here.
    """
    with ThreadPoolExecutor(AT_ONCE) as executor:
        return dict(zip(tools, executor.map(_prepare_tool, tools), strict=True))


def _prepare_tool(tool: Tool) -> ToolEnvironment | str:
    try:
        if tool is TUBER:
            return ToolEnvironment(our_python(), str(ROOT))
        if not tool.own_environment:
            return ToolEnvironment(peer_python(), str(ROOT))
        python = python_with(
            f"peers_{tool.module}", list(tool.requirements), " ".join(tool.requirements)
        )
        if not any(each.startswith(PROTOCOL_COMPILER) for each in tool.requirements):
            return ToolEnvironment(python, str(ROOT))
        return ToolEnvironment(python, f"{ROOT}:{_generated(python)}")
    except (EnvironmentUnavailable, OSError) as error:
        print(f"{tool.name}: {error}", file=sys.stderr, flush=True)
        return f"can't be installed: {reason(str(error))}"


def reason(text: str) -> str:
    """The line of a long message that says most: pip's last error, or else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return [*lines, *errors][-1] if lines else "no word"


def _generated(python: Path) -> Path:
    """The directory of the stubs of gRPC; made anew each time, which is quick."""
    directory = CACHE / "peers_generated"
    directory.mkdir(exist_ok=True)
    options = ("-I", TOOLS_DIRECTORY, f"--python_out={directory}", f"--grpc_python_out={directory}")
    done = subprocess.run(
        [python, "-m", "grpc_tools.protoc", *options, "instrument.proto"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise EnvironmentUnavailable(f"the stubs of gRPC: {done.stderr.strip()}")
    return directory
