"""Features of only the asyncio shell: many calls in flight, cancellation, several loops."""

from __future__ import annotations

import array as array_module
import asyncio
import gc
import random
import threading
import warnings
from typing import Any

import pytest

import tuber
from tests.support.scripted_board import answer, serve
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import a_shell, hurry
from tuber import TuberObject, TuberRemoteWarning, TuberTimeout
from tuber.aio import pool as _asyncio_pool
from tuber.aio.pool import MAX_CONNECTIONS, pool_of_running_loop


def pool_of(board: Any) -> Any:
    return pool_of_running_loop(board._tuber_link._route)


def assert_sound(board: Any) -> None:
    pool = pool_of(board)
    assert pool._free_slots == MAX_CONNECTIONS
    assert not any(not place.done() for place in pool._waiting)
    assert not any(connection.is_stale() for connection in pool._idle)


class Gate:
    """A server that answers calls with the argument "held" only after it is opened."""

    def __init__(self) -> None:
        self.held = threading.Semaphore(0)
        self.opened = threading.Event()

    def __call__(self, connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if "held" in asked.get("args", []):
                self.held.release()
                assert self.opened.wait(10)
            answer(connection, asked)

    async def holds(self, calls: int = 1) -> None:
        """Wait until this number of further calls has arrived."""
        for _ in range(calls):
            assert await asyncio.to_thread(self.held.acquire, timeout=10)


def test_many_calls_in_flight_share_a_bounded_number_of_connections() -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        results = await asyncio.gather(*(board.read(n) for n in range(500)))
        assert results == [[n] for n in range(500)]
        assert 1 < server.connections <= MAX_CONNECTIONS
        assert_sound(board)

    with ScriptedServer(serve) as server:
        asyncio.run(main(server))


def test_many_servers_are_called_at_once() -> None:
    async def main(hostnames: list[str]) -> None:
        boards: Any = await asyncio.gather(*(tuber.resolve(each, "Board") for each in hostnames))
        assert await asyncio.gather(*(board.read(1) for board in boards)) == [[1]] * len(boards)

    # Loopback has 2**24 addresses. To the client, each is a different host.
    with ScriptedServer(serve, address="") as server:
        asyncio.run(main([f"127.0.1.{n}:{server.port}" for n in range(1, 201)]))
        assert server.connections == 200


def test_waiting_calls_get_connections_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_asyncio_pool, "MAX_CONNECTIONS", 1)
    arrived: list[Any] = []

    def handler(connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            arrived.append(asked.get("args"))
            answer(connection, asked)

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        await asyncio.gather(*(board.read(n) for n in range(20)))
        assert arrived[1:] == [[n] for n in range(20)]
        assert server.connections == 1

    with ScriptedServer(handler) as server:
        asyncio.run(main(server))


def test_a_cancelled_call_closes_its_connection_and_releases_its_slot() -> None:
    gate = Gate()

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        call = asyncio.create_task(board.read("held"))
        await gate.holds()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        gate.opened.set()
        assert await board.read("next") == ["next"]
        assert server.connections == 2
        assert_sound(board)

    with ScriptedServer(gate) as server:
        asyncio.run(main(server))


def test_cancelling_calls_in_every_state_keeps_the_pool_usable() -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        for turns in range(12):  # of the loop until the cancellation
            calls = [asyncio.create_task(board.read(n)) for n in range(3 * MAX_CONNECTIONS)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for call in calls[::2]:
                call.cancel()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            for n, result in enumerate(ended):
                assert result == [n] or (n % 2 == 0 and isinstance(result, asyncio.CancelledError))
            assert_sound(board)

    with ScriptedServer(serve) as server:
        asyncio.run(main(server))


@pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
@pytest.mark.filterwarnings("error::ResourceWarning")
def test_after_a_thousand_random_cancellations_all_slots_are_free(kind: str) -> None:
    chance = random.Random(4)

    async def cancelled(board: Any, n: int) -> None:
        call = asyncio.create_task(board.read(n))
        for _ in range(chance.randrange(30)):
            await asyncio.sleep(0)
        call.cancel()
        (result,) = await asyncio.gather(call, return_exceptions=True)
        assert result == [n] or isinstance(result, asyncio.CancelledError)

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        for start in range(0, 1000, 50):
            await asyncio.gather(*(cancelled(board, n) for n in range(start, start + 50)))
        assert_sound(board)
        assert len(pool_of(board)._idle) <= MAX_CONNECTIONS
        assert await board.read("last") == ["last"]

    with ScriptedServer(serve) as server:
        loop = pytest.importorskip(kind).new_event_loop()
        try:
            loop.run_until_complete(main(server))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        gc.collect()


@pytest.mark.parametrize("kind", ["asyncio", "uvloop"])
def test_a_stopped_loop_does_not_reuse_connections_closed_meanwhile(kind: str) -> None:
    """In an interactive session, the loop does not notice that the server closes connections."""
    closed = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        answer(connection, connection.read_request())
        connection.close()
        closed.set()

    with ScriptedServer(handler) as server, a_shell(kind) as shell:
        board = shell.resolve(server.hostname, "Board")
        for calls in ([1], [2, 3], [4, 5]):
            for n in calls:
                assert shell.finish(board.read(n)) == [n]
            assert closed.wait(10)
            closed.clear()
        assert server.connections == 3
        shell.close(board)


def test_waiting_for_a_connection_ends_at_the_timeout() -> None:
    gate = Gate()

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        hasty = hurry(await tuber.resolve(server.hostname, "Board"), 0.05)
        calls = [asyncio.create_task(board.read("held")) for _ in range(MAX_CONNECTIONS)]
        await gate.holds(MAX_CONNECTIONS)
        with pytest.raises(
            TuberTimeout, match=r"waiting for a free connection.*Board\.read\(\) was not run"
        ):
            await hasty.read(1)
        gate.opened.set()
        await asyncio.gather(*calls)
        assert_sound(board)

    with ScriptedServer(gate) as server:
        asyncio.run(main(server))


def test_an_unsent_request_is_sent_on_another_connection() -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        (connection,) = pool_of(board)._idle
        # The transport is closed after the connection is checked and before it is used.
        connection.is_stale = connection.close
        assert await board.read(1) == [1]
        assert server.connections == 2
        assert_sound(board)

    with ScriptedServer(serve) as server:
        asyncio.run(main(server))


def test_each_loop_has_its_own_connections_and_closes_them() -> None:
    with ScriptedServer(serve) as server:
        board: Any = TuberObject("Board", hostname=server.hostname)

        async def main() -> None:
            await board.tuber_resolve(force=True)
            assert await board.read(1) == [1]

        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            for _ in range(3):
                asyncio.run(main())
                gc.collect()
        assert server.connections == 3
        assert len([each for each in _asyncio_pool._loops if each.is_closed()]) <= 1


def test_programs_from_before_aclose_close_without_awaiting() -> None:
    with ScriptedServer(serve) as server:

        async def main() -> Any:
            with await tuber.resolve(server.hostname, "Board") as board:
                assert await board.read(1) == [1]
            assert await board.read(2) == [2]
            board.close()
            assert await board.read(3) == [3]
            return board

        asyncio.run(main()).close()  # no loop is running: nothing is open
        assert server.connections == 3


def test_loops_in_several_threads_share_an_object() -> None:
    with ScriptedServer(serve) as server:
        board: Any = tuber.resolve_simple(server.hostname, "Board")
        board.close()
        shared: Any = TuberObject("Board", hostname=server.hostname)
        asyncio.run(shared.tuber_resolve())
        results: list[Any] = []

        async def main(thread: int) -> None:
            for n in range(50):
                results.append(await shared.read(thread, n) == [thread, n])

        threads = [threading.Thread(target=lambda n=n: asyncio.run(main(n))) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 200


def test_a_remote_warning_points_at_the_line_that_awaits() -> None:
    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        connection.read_request()
        connection.send(http_reply({"result": 7, "warnings": ["getting hot"]}))

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        with pytest.warns(TuberRemoteWarning, match="getting hot") as shown:
            assert await board.read() == 7
        assert [each.filename for each in shown] == [__file__]

    with ScriptedServer(handler) as server:
        asyncio.run(main(server))


def test_unrequested_bytes_end_an_idle_connection() -> None:
    told = threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        answer(connection, connection.read_request())
        if number == 1:
            connection.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
            assert connection.read_request() is None
            told.set()
        else:
            serve(connection, number)

    async def main(server: ScriptedServer) -> None:
        async with await tuber.resolve(server.hostname, "Board") as board:
            assert await asyncio.to_thread(told.wait, 10)
            assert await board.read(1) == [1]  # type: ignore[attr-defined]
            assert server.connections == 2

    with ScriptedServer(handler) as server:
        asyncio.run(main(server))


def test_nested_objects_have_the_same_kind() -> None:
    board = TuberObject("Board", hostname="board")
    inside = board.object_factory(["Board", "adc"])
    assert repr(inside) == "<TuberObject Board.adc at http://board/tuber>"


@pytest.mark.filterwarnings("error::ResourceWarning")
def test_calls_work_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")
    gate = Gate()

    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        text = "x" * 3_000_000
        assert await board.read(text) == [text]
        results = await asyncio.gather(*(board.read(n) for n in range(100)))
        assert results == [[n] for n in range(100)]
        call = asyncio.create_task(board.read("held"))
        await gate.holds()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        gate.opened.set()
        assert_sound(board)

    with ScriptedServer(gate) as server:
        loop = uvloop.new_event_loop()
        loop.run_until_complete(main(server))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        gc.collect()


def test_an_early_reply_ends_the_request() -> None:
    answered, done = threading.Event(), threading.Event()

    def handler(connection: ServedConnection, number: int) -> None:
        assert connection.read_request() == {}
        connection.send(http_reply({"result": {}}, "X-Tuber-Run: 1"))
        assert connection.read_some(100)
        connection.send(http_reply(None, status="413 Content Too Large"))
        answered.set()
        assert done.wait(10)  # neither reads nor closes

    async def main(hostname: str) -> None:
        link = tuber.TuberObject("Board", hostname=hostname)._tuber_link
        array = array_module.array("d", bytes(50_000_000))
        with pytest.raises(tuber.TuberProtocolError, match=r"413 .* was not run"):
            await link.run(link.session.call("Board", "load", (array,), {}))

    with ScriptedServer(handler) as server:
        try:
            asyncio.run(asyncio.wait_for(main(server.hostname), 10))
        finally:
            done.set()
    assert answered.is_set()
