"""docs/how-to/access.md as it stands: nginx with TLS in front, ssh to a socket, marked methods."""

from __future__ import annotations

import getpass
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tuber
from tests.support.certificates import authority, client_context
from tests.support.live_server import LiveServer, live_server

from .conftest import REGISTRY
from .test_docs import ROOT, snippets

DOCS = ROOT / "docs"
MARK = "@tuberd.readonly\n"
TOKEN = "controls-the-whole-lab"
PATIENCE = 30.0  # seconds; only a broken server takes longer


@contextmanager
def process(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, **options) as running:
        try:
            yield running
        finally:
            running.terminate()
            running.wait(PATIENCE)


def inheriting(listener: socket.socket) -> dict[str, Any]:
    """Return options of Popen that make nginx use a socket that already listens (NGINX)."""
    descriptor = listener.fileno()
    return {"pass_fds": [descriptor], "env": {**os.environ, "NGINX": f"{descriptor};"}}


@contextmanager
def nginx(directory: Path, backend: int) -> Iterator[str]:
    """Run nginx with the documented configuration; yield its address."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "nginx is not installed (on Debian: apt-get install nginx-light)"
    certificate = authority().issue_cert("127.0.0.1", "localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(directory / "gateway.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    place = f"127.0.0.1:{listener.getsockname()[1]}"
    given = {
        "127.0.0.1:8080": f"127.0.0.1:{backend}",
        "listen 443 ssl": f"listen {place} ssl",
        "/etc/ssl/lab/gateway.pem": str(directory / "gateway.pem"),
        "/etc/ssl/lab/gateway.key": str(directory / "gateway.pem"),
    }
    text = (DOCS / "examples" / "nginx.conf").read_text()
    for shown, meant in given.items():
        assert text.count(shown) == 1
        text = text.replace(shown, meant)
    places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    around = [f"{each}_temp_path {directory}/{each};" for each in places]
    configuration = directory / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {directory}/pid; error_log {directory}/errors; worker_processes 1;"
        f"events {{ }} http {{ access_log off; {' '.join(around)}\n{text}\n}}"
    )
    command = [program, "-p", str(directory), "-c", str(configuration), "-e", f"{directory}/errors"]
    with listener, process(command, **inheriting(listener)):
        yield place


@pytest.fixture
def tokens(tmp_path: Path) -> list[str]:
    file = tmp_path / "tokens"
    file.touch(mode=0o600)
    file.write_text(f"control {TOKEN}\n")
    return ["--token-file", str(file)]


def connections(server: LiveServer) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port)) as connection:
        connection.request("GET", "/tuber/health", headers={"Authorization": f"Bearer {TOKEN}"})
        return int(json.loads(connection.getresponse().read())["connections"]) - 1


def test_clients_reach_the_server_through_nginx(tmp_path: Path, tokens: list[str]) -> None:
    trusting: dict[str, Any] = {"ssl_context": client_context()}
    with live_server(REGISTRY, *tokens) as server, nginx(tmp_path, server.port) as place:
        url = f"https://{TOKEN}@{place}/crate3/tuber"
        with tuber.resolve_simple(url, "instrument", **trusting) as remote:
            instrument: Any = remote
            for _ in range(50):
                assert instrument.increment([1, 2]) == [2, 3]
            assert connections(server) <= 2, "connections to the server are not kept"
            large = np.arange(7_000_000.0)  # 56 MB of the 64 MiB that a body may have
            assert np.array_equal(instrument.echo(large)[0][0], large)
            with pytest.raises(KeyError):
                instrument.raise_it("KeyError", "gain")
            with pytest.raises(tuber.TuberProtocolError, match="send them in several calls"):
                instrument.echo(np.zeros(9_000_000))
            assert instrument.increment([1]) == [2]
        with pytest.raises(tuber.TuberProtocolError, match="Give a token"):
            tuber.resolve_simple(f"https://{place}/crate3/tuber", "instrument", **trusting)
        with pytest.raises(tuber.TuberProtocolError) as caught:
            tuber.resolve_simple(f"https://{TOKEN}@{place}/crate4/tuber", **trusting)
        assert caught.value.status in (403, 404, 405)  # nginx's own status for an unknown path


def test_nginx_reports_that_the_server_is_gone(tmp_path: Path, tokens: list[str]) -> None:
    trusting: dict[str, Any] = {"ssl_context": client_context()}
    with live_server(REGISTRY, *tokens) as server, nginx(tmp_path, server.port) as place:
        url = f"https://{TOKEN}@{place}/crate3/tuber"
        with tuber.resolve_simple(url, "instrument", **trusting) as remote:
            instrument: Any = remote
            assert instrument.increment([1]) == [2]
            server.process.terminate()
            assert server.process.wait(PATIENCE) == 0
            with pytest.raises(tuber.TuberProtocolError, match="is the server running") as caught:
                instrument.increment([1])
            assert caught.value.status == 502


def ssh_options(directory: Path) -> list[str]:
    """Return options that make ssh start an sshd for the current user and use it over a pipe."""
    program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "sshd is not installed (on Debian: apt-get install openssh-server)"
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # as root, sshd requires this directory
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(command, check=True)
    (directory / "trusted").write_text(f"127.0.0.1 {(directory / 'host.pub').read_text()}")
    settings = [f"HostKey={directory}/host", f"AuthorizedKeysFile={directory}/user.pub"]
    settings += ["StrictModes=no", "UsePAM=no"]
    server = [program, "-i", "-q", "-f", "/dev/null", *option_words(settings)]
    client = [f"UserKnownHostsFile={directory}/trusted", "IdentitiesOnly=yes", "BatchMode=yes"]
    client += [f"ProxyCommand={shlex.join(server)}"]
    client += ["PermitLocalCommand=yes", "LocalCommand=echo ready"]  # after it listens
    return ["-F", "/dev/null", "-i", str(directory / "user"), *option_words(client)]


def option_words(settings: list[str]) -> list[str]:
    return [word for each in settings for word in ("-o", each)]


def test_ssh_forwards_to_a_unix_socket(tmp_path: Path) -> None:
    there, here = tmp_path / "board.sock", tmp_path / "here.sock"
    [line] = re.findall(r"^ssh -N .*$", (DOCS / "how-to" / "access.md").read_text(), re.MULTILINE)
    words = line.split()
    given = {
        "/tmp/board.sock:/run/tuberd/board.sock": f"{here}:{there}",
        "observer@telescope": f"{getpass.getuser()}@127.0.0.1",
    }
    assert set(given) < set(words)
    command = [given.get(word, word) for word in words]
    served = [sys.executable, "-m", "tuberd", "-r", str(REGISTRY), "--uds", str(there)]
    tunnel = [command[0], *ssh_options(tmp_path), *command[1:]]
    with process(served, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(b"Serving on unix:")
        with process(tunnel, stdout=subprocess.PIPE) as ssh:
            assert ssh.stdout is not None
            assert ssh.stdout.readline() == b"ready\n"
            with tuber.resolve_simple(f"unix:{here}", "instrument") as remote:
                instrument: Any = remote
                assert instrument.increment([1, 2]) == [2, 3]
                large = np.arange(1_000_000.0)
                assert np.array_equal(instrument.echo(large)[0][0], large)


def test_readers_can_call_marked_methods(tmp_path: Path) -> None:
    (block,) = (each.text for each in snippets(DOCS / "how-to/access.md", "") if MARK in each.text)
    registry = tmp_path / "registry.py"
    registry.write_text(block)
    with (
        live_server(registry, "--read-only") as server,
        tuber.resolve_simple(server.hostname, "Receiver") as remote,
    ):
        receiver: Any = remote
        assert receiver.spectrum(2) == [0.0, 1.0]
        assert receiver.temperature() == 15.0
        for refused in (lambda: receiver.set_attenuation(6), lambda: setattr(receiver, "gain", 2)):
            with pytest.raises(PermissionError, match="read-only access"):
                refused()
