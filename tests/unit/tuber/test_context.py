"""Contexts of both shells, over real sockets."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import tuber
from tests.support.scripted_board import DESCRIPTION
from tests.support.scripted_server import ScriptedServer, ServedConnection, http_reply
from tests.support.shells import AsyncioShell, Shell
from tuber import (
    TuberConnectionLost,
    TuberProtocolError,
    TuberRemoteError,
    TuberRemoteWarning,
    TuberResult,
    TuberStateError,
    TuberTimeout,
)
from tuber.codec import EncodeError

CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)
FAILED = {"error": {"message": "KeyError: 'gain'", "type": "KeyError"}}
NOT_EXECUTED = {"error": {"message": "not run", "type": "tuber.NotExecuted"}}


class BatchServer:
    """Answers batches: each call with itself, but for the methods named `fail` and `warn`.

    Attributes:
        batches: the batches that came, in order.
        heads: the heads of their requests.
        gate: batches with a method named `hold` are answered when it is set.
    """

    def __init__(self) -> None:
        self.batches: list[Any] = []
        self.heads: list[bytes] = []
        self.arrived = threading.Event()
        self.gate = threading.Event()

    def __call__(self, connection: ServedConnection, number: int) -> None:
        while (asked := connection.read_request()) is not None:
            if isinstance(asked, dict):
                connection.send(http_reply({"result": DESCRIPTION}))
                continue
            self.batches.append(asked)
            self.heads.append(connection.head)
            methods = [call["method"] for call in asked]
            if "hold" in methods:
                self.arrived.set()
                assert self.gate.wait(10)
            if "cut" in methods:
                return
            if "refuse" in methods:
                connection.send(http_reply(FAILED))
                continue
            if "lose" in methods:
                asked.pop()
            connection.send(http_reply(self._answer(asked)))

    def _answer(self, calls: list[Any]) -> list[Any]:
        goes_on = b"X-Tuber-Options: continue-on-error\r\n" in self.heads[-1]
        envelopes: list[Any] = []
        for call in calls:
            if FAILED in envelopes and not goes_on:
                envelopes.append(NOT_EXECUTED)
            elif call["method"] == "fail":
                envelopes.append(FAILED)
            elif call["method"] == "warn":
                envelopes.append({"result": None, "warnings": call["args"]})
            else:
                envelopes.append({"result": call})
        return envelopes


@pytest.fixture
def served() -> BatchServer:
    return BatchServer()


@pytest.fixture
def board(shell: Shell, served: BatchServer) -> Iterator[Any]:
    with ScriptedServer(served) as server, shell.resolved(server.hostname) as board:
        yield board
        served.gate.set()


def test_calls_of_any_depth_travel_as_one_batch(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        context.read(1, n=2)
        context.adc.read()
        context.adcs[3]["a"].gain.read()
        context[-1].read()
        results = shell.finish(context())
    calls = [
        {"object": "Board", "method": "read", "args": [1], "kwargs": {"n": 2}},
        {"object": ["Board", "adc"], "method": "read"},
        {"object": ["Board", ["adcs", 3, "a"], "gain"], "method": "read"},
        {"object": [["Board", -1]], "method": "read"},
    ]
    assert served.batches == [calls]
    assert results == calls


def test_a_context_of_the_registry_names_objects(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    registry = type(board)(parent=board)
    with shell.within(registry.tuber_context()) as context:
        context.Board.read()
        context.Boards[0].read()
    assert [call["object"] for call in served.batches[0]] == ["Board", [["Boards", 0]]]


def test_leaving_the_block_sends_what_is_queued(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        futures = [context.read(n) for n in range(3)]
        assert served.batches == []
    assert len(served.batches) == 1
    assert all(future.done() for future in futures)
    assert [shell.result(future)["args"] for future in futures] == [[0], [1], [2]]


def test_nothing_queued_is_nothing_sent(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        assert shell.finish(context()) == []
    assert served.batches == []


def test_the_first_result_sends_all_that_is_queued(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        first, second = context.read(1), context.read(2)
        assert shell.result(second).args == [2]
        assert first.done()
        context.read(3)
        assert [result.args for result in shell.finish(context())] == [[3]]
        assert shell.result(first).args == [1]
    assert [len(batch) for batch in served.batches] == [2, 1]


def test_leaving_the_block_with_an_exception_sends_nothing(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    futures = []

    def leave() -> None:
        with shell.within(board.tuber_context()) as context:
            futures.append(context.read())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        leave()
    (future,) = futures
    assert served.batches == []
    assert future.done()
    with pytest.raises(TuberStateError, match="left with an exception"):
        shell.result(future)


def test_batches_are_in_flight_in_the_background(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:

        async def send() -> Any:
            return context.send()

        def start() -> Any:
            return shell.finish(send()) if isinstance(shell, AsyncioShell) else context.send()

        held = context.hold()
        first = start()
        context.read(2)
        second = start()
        assert shell.finish(context.receive(second))[0].args == [2]
        assert not held.done()
        served.gate.set()
        assert shell.finish(context.receive(first))[0].method == "hold"
        assert held.done()


def test_the_first_failure_is_raised_and_the_calls_behind_it_were_not_run(
    shell: Shell, board: Any
) -> None:
    context = board.tuber_context()
    futures = [context.read(), context.fail(), context.read()]
    with pytest.raises(KeyError, match="gain") as caught:
        shell.finish(context())
    assert any(
        "Board.fail() at" in note
        for note in getattr(caught.value, "__notes__", ["Board.fail() at"])
    )
    assert shell.result(futures[0]).method == "read"
    with pytest.raises(KeyError):
        shell.result(futures[1])
    with pytest.raises(TuberRemoteError) as not_run:
        shell.result(futures[2])
    assert not_run.value.type_name == "tuber.NotExecuted"


@pytest.mark.parametrize("level", ["object", "context", "sending"])
def test_exceptions_are_items_when_wanted(
    shell: Shell, board: Any, served: BatchServer, level: str
) -> None:
    wanted = {"return_exceptions": True}
    if level == "object":
        hostname = board._tuber_link._target.hostname
        board = type(board)("Board", hostname=hostname, **wanted)
    with shell.within(board.tuber_context(**(wanted if level == "context" else {}))) as context:
        context.read(1)
        failing = context.fail()
        context.read(2)
        results = shell.finish(context(**(wanted if level == "sending" else {})))
    assert [type(result).__name__ for result in results] == [
        "TuberResult",
        "TuberRemoteKeyError",
        "TuberResult",
    ]
    with pytest.raises(KeyError):
        shell.result(failing)
    if level == "object":
        shell.close(board)


@pytest.mark.parametrize("level", ["object", "context", "sending"])
def test_maps_stay_maps_when_wanted(shell: Shell, board: Any, level: str) -> None:
    wanted = {"convert_json": False}
    if level == "object":
        board = type(board)("Board", hostname=board._tuber_link._target.hostname, **wanted)
    context = board.tuber_context(**(wanted if level == "context" else {}))
    future = context.read()
    results = shell.finish(context(**(wanted if level == "sending" else {})))
    assert [type(each) for each in (*results, shell.result(future))] == [dict, dict]
    context.read()
    expected = TuberResult if level == "sending" else dict
    assert [type(each) for each in shell.finish(context())] == [expected]
    if level == "object":
        shell.close(board)


def test_the_media_types_may_be_chosen(shell: Shell, board: Any, served: BatchServer) -> None:
    context = board.tuber_context(accept_types=["application/json", "application/json"])
    context.read()
    shell.finish(context())
    assert b"\r\nAccept: application/json, application/json\r\n" in served.heads[0]
    with pytest.raises(ValueError, match="text/html"):
        board.tuber_context(accept_types=["text/html"])


@pytest.mark.parametrize("timeout", [0.1, (5, 0.1)])
@pytest.mark.parametrize("level", ["context", "sending"])
def test_a_time_out_fails_all_calls_of_the_batch(
    shell: Shell, board: Any, served: BatchServer, timeout: Any, level: str
) -> None:
    wanted = {"timeout": timeout}
    context = board.tuber_context(**(wanted if level == "context" else {}))
    futures = [context.hold(), context.read()]
    with pytest.raises(TuberTimeout, match="a batch of 2 calls may have run"):
        shell.finish(context(**(wanted if level == "sending" else {})))
    for future in futures:
        with pytest.raises(TuberTimeout):
            shell.result(future)


@pytest.mark.parametrize(
    ("method", "error"),
    [("cut", TuberConnectionLost), ("refuse", KeyError), ("lose", TuberProtocolError)],
)
def test_a_failed_request_fails_all_its_calls_with_the_same_error(
    shell: Shell, board: Any, served: BatchServer, method: str, error: type[Exception]
) -> None:
    context = board.tuber_context(return_exceptions=True)
    futures = [context.read(), getattr(context, method)()]
    with pytest.raises(error) as caught:
        shell.finish(context())
    for future in futures:
        assert future.done()
        with pytest.raises(error) as again:
            shell.result(future)
        assert again.value is caught.value
    assert len(served.batches) == 1


def test_an_argument_that_cannot_be_carried_is_named_and_nothing_is_sent(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.read(1)
    context.read(1j)
    with pytest.raises(EncodeError, match=r"^\$\[1\]\.args\[0\]: "):
        shell.finish(context())
    assert served.batches == []


def test_broadcast_arguments_are_added_to_every_call(shell: Shell, board: Any) -> None:
    context = board.tuber_context(unit="V", n=1)
    context.read()
    context.read(n=2)
    results = shell.finish(context())
    assert [vars(each.kwargs) for each in results] == [{"unit": "V", "n": 1}, {"unit": "V", "n": 2}]


def test_a_cancelled_call_is_not_sent_and_does_not_spoil_the_batch(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    futures = [context.read(n) for n in range(3)]
    assert futures[1].cancel()
    first, second, third = shell.finish(context())
    assert (first.args, second, third.args) == ([0], None, [2])
    assert [call["args"] for call in served.batches[0]] == [[0], [2]]
    assert (futures[1].cancelled(), futures[1].done()) == (True, True)
    with pytest.raises(CANCELLED):
        shell.result(futures[1])
    assert shell.result(futures[2]).args == [2]
    assert not futures[2].cancel(), "its result is there"


def test_a_cancelled_call_is_an_item_when_exceptions_are(shell: Shell, board: Any) -> None:
    context = board.tuber_context(return_exceptions=True)
    context.read()
    context.read().cancel()
    assert isinstance(shell.finish(context())[1], CANCELLED)


def test_only_cancelled_calls_are_no_request(shell: Shell, board: Any, served: BatchServer) -> None:
    context = board.tuber_context()
    context.read().cancel()
    assert shell.finish(context()) == [None]
    assert served.batches == []


def test_a_warning_is_shown_once_to_who_takes_the_result(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    first, second = context.warn("hot"), context.warn("very hot")
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        shell.result(second)
        assert [str(each.message) for each in shown] == ["very hot"]
        shell.result(second)
        shell.result(first)
    assert [str(each.message) for each in shown] == ["very hot", "hot"]
    context.warn("at last")
    with pytest.warns(TuberRemoteWarning, match="at last"):
        shell.finish(context())


def test_a_context_says_what_is_queued(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    future = context.adc[1].read()
    assert repr(future).endswith("of Board.adc[1].read(): queued>")
    assert repr(context).endswith("of Board: 1 calls queued>")
    shell.finish(context())
    assert repr(future).endswith(": done>")
    with pytest.raises(TypeError, match=r"Board\.adc\[1\] is an item"):
        context.adc[1]()
    for name in ("_ipython_display_", "_sa_instance_state", "_repr_html_"):
        assert not hasattr(context, name)
        assert not hasattr(context.adc, name)


def test_ten_thousand_calls_are_one_request(shell: Shell, board: Any, served: BatchServer) -> None:
    with shell.within(board.tuber_context()) as context:
        futures = [context.read(n) for n in range(10_000)]
        results = shell.finish(context())
    assert [result.args for result in results] == [[n] for n in range(10_000)]
    assert shell.result(futures[-1]).args == [9_999]
    assert len(served.batches) == 1


# --- what only one of the shells has


def blocking_board(server: ScriptedServer) -> Any:
    return tuber.resolve_simple(server.hostname, "Board")


def test_threads_may_wait_for_futures_of_one_batch(served: BatchServer) -> None:
    with ScriptedServer(served) as server, blocking_board(server) as board:
        context = board.tuber_context()
        futures = [context.read(n) for n in range(50)]
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            results = list(threads.map(lambda future: future.result().args, futures))
    assert results == [[n] for n in range(50)]
    assert len(served.batches) == 1


def test_a_blocking_future_tells_its_exception(served: BatchServer) -> None:
    with ScriptedServer(served) as server, blocking_board(server) as board:
        context = board.tuber_context()
        good, bad = context.read(), context.fail()
        assert isinstance(bad.exception(), KeyError)
        assert good.exception() is None


def test_an_interrupted_batch_is_not_waited_for_by_others(
    served: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    with ScriptedServer(served) as server, blocking_board(server) as board:
        monkeypatch.setattr(board._tuber_link, "_connections", interrupted)
        context = board.tuber_context()
        future = context.read()
        with pytest.raises(KeyboardInterrupt):
            context()
        with pytest.raises(TuberConnectionLost, match="interrupted"):
            future.result()


def test_futures_can_be_gathered(served: BatchServer) -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        context = board.tuber_context()
        results = await asyncio.gather(*(context.read(n) for n in range(5)))
        assert [result.args for result in results] == [[n] for n in range(5)]

    with ScriptedServer(served) as server:
        asyncio.run(main(server))
    assert len(served.batches) == 1


def test_giving_up_one_future_leaves_the_batch_to_the_others(served: BatchServer) -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        context = board.tuber_context()
        held, other = context.hold(), context.read()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(held, 0.05)
        with pytest.raises(TuberStateError, match="await it"):
            other.result()
        served.gate.set()
        assert (await other).method == "read"
        assert other.result().method == "read"

    with ScriptedServer(served) as server:
        asyncio.run(main(server))


def test_cancelling_who_sends_cancels_the_batch(served: BatchServer) -> None:
    async def main(server: ScriptedServer) -> None:
        board: Any = await tuber.resolve(server.hostname, "Board")
        context = board.tuber_context()
        future = context.hold()
        task = asyncio.create_task(context())
        assert await asyncio.to_thread(served.arrived.wait, 10)
        task.cancel()
        for waiting in (task, future):
            with pytest.raises(asyncio.CancelledError):
                await waiting
        served.gate.set()
        context.read(1)
        assert (await context())[0].args == [1]
        assert server.connections == 2

    with ScriptedServer(served) as server:
        asyncio.run(main(server))
