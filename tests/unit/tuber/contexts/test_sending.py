"""The sending of batches, and their outcomes."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import threading
import warnings
from typing import Any

import pytest

import tuber
from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell
from tuber import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberProtocolError,
    TuberRemoteError,
    TuberRemoteWarning,
    TuberStateError,
)
from tuber.protocol import Result
from tuber.session.replies import Outcomes


def test_the_first_result_sends_all_queued_calls(
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


def test_the_first_failure_is_raised_and_later_calls_are_skipped(shell: Shell, board: Any) -> None:
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


def test_a_warning_is_shown_once_where_the_result_is_taken(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    first, second = context.warn("hot"), context.warn("very hot")
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        shell.result(second)
        assert [str(each.message) for each in shown] == ["very hot"]
        shell.result(second)
        shell.result(first)
    assert [str(each.message) for each in shown] == ["very hot", "hot"]
    context.warn("finally")
    with pytest.warns(TuberRemoteWarning, match="finally"):
        shell.finish(context())


@pytest.mark.parametrize(
    ("method", "error"),
    [("cut", TuberConnectionLost), ("refuse", KeyError), ("lose", TuberProtocolError)],
)
def test_a_request_that_fails_in_the_background_fails_all_its_calls(
    shell: Shell, board: Any, method: str, error: type[Exception]
) -> None:
    context = board.tuber_context()
    futures = [context.read(), getattr(context, method)()]
    sent = shell.send(context)
    with pytest.raises(error) as caught:
        shell.finish(context.receive(sent))
    for future in futures:
        with pytest.raises(error) as again:
            shell.result(future)
        assert again.value is caught.value
    with pytest.raises(error) as again:
        shell.finish(context.receive(sent))
    assert again.value is caught.value
    context.read(1)
    assert shell.finish(context())[0].args == [1], "the next batch is not touched"


def test_refused_connections_fail_all_calls_and_nothing_ran(
    shell: Shell, served: BatchServer
) -> None:
    with ScriptedServer(served) as server:
        board = shell.resolve(server.hostname, "Board")
        shell.close(board)
    context = board.tuber_context()
    futures = [context.read(), context.read()]
    with pytest.raises(TuberConnectionRefused) as caught:
        shell.finish(context())
    assert not caught.value.may_have_run
    for future in futures:
        with pytest.raises(TuberConnectionRefused) as again:
            shell.result(future)
        assert again.value is caught.value


def test_several_batches_are_in_flight_in_the_background(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    held = context.hold()
    first = shell.send(context)
    context.read(2)
    second = shell.send(context)
    context.read(3)
    third = shell.send(context)
    assert shell.finish(context.receive(third))[0].args == [3]
    assert shell.finish(context.receive(second))[0].args == [2]
    assert not held.done()
    served.gate.set()
    assert shell.finish(context.receive(first))[0].method == "hold"
    assert held.done()
    assert shell.finish(context.receive(first))[0].method == "hold", "as often as wanted"


def test_a_batch_without_references_is_still_sent(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.hold()
    shell.send(context)
    del context
    gc.collect()
    shell.wait_for(served.arrived)
    gc.collect()
    served.gate.set()
    later = board.tuber_context()
    later.read()
    shell.finish(later())
    assert len(served.batches) == 2


def test_a_failure_that_is_not_taken_is_not_logged(
    shell: Shell, board: Any, served: BatchServer, caplog: pytest.LogCaptureFixture
) -> None:
    context = board.tuber_context()
    future = context.cut()
    shell.send(context)
    shell.wait_until(future.done)
    del context, future
    gc.collect()  # asyncio logs a task whose exception was not retrieved
    assert caplog.records == []


def test_a_context_can_be_used_after_sending(shell: Shell, board: Any, served: BatchServer) -> None:
    context, other = board.tuber_context(), board.tuber_context()
    inner = other.read(1)
    for number in range(3):
        context.adc.read(number)
        assert [each.args for each in shell.finish(context())] == [[number]]
    assert shell.finish(context()) == []
    assert not inner.done(), "contexts of one object do not send each other's calls"
    assert shell.result(inner).args == [1]
    assert [len(batch) for batch in served.batches] == [1, 1, 1, 1]


def test_a_warning_turned_into_an_error_is_the_result(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    future = context.warn("hot")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TuberRemoteWarning) as caught:
            shell.result(future)
    assert future.exception() is caught.value


def test_the_results_of_a_failing_batch_are_the_same_each_time(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    future = context.fail()
    with pytest.raises(KeyError) as caught:
        shell.finish(context())
    assert future.exception() is caught.value
    with pytest.raises(TuberRemoteError) as again:
        shell.result(future)
    assert again.value is caught.value


def test_calls_queued_by_several_threads_are_each_sent_once(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    queued: list[Any] = []

    def queue(first: int) -> None:
        queued.extend((n, context.read(n)) for n in range(first, first + 500))

    threads = [threading.Thread(target=queue, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        shell.finish(context())
    shell.finish(context())
    for thread in threads:
        thread.join()
    assert len(queued) == 2000
    for number, future in queued:
        assert shell.result(future).args == [number]
    sent = [call["args"][0] for batch in served.batches for call in batch]
    assert sorted(sent) == sorted(number for number, _ in queued)


@pytest.mark.parametrize("shell", ["asyncio"], indirect=True)
def test_a_batch_interrupted_at_its_start_is_not_sent_twice(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    """An interrupt arrives after the task is created and before it is stored."""
    context = board.tuber_context()
    context.read(1)

    def interrupted(conversation: Any) -> Any:
        begin(conversation)
        raise KeyboardInterrupt

    async def send() -> None:
        nonlocal begin
        link = context._tuber_link.varied()
        begin = type(link).start.__get__(link)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(link), "start", lambda _, each: interrupted(each))
            with pytest.raises(KeyboardInterrupt):
                context.send()
        with pytest.raises(TuberStateError, match="may have run"):
            await context()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})

    begin: Any = None
    shell.finish(send())
    assert [len(batch) for batch in served.batches] == [1]


def test_results_include_values_that_other_threads_read_meanwhile(board: Any, shell: Shell) -> None:
    """Another thread reads a value with warnings while this one reads all results."""
    context = board.tuber_context()
    context.read(1)
    sent = shell.send(context)
    shell.finish(context.receive(sent))
    batch = sent._batch
    batch._outcomes = Outcomes([None], {0: Result(42, ("hot",))})

    class Cancelled(set[int]):
        def union(self, *others: Any) -> Any:
            batch.value(0)  # as the other thread would at this moment
            return super().union(*others)

    batch.cancelled = Cancelled()
    with pytest.warns(TuberRemoteWarning, match="hot"):
        assert batch.results() == [42]


def test_send_returns_the_future_of_all_results(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    futures = [context.read(1), context.read(2)]
    sent = shell.send(context)
    assert [result.args for result in shell.result(sent)] == [[1], [2]]
    assert (sent.done(), sent.cancelled(), sent.cancel()) == (True, False, False)
    assert sent.exception() is None
    assert shell.result(sent) == shell.finish(context.receive(sent))
    assert shell.result(futures[1]).args == [2]
    assert len(served.batches) == 1
    context.fail()
    failed = shell.send(context)
    with pytest.raises(KeyError, match="gain"):
        shell.result(failed)
    assert isinstance(failed.exception(), KeyError)


def test_a_batch_that_is_cancelled_as_a_whole_has_no_results(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        future = context.hold()
        sent = shell.send(context)
        shell.wait_for(served.arrived)
        assert "a batch of 1 calls: sent" in repr(sent)
        assert sent.cancel()
        assert (sent.cancelled(), sent.done(), future.cancelled()) == (True, True, True)
        for each in (sent, future):
            with pytest.raises((concurrent.futures.CancelledError, asyncio.CancelledError)):
                shell.result(each)
        served.gate.set()
    assert len(served.batches) == 1


def test_the_future_of_a_batch_works_with_asyncio(served: BatchServer) -> None:
    async def main(hostname: str) -> None:
        board = await tuber.resolve(hostname, "Board")
        async with board, board.tuber_context() as context:
            context.read(1)
            first = context.send()
            context.read(2)
            second = context.send()
            both = await asyncio.gather(first, second)
            assert [[result.args for result in results] for results in both] == [[[1]], [[2]]]
            context.hold()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(context.send(), 0.05)
            served.gate.set()

    with ScriptedServer(served) as server:
        asyncio.run(main(server.hostname))
