"""Our clients with the predecessor's servers, in cases that the matrix does not cover."""

from __future__ import annotations

import asyncio
import inspect
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tuber
from tests.interop.matrix import PEERS
from tests.support.peer import Peer
from tests.support.shells import Shell
from tuber.codec import EncodeError
from tuber.protocol import CBOR, JSON

NEWEST = PEERS[-1]
every_version = pytest.mark.parametrize("peer", PEERS, ids=str)
newest = pytest.mark.parametrize("peer", [NEWEST], ids=str)

# Each thread of the newest server serves one connection, even an idle one.
THREADS = 32
IDLE_SECONDS = 5


@every_version
def test_failures_of_an_old_server_have_the_right_class(old_server: str) -> None:
    with (
        tuber.resolve_simple(old_server, "Board") as board,
        pytest.raises(KeyError) as caught,
    ):
        board.fail()
    assert isinstance(caught.value, tuber.TuberRemoteError)


@every_version
def test_signatures_are_understood_or_shown_as_text(peer: Peer, old_server: str) -> None:
    with tuber.resolve_simple(old_server, "Board") as board:
        if peer.version in ("0.17", "0.18.7"):
            assert list(inspect.signature(board.increment).parameters) == ["numbers"]
        elif peer.version == "0.14":
            assert board.increment.__doc__ == "Adds one to each."
        else:
            assert board.increment.__doc__.startswith("increment(numbers")


@newest
def test_failures_in_a_batch_of_an_old_server(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server) as board:
        context = board.tuber_context()
        futures = [context.increment([1]), context.fail(), context.increment([2])]
        with pytest.raises(KeyError):
            shell.finish(context())
        assert shell.result(futures[0]) == [2]
        with pytest.raises(tuber.TuberRemoteError):
            shell.result(futures[2])
        context = board.tuber_context(return_exceptions=True)
        context.increment([1])
        context.fail()
        context.warn()
        context.increment([2])
        with pytest.warns(match="getting hot"):
            first, failure, seven, last = shell.finish(context())
        assert (first, seven, last) == ([2], 7, [3])
        assert isinstance(failure, KeyError)


@newest
def test_arrays_are_sent_in_cbor_after_an_old_server_answered_in_it(
    shell: Shell, old_server: str
) -> None:
    array = np.arange(6.0).reshape(2, 3)
    with shell.resolved(old_server, accept_types=[CBOR], convert_json=False) as board:
        back = shell.finish(board.keywords(array))["first"]
        assert (back.dtype, back.tolist()) == (array.dtype, array.tolist())


@newest
def test_by_default_an_old_server_gets_only_json(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server, convert_json=False) as board:
        received = shell.finish(board.keywords(np.arange(3), second="y"))
        assert received == {"first": [0, 1, 2], "second": "y"}
        with pytest.raises(EncodeError, match=rf"^args\[0\] of Board.* reads only {JSON}"):
            shell.finish(board.keywords(float("nan")))


@newest
def test_many_calls_to_an_old_server_are_in_flight_at_once(old_server: str) -> None:
    async def main() -> list[Any]:
        board: Any = await tuber.resolve(old_server, "Board")
        return await asyncio.gather(*(board.increment([n]) for n in range(100)))

    assert asyncio.run(main()) == [[n + 1] for n in range(100)]


@newest
def test_more_threads_than_the_old_server_has_are_all_answered(old_server: str) -> None:
    with tuber.resolve_simple(old_server, "Board") as board, ThreadPoolExecutor(40) as pool:
        results = list(pool.map(lambda n: board.increment([n]), range(THREADS + 8)))
    assert results == [[n + 1] for n in range(THREADS + 8)]


@newest
def test_a_connection_closed_by_an_old_server_fails_no_call(shell: Shell, old_server: str) -> None:
    with shell.resolved(old_server) as board:
        before = shell.finish(board.count())
        wait_until_a_later_connection_is_closed(old_server)
        assert shell.finish(board.count()) == before + 1


def wait_until_a_later_connection_is_closed(hostname: str) -> None:
    """Wait until the server closes a new idle connection, after it has closed the older ones."""
    host, _, port = hostname.partition(":")
    request = f"POST /tuber HTTP/1.1\r\nHost: {hostname}\r\nContent-Length: 2\r\n\r\n{{}}"
    with socket.create_connection((host, int(port)), timeout=6 * IDLE_SECONDS) as connection:
        connection.sendall(request.encode())
        while connection.recv(4096):
            pass
