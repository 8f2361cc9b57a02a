"""Connecting, in both shells: Unix sockets, several addresses, names."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import tuber
from tests.support.blackhole import blackhole
from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection
from tests.support.shells import Shell
from tuber import TuberConnectionRefused, TuberNetworkError, TuberTimeout
from tuber.aio.connecting import AsyncioDialler
from tuber.network import connecting
from tuber.network.address import Address
from tuber.network.connecting import Place, race
from tuber.network.route import Route

Places = Callable[..., None]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Places:
    """Make every host name resolve to the given addresses."""

    def to(*places: tuple[str, int]) -> None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *name, **kind: found)

    return to


def test_a_dead_address_does_not_cost_the_timeout(shell: Shell, resolves: Places) -> None:
    with blackhole() as dead, ScriptedServer(serve) as server:
        resolves(dead, ("127.0.0.1", server.port))
        began = monotonic()
        with shell.resolved("board", timeout=(30, 60)) as board:
            assert shell.finish(board.read(1)) == [1]
        assert monotonic() - began < 10
        assert server.connections == 1


def test_after_a_refusal_the_next_address_is_tried(shell: Shell, resolves: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = listener.getsockname()
    with ScriptedServer(serve) as server:
        resolves(refusing, refusing, ("127.0.0.1", server.port))
        with shell.resolved("board") as board:
            assert shell.finish(board.read(1)) == [1]


def test_the_connect_timeout_applies_to_all_addresses_together(
    shell: Shell, resolves: Places
) -> None:
    with blackhole() as dead:
        resolves(dead, dead)
        began = monotonic()
        with pytest.raises(TuberTimeout, match="was not run"):
            shell.resolve("board", timeout=(0.4, None))
        with pytest.raises(TuberTimeout, match="was not run"):
            shell.resolve("board", timeout=0.4)
        assert 0.8 <= monotonic() - began < 10


def test_refusals_by_all_addresses_are_a_refusal(shell: Shell, resolves: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = listener.getsockname()
    resolves(refusing, refusing)
    with pytest.raises(TuberConnectionRefused, match="was not run"):
        shell.resolve("board")


@pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
@pytest.mark.filterwarnings("error::ResourceWarning")
def test_on_each_loop_the_first_to_connect_wins_and_the_others_are_closed(kind: str) -> None:
    async def main(places: list[Place]) -> tuple[str, int]:
        with await race(places, AsyncioDialler(Route(Address("board")))) as sock:
            assert len(asyncio.all_tasks()) == 1
            winner: tuple[str, int] = sock.getpeername()
            return winner

    module = pytest.importorskip(kind)
    with blackhole() as dead, socket.create_server(("127.0.0.1", 0)) as listener:
        live = listener.getsockname()
        family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        loop = module.new_event_loop()
        try:
            assert loop.run_until_complete(main([(*family, dead), (*family, live)])) == live
        finally:
            loop.close()
        gc.collect()


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_cancelled_attempts_are_closed(resolves: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "ATTEMPT_DELAY_SECONDS", 0.0)

    async def both_attempts() -> None:
        while sum("reach" in repr(task) for task in asyncio.all_tasks()) < 2:
            await asyncio.sleep(0)

    async def main() -> None:
        task = asyncio.create_task(tuber.resolve("board"))
        await asyncio.wait_for(both_attempts(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    with blackhole() as dead:
        resolves(dead, dead)
        asyncio.run(main())
        gc.collect()


@pytest.mark.parametrize("name", ["board", "board.local"])
def test_names_are_looked_up_outside_the_thread_of_the_loop(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    asked: list[tuple[Any, bool]] = []

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append((host, threading.current_thread() is threading.main_thread()))
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(TuberNetworkError, match=f"Could not resolve the host name '{name}'"):
        asyncio.run(tuber.resolve(name))
    assert asked == [(name, False)]


def test_a_unix_socket_works_like_tcp(every_shell: Shell, tmp_path: Path) -> None:
    heads: list[bytes] = []

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            heads.append(connection.head)
            answer(connection, asked)

    path = tmp_path / "tuber.sock"
    with ScriptedServer(handler, unix_path=path) as server:
        with every_shell.resolved(f"unix:{path}") as board:
            text = "x" * 3_000_000
            assert every_shell.finish(board.read(text)) == [text]
            assert repr(board).endswith(f" at unix:{path}>")
        assert server.connections == 1
    assert heads[0].startswith(b"POST /tuber HTTP/1.1\r\nHost: localhost\r\n")


def test_a_stale_unix_connection_is_noticed(every_shell: Shell, tmp_path: Path) -> None:
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        if number == 1:
            connection.close()
            closed.set()
        else:
            serve(connection, number)

    path = tmp_path / "tuber.sock"
    with (
        ScriptedServer(handler, unix_path=path) as server,
        every_shell.resolved(f"unix:{path}") as board,
    ):
        assert closed.wait(10)
        assert every_shell.finish(board.read(1)) == [1]
        assert server.connections == 2


def test_a_missing_unix_socket_is_named_in_the_error(every_shell: Shell, tmp_path: Path) -> None:
    missing = tmp_path / "none.sock"
    with pytest.raises(TuberNetworkError, match=f"There is no socket at unix:{missing}; ") as no:
        every_shell.resolve(f"unix:{missing}")
    assert isinstance(no.value, TuberConnectionRefused)
    assert (no.value.errno, no.value.may_have_run) == (errno.ENOENT, False)
    assert f"tuberd --uds {missing}" in str(no.value)
    abandoned = tmp_path / "abandoned.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(abandoned))
    with pytest.raises(TuberConnectionRefused, match="Is the server running there\\?"):
        every_shell.resolve(f"unix:{abandoned}")


def test_the_path_of_a_reverse_proxy_is_used(shell: Shell) -> None:
    heads: list[bytes] = []

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        heads.append(connection.head)

    with ScriptedServer(handler) as server:
        shell.close(shell.resolve(f"http://{server.hostname}/crate/3/tuber", "Board"))
    assert heads[0].startswith(b"POST /crate/3/tuber HTTP/1.1\r\n")
