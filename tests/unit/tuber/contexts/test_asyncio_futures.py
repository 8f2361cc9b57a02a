"""Futures of the asyncio shell, with all functions of asyncio that wait."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

import pytest

import tuber
from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tuber import TuberRemoteWarning, TuberStateError

Scenario: TypeAlias = "Callable[[Any], Coroutine[Any, Any, None]]"
Run: TypeAlias = "Callable[[Scenario], None]"


@pytest.fixture
def run(server: ScriptedServer) -> Run:
    """Run a test's coroutine with the context of a board."""

    def run(scenario: Scenario) -> None:
        async def main() -> None:
            async with await tuber.resolve(server.hostname, "Board") as board:
                await scenario(board.tuber_context())

        asyncio.run(main())

    return run


async def gathered(futures: list[Any]) -> list[Any]:
    return await asyncio.gather(*futures)


async def waited(futures: list[Any]) -> list[Any]:
    done, pending = await asyncio.wait(futures, timeout=10)
    assert not pending
    assert done == set(futures)
    return [future.result() for future in futures]


async def waited_for(futures: list[Any]) -> list[Any]:
    return [await asyncio.wait_for(future, 10) for future in futures]


async def shielded(futures: list[Any]) -> list[Any]:
    return [await asyncio.shield(future) for future in futures]


async def as_completed(futures: list[Any]) -> list[Any]:
    results = [await future for future in asyncio.as_completed(futures)]
    return sorted(results, key=lambda result: result.args[0])


async def ensured(futures: list[Any]) -> list[Any]:
    assert all(asyncio.isfuture(future) for future in futures)
    return [await asyncio.ensure_future(future) for future in futures]


async def told(futures: list[Any]) -> list[Any]:
    results: dict[Any, Any] = {}
    ended = asyncio.Event()

    def note(future: Any) -> None:
        results[future] = future.result()
        if len(results) == len(futures):
            ended.set()

    for future in futures:
        future.add_done_callback(note)
    await ended.wait()
    return [results[future] for future in futures]


async def awaited_in_tasks(futures: list[Any]) -> list[Any]:
    async def one(future: Any) -> Any:
        return await future

    return await asyncio.gather(*map(one, futures))


@pytest.mark.parametrize(
    "way",
    [gathered, waited, waited_for, shielded, as_completed, ensured, told, awaited_in_tasks],
    ids=lambda way: way.__name__,
)
def test_every_way_to_wait_sends_one_batch(
    run: Run, served: BatchServer, way: Callable[[list[Any]], Awaitable[list[Any]]]
) -> None:
    async def scenario(context: Any) -> None:
        futures = [context.read(n) for n in range(5)]
        assert [result.args for result in await way(futures)] == [[n] for n in range(5)]
        again = await way(futures)
        assert [result.args for result in again] == [[n] for n in range(5)], "and when they ended"

    run(scenario)
    assert len(served.batches) == 1


def test_gathering_makes_no_task_for_each_call(run: Run) -> None:
    async def scenario(context: Any) -> None:
        gathering = asyncio.gather(*(context.read(n) for n in range(1000)))
        assert len(asyncio.all_tasks()) == 2, "this one and that of the batch"
        assert len(await gathering) == 1000

    run(scenario)


@pytest.mark.parametrize("keep", [False, True])
def test_failures_and_cancelled_calls_are_gathered(run: Run, keep: bool) -> None:
    async def scenario(context: Any) -> None:
        futures = [context.read(), context.fail()]
        if keep:
            futures.append(context.read())
            futures[2].cancel()
            results: list[Any] = await asyncio.gather(*futures, return_exceptions=True)
            good, failed, cancelled = results
            assert good.method == "read"
            assert isinstance(failed, KeyError)
            assert isinstance(cancelled, asyncio.CancelledError)
        else:
            with pytest.raises(KeyError):
                await asyncio.gather(*futures)

    run(scenario)


def test_a_cancelled_call_cancels_the_task_that_gathers_it(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        held, other = context.hold(), context.read()
        gathering = asyncio.gather(held, other)
        assert await asyncio.to_thread(served.arrived.wait, 10)
        held.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(gathering, 10)
        served.gate.set()
        assert (await other).method == "read"

    run(scenario)


@pytest.mark.parametrize("way", [gathered, waited, shielded, ensured])
def test_warnings_turned_into_errors_end_the_wait(
    run: Run, way: Callable[[list[Any]], Awaitable[list[Any]]]
) -> None:
    async def scenario(context: Any) -> None:
        futures = [context.warn("hot"), context.read()]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(TuberRemoteWarning, match="hot"):
                await asyncio.wait_for(asyncio.ensure_future(way(futures)), 10)

    run(scenario)


def test_a_warning_names_the_line_that_awaits(run: Run) -> None:
    async def scenario(context: Any) -> None:
        future = context.warn("hot")
        with warnings.catch_warnings(record=True) as shown:
            warnings.simplefilter("always")
            await future
        assert [each.filename for each in shown] == [__file__]

    run(scenario)


def test_wait_returns_futures_without_a_result_as_pending(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        held = context.hold()
        done, pending = await asyncio.wait([held], timeout=0.01)
        assert (done, pending) == (set(), {held})
        served.gate.set()
        assert (await held).method == "hold"

    run(scenario)


def test_cancelling_one_future_leaves_the_batch_to_the_others(
    run: Run, served: BatchServer
) -> None:
    async def scenario(context: Any) -> None:
        held, other = context.hold(), context.read()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(held, 0.05)
        assert held.cancelled()
        for ask in (other.result, other.exception):
            with pytest.raises(TuberStateError, match="await it"):
                ask()
        served.gate.set()
        assert (await other).method == "read"
        assert other.result().method == "read"

    run(scenario)


def test_a_shielded_call_outlives_the_task_that_waits_for_it(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        held = context.hold()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(held), 0.05)
        served.gate.set()
        assert (await held).method == "hold"

    run(scenario)


def test_cancelling_a_task_that_waits_cancels_its_call_only(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        held, other = context.hold(), context.read()

        async def wait() -> None:
            await held

        task = asyncio.create_task(wait())
        assert await asyncio.to_thread(served.arrived.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert held.cancelled()
        assert not held.cancel(), "as a future of asyncio: it was already"
        served.gate.set()
        assert (await other).method == "read"

    run(scenario)


def test_cancelling_the_sending_task_cancels_the_batch(
    run: Run, served: BatchServer, server: ScriptedServer
) -> None:
    async def scenario(context: Any) -> None:
        future = context.hold()
        task = asyncio.create_task(context())
        assert await asyncio.to_thread(served.arrived.wait, 10)
        task.cancel()
        for waiting in (task, future):
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert future.cancelled()
        served.gate.set()
        context.read(1)
        assert (await context())[0].args == [1]
        assert server.connections == 2

    run(scenario)


def test_cancelling_the_receiving_task_leaves_the_batch_to_be_received_again(
    run: Run, served: BatchServer
) -> None:
    async def scenario(context: Any) -> None:
        context.hold()
        sent = context.send()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(context.receive(sent), 0.05)
        served.gate.set()
        assert (await context.receive(sent))[0].method == "hold"

    run(scenario)


def test_leaving_a_cancelled_block_cancels_its_batches(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        futures = []

        async def block() -> None:
            async with context:
                futures.append(context.hold())

        task = asyncio.create_task(block())
        assert await asyncio.to_thread(served.arrived.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert futures[0].cancelled()
        served.gate.set()

    run(scenario)


def test_two_tasks_with_one_context_get_their_own_results(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        async def use(first: int) -> None:
            for number in range(first, first + 20):
                future = context.read(number)
                await asyncio.sleep(0)
                assert (await future).args == [number]

        await asyncio.gather(*(use(100 * n) for n in range(4)))

    run(scenario)
    sent = [call["args"][0] for batch in served.batches for call in batch]
    assert len(sent) == len(set(sent)) == 80


def test_a_future_is_waited_for_in_the_loop_that_sent_it(run: Run, served: BatchServer) -> None:
    async def elsewhere(context: Any, sent: Any, held: Any) -> None:
        for waiting in (held, context.receive(sent)):
            with pytest.raises(TuberStateError, match="another event loop"):
                await waiting

    async def scenario(context: Any) -> None:
        held = context.hold()
        sent = context.send()
        assert held.get_loop() is asyncio.get_running_loop()
        await asyncio.to_thread(asyncio.run, elsewhere(context, sent, held))
        served.gate.set()
        assert (await held).method == "hold"

    run(scenario)


def test_callbacks_can_be_removed(run: Run, served: BatchServer) -> None:
    async def scenario(context: Any) -> None:
        called: list[Any] = []
        future = context.read()
        assert future.remove_done_callback(called.append) == 0
        future.add_done_callback(called.append)
        future.add_done_callback(called.append)
        assert future.remove_done_callback(called.append) == 2
        await future
        await asyncio.sleep(0)
        assert called == []

    run(scenario)


def test_without_a_loop_an_error_is_raised_and_nothing_is_sent(
    run: Run, served: BatchServer
) -> None:
    futures: list[Any] = []

    async def scenario(context: Any) -> None:
        futures.append(context.read())

    run(scenario)
    with pytest.raises(TuberStateError, match="no event loop is running"):
        futures[0].get_loop()
    assert served.batches == []
