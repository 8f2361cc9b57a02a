"""What a server writes on stderr when it starts, and for calls that fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.live_server import live_server, running

REGISTRY = """
class Board:
    def fail(self):
        return self.inner()

    def inner(self):
        raise ValueError("no\\nway \\u00e4")

registry = {"board": Board(), "other": Board()}
"""


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    path = tmp_path / "lab.py"
    path.write_text(REGISTRY, encoding="utf-8")
    return path


def logged(registry: Path, *options: str) -> str:
    """The stderr of a server of which a call has failed."""
    with live_server(registry, *options, stderr=subprocess.PIPE) as server:
        board: Any = tuber.resolve_simple(server.hostname, "board")
        with pytest.raises(ValueError, match="no"):
            board.fail()
        server.process.terminate()
        assert server.process.stderr is not None
        return server.process.stderr.read()


def test_the_start_shows_addresses_objects_and_whether_a_token_is_required(registry: Path) -> None:
    (line,) = logged(registry).splitlines()
    assert line.startswith("tuberd: Serving 2 objects at http://127.0.0.1:")
    assert line.endswith(
        "no token is required: every client that can connect can call every method"
    )


def test_a_log_in_json_stays_json(registry: Path) -> None:
    lines = logged(registry, "--log-format", "json", "--log-level", "info").splitlines()
    started, failed = map(json.loads, lines)
    assert started["event"] == "serving"
    assert "Serving 2 objects" in started["message"]
    assert failed["event"] == "failed"
    assert failed["traceback"].startswith("Traceback (most recent call last):")
    assert "in inner" in failed["traceback"]


def test_the_log_has_the_traceback_of_a_failed_call(registry: Path) -> None:
    lines = logged(registry, "--log-level", "info").splitlines()[1:]
    assert 'call="board.fail()"' in lines[0]
    assert lines[1] == "    Traceback (most recent call last):"
    assert any(line.endswith("in inner") for line in lines)
    assert all(line.startswith("    ") and line.isascii() for line in lines[1:])
    assert lines[-1].startswith("    way ")


def test_the_registry_file_needs_no_option(registry: Path) -> None:
    command = [sys.executable, "-m", "tuberd", str(registry), "-p", "0", "--bind", "[::1]"]
    with running(command, stderr=subprocess.PIPE) as server:
        assert tuber.resolve_simple(f"[::1]:{server.port}", "other") is not None
        server.process.terminate()
        assert server.process.stderr is not None
        assert f"at http://[::1]:{server.port};" in server.process.stderr.read()
