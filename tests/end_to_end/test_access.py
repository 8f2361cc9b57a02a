"""Tokens and `--read-only`, with both shells and on the wire."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.live_server import LiveServer, live_server
from tests.support.shells import Shell

READ, CONTROL = "reads-and-nothing-more", "controls-the-whole-lab"
REGISTRY = """
import tuberd

class Board:
    __tuber_dynamic__ = ("gain",)
    serial = "B-1"
    def __init__(self):
        self.gain = 1.0
        self.runs = 0
    def run(self):
        self.runs += 1
        return self.runs
    @tuberd.readonly
    def read(self, n=1):
        return [self.gain] * n

registry = {"Board": Board(), "boards": tuberd.TuberArray([Board(), Board()])}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("access")
    (directory / "registry.py").write_text(REGISTRY)
    tokens = directory / "tokens"
    tokens.touch(mode=0o600)
    tokens.write_text(f"# of the lab\nread {READ}\ncontrol {CONTROL}\n")
    return directory


@pytest.fixture
def server(files: Path) -> Iterator[LiveServer]:
    with live_server(files / "registry.py", "--token-file", str(files / "tokens")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_token_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUBER_TOKEN", raising=False)


def test_a_control_token_allows_calls_and_writes(
    server: LiveServer, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = f"http://{CONTROL}@{server.hostname}"
    for hostname, options in ((named, {}), (server.hostname, {"token": CONTROL})):
        with shell.resolved(hostname, "Board", **options) as board:
            assert shell.finish(board.run()) > 0
            with shell.within(board.tuber_context()) as context:
                future = context.run()
                assert shell.result(future) > 1
    monkeypatch.setenv("TUBER_TOKEN", CONTROL)
    with shell.resolved(server.hostname, "Board") as board:
        assert shell.finish(board.tuber_set("gain", 2.0)) == 2.0


@pytest.mark.parametrize("token", [None, "no-token-of-this-server"])
def test_resolving_requires_a_valid_token(
    server: LiveServer, shell: Shell, token: str | None
) -> None:
    with pytest.raises(tuber.TuberProtocolError, match=r"was not run\. Give a token") as caught:
        shell.resolve(server.hostname, "Board", token=token)
    assert (caught.value.status, caught.value.may_have_run) == (401, False)
    assert "no-token-of" not in "".join(traceback.format_exception(caught.value))


def assert_reads_only(shell: Shell, hostname: str) -> None:
    with shell.resolved(hostname, "Board") as board, shell.resolved(hostname, "boards") as boards:
        assert shell.finish(board.read(2)) == [1.0, 1.0]
        assert board.serial == "B-1"
        assert shell.finish(boards.tuber_call("read")) == [[1.0], [1.0]]
        for refused in (
            board.run,
            lambda: board.tuber_set("gain", 3.0),
            lambda: boards.tuber_call("run"),
            lambda: boards.tuber_set("gain", 3.0),
        ):
            with pytest.raises(tuber.TuberRemoteError, match="read-only access") as caught:
                shell.finish(refused())
            assert isinstance(caught.value, PermissionError)
        with shell.within(board.tuber_context(return_exceptions=True)) as context:
            context.read()
            context.run()
            context.read()
            first, second, third = shell.finish(context())
        assert first == [1.0]
        assert isinstance(second, PermissionError)
        assert third == [1.0]
        shell.finish(board.tuber_resolve(force=True))
        assert board.runs == 0


def test_a_read_token_allows_readonly_methods_only(server: LiveServer, shell: Shell) -> None:
    assert_reads_only(shell, f"http://{READ}@{server.hostname}")


def test_read_only_server_refuses_changes_from_every_client(files: Path, shell: Shell) -> None:
    with live_server(files / "registry.py", "--read-only") as server:
        assert_reads_only(shell, server.hostname)
    tokens = ("--token-file", str(files / "tokens"))
    with live_server(files / "registry.py", "--read-only", *tokens) as server:
        assert_reads_only(shell, f"http://{CONTROL}@{server.hostname}")


def get(server: LiveServer, path: str, token: str | None) -> tuple[int, str | None, Any]:
    fields = {} if token is None else {"Authorization": f"Bearer {token}"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        connection.request("GET", path, headers=fields)
        reply = connection.getresponse()
        return reply.status, reply.getheader("WWW-Authenticate"), reply.read()


@pytest.mark.parametrize("path", ["/tuber/health", "/tuber/calls"])
def test_health_and_call_record_need_a_token(server: LiveServer, path: str) -> None:
    assert get(server, path, None)[:2] == (401, 'Bearer realm="tuber"')
    refused = get(server, path, "something else")
    assert refused[:2] == (401, 'Bearer realm="tuber", error="invalid_token"')
    for token in (READ, CONTROL):
        status, _, body = get(server, path, token)
        assert status == 200
        assert json.loads(body) is not None


def test_the_log_has_no_token(files: Path) -> None:
    options = ("--token-file", str(files / "tokens"), "--access-log", "--log-level", "info")
    with live_server(files / "registry.py", *options, stderr=subprocess.PIPE) as server:
        for token in (READ, CONTROL, "wrong-" + READ):
            get(server, "/tuber/health", token)
        with (
            tuber.resolve_simple(server.hostname, "Board", token=READ) as board,
            pytest.raises(PermissionError),
        ):
            board.run()
        server.process.terminate()
        _, log = server.process.communicate(timeout=20)
    assert "status=401" in log
    assert "Board.run()" in log
    assert READ not in log
    assert CONTROL not in log


def test_an_invalid_token_file_is_reported_in_one_line(files: Path, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.touch(mode=0o600)
    tokens.write_text(f"write {CONTROL}\n")
    options = ["-r", str(files / "registry.py"), "-p", "0", "--token-file", str(tokens)]
    command = [sys.executable, "-m", "tuberd", *options]
    for said in (f"{tokens}:1: expected 'read TOKEN'", "No such file"):
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert said in done.stderr
        assert CONTROL not in done.stderr
        assert done.stderr.count("\n") == 1
        tokens.unlink(missing_ok=True)
