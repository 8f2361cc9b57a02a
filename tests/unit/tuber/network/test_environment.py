"""Proxies of the environment: ignored, unless they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.certificates import client_context, server_context
from tests.support.http_proxy import http_proxy
from tests.support.scripted_board import serve
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell
from tuber import TuberConnectionRefused, TuberNetworkError
from tuber.network.address import Address, parse_address
from tuber.network.environment import proxy_from_environment

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


PROXY = Address("proxy", 3128, path="")


@pytest.mark.parametrize(
    ("environment", "hostname", "proxy"),
    [
        ({}, "board", None),
        ({"http_proxy": "http://proxy:3128"}, "board", PROXY),
        ({"HTTP_PROXY": "proxy:3128"}, "board", PROXY),
        ({"HTTP_PROXY": "proxy:3128", "REQUEST_METHOD": "GET"}, "board", None),
        ({"HTTPS_PROXY": "http://proxy:3128/"}, "board", None),
        ({"HTTPS_PROXY": "http://proxy:3128/"}, "https://board", PROXY),
        ({"ALL_PROXY": "http://proxy:3128"}, "https://board", PROXY),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "board"}, "board", None),
        ({"ALL_PROXY": "http://proxy:3128", "no_proxy": ".lab,x"}, "board.lab:81", None),
        ({"ALL_PROXY": "http://proxy:3128", "no_proxy": "board:80"}, "board:81", PROXY),
        ({"ALL_PROXY": "http://proxy:3128", "no_proxy": "*"}, "board", None),
        ({"ALL_PROXY": "http://proxy:3128"}, "unix:/run/tuber.sock", None),
    ],
)
def test_the_variables_mean_what_they_mean_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    hostname: str,
    proxy: Address | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_from_environment(parse_address(hostname)) == proxy


@pytest.mark.parametrize("proxy", ["https://proxy", "socks5://proxy:1080", "http://a:b@proxy:1"])
def test_a_proxy_that_can_not_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ValueError, match="the proxy for http://board/tuber in the environment"):
        proxy_from_environment(parse_address("board"))


def test_the_environment_is_ignored_unless_it_is_trusted(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(serve) as server, http_proxy(server.port) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with shell.resolved(server.hostname) as board:
            assert shell.finish(board.read(1)) == [1]
        assert proxy.asked == []


def test_a_plain_request_names_the_whole_url_to_the_proxy(
    every_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(serve) as server, http_proxy(server.port) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        where = "http://board.nowhere:8080/crate/tuber"
        with every_shell.resolved(where, trust_env=True) as board:
            assert every_shell.finish(board.read(1)) == [1]
        assert proxy.asked == [b"POST http://board.nowhere:8080/crate/tuber HTTP/1.1"]
        assert server.connections == 1


def test_an_encrypted_connection_goes_through_a_tunnel(
    every_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        ScriptedServer(serve, ssl_context=server_context("board.nowhere")) as server,
        http_proxy(server.port) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        options = {"trust_env": True, "ssl_context": client_context()}
        with every_shell.resolved("https://board.nowhere", **options) as board:
            assert [every_shell.finish(board.read(n)) for n in range(3)] == [[0], [1], [2]]
        assert proxy.asked == [b"CONNECT board.nowhere:443 HTTP/1.1"]


def test_a_proxy_that_refuses_is_named_and_nothing_was_run(
    every_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(serve) as server, http_proxy(server.port) as proxy:
        proxy.refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        with pytest.raises(
            TuberNetworkError, match=f"the proxy {proxy.url} refused .*403 .*was not run"
        ) as caught:
            every_shell.resolve("https://board.nowhere", trust_env=True)
        assert not caught.value.may_have_run


def test_a_proxy_that_is_not_there_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(serve) as server:
        gone = f"http://127.0.0.1:{server.port}"
    monkeypatch.setenv("HTTP_PROXY", gone)
    with pytest.raises(TuberConnectionRefused, match=f"connection refused by {gone};"):
        shell.resolve("board.nowhere", trust_env=True)


def test_the_environment_is_read_in_one_place() -> None:
    sources = Path(__file__).parents[3] / "client" / "src" / "tuber"
    reading = [
        path.name
        for path in sources.glob("*.py")
        if any(word in path.read_text() for word in ("os.environ", "getenv", "getproxies"))
        and path.name != "_environment.py"
    ]
    assert reading == []
