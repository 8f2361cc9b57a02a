"""Both clients against the live server: calls, batches, restarts, many calls in flight."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.live_server import LiveServer, live_server
from tests.support.shells import Shell, hurry
from tuber import TuberRestartWarning, TuberTimeout

REGISTRY = Path(__file__).with_name("registry.py")


def test_nested_objects_are_listed_and_called(shell: Shell, server: LiveServer) -> None:
    with shell.resolved(server.hostname, "instrument") as instrument:
        assert shell.finish(instrument.increment([1, 2])) == [2, 3]
        assert shell.finish(instrument.sensors[2].read(n=2)) == [2.0, 3.0]
        assert shell.finish(instrument.mixed["b"][0].read()) == [2.0]
        assert shell.finish(instrument.echo(1, a={"b": 2}))[1].a.b == 2
        assert instrument.mode == "fast"
        with pytest.raises(IndexError, match="out of it"):
            shell.finish(instrument.raise_it("IndexError", "out of it"))
        with pytest.warns(match="hot"):
            assert shell.finish(instrument.warn("hot")) == 1


CIRCLE = """
class Crate:
    __tuber_object__ = True
    slots = 12
    def power(self): return True

class Board:
    __tuber_object__ = True
    serial = 7
    def read(self): return 3

board, crate = Board(), Crate()
board.crate, crate.board = crate, board
registry = {"board": board}
"""


def test_a_cyclic_object_lists_names_until_it_is_resolved(shell: Shell, tmp_path: Path) -> None:
    registry = tmp_path / "registry.py"
    registry.write_text(CIRCLE)
    with live_server(registry) as server, shell.resolved(server.hostname, "board") as board:
        assert shell.finish(board.crate.power()) is True
        assert board.crate.slots == 12
        again = board.crate.board
        assert shell.finish(again.read()) == 3
        with pytest.raises(tuber.TuberRemoteError, match=r"tuber_resolve\(force=True\)"):
            _ = again.serial
        shell.finish(again.tuber_resolve(force=True))
        assert again.serial == 7
        assert again.crate.slots == 12


def test_a_batch_runs_in_order_and_stops_at_a_failure(shell: Shell, server: LiveServer) -> None:
    with shell.resolved(server.hostname, "instrument") as instrument:
        with shell.within(instrument.tuber_context()) as context:
            context.static(1)
            context.sensors[3].read(n=2)
            context.mixed["a"].read()
            context.echo(a={"b": 2})
            one, two, three, four = shell.finish(context())
        assert (one, two, three, four[1].a.b) == (2, [3.0, 4.0], [1.0], 2)
        before = shell.finish(instrument.count())
        context = instrument.tuber_context()
        futures = [context.count(), context.raise_it("KeyError", "k"), context.count()]
        with pytest.raises(KeyError):
            shell.finish(context())
        assert shell.result(futures[0]) == before + 1
        with pytest.raises(tuber.TuberRemoteError, match="not"):
            shell.result(futures[2])
        assert shell.finish(instrument.count()) == before + 2


def test_a_batch_continues_after_failures_when_exceptions_are_items(
    shell: Shell, server: LiveServer
) -> None:
    with shell.resolved(server.hostname, "instrument", return_exceptions=True) as instrument:
        context = instrument.tuber_context()
        context.static(1)
        context.raise_it("KeyError", "k")
        context.unencodable()
        context.static(2)
        two, key_error, type_error, four = shell.finish(context())
    assert (two, four) == (2, 4)
    assert isinstance(key_error, KeyError)
    assert isinstance(type_error, TypeError)


def test_a_batch_reaches_items_and_reads_properties(shell: Shell, server: LiveServer) -> None:
    with shell.resolved(server.hostname, None) as registry:
        with shell.within(registry.tuber_context()) as context:
            context.array[-1].read()
            context.instrument.mixed["b"][-1].read(n=2)
            context.instrument.tuber_get("gains")
            context.instrument.sensors[-2].tuber_get("offset")
            results = shell.finish(context())
        assert results == [[8.0], [2.0, 3.0], [1.0, 2.0], 2.0]
        with shell.within(registry.instrument.tuber_context(n=3)) as context:
            future = context.static()
            with pytest.raises(TypeError, match=r"instrument\.static\(\) got n=1"):
                context.static(n=1)
        assert shell.result(future) == 6


def test_the_client_is_usable_after_a_batch_times_out(
    shell: Shell, fresh_server: LiveServer
) -> None:
    with shell.resolved(fresh_server.hostname, "instrument") as instrument:
        context = instrument.tuber_context(timeout=0.2)
        futures = [context.wait(), context.count()]
        sent = shell.send(context)
        with pytest.raises(TuberTimeout) as caught:
            shell.finish(context.receive(sent))
        for future in futures:
            assert future.exception() is caught.value
        shell.finish(instrument.release())
        context.static(1)
        assert shell.finish(context()) == [2]


def test_ten_thousand_calls_in_one_batch(shell: Shell, server: LiveServer) -> None:
    with shell.resolved(server.hostname, None) as registry:
        context = registry.tuber_context()
        for number in range(10_000):
            context.instrument.static(number)
        assert shell.finish(context()) == [2 * number for number in range(10_000)]


def test_a_restart_between_calls_fails_no_call(shell: Shell) -> None:
    with live_server(REGISTRY) as first:
        instrument: Any = shell.resolve(first.hostname, "instrument")
        assert shell.finish(instrument.static(1)) == 2
    # The client's loop is not running meanwhile, so it does not notice the closed connection.
    with live_server(REGISTRY, "-p", str(first.port)):
        with pytest.warns(TuberRestartWarning, match="instrument was read again"):
            assert shell.finish(instrument.static(2)) == 4
        shell.close(instrument)


def test_the_client_is_usable_after_a_timeout(shell: Shell, fresh_server: LiveServer) -> None:
    with (
        shell.resolved(fresh_server.hostname, "instrument") as patient,
        shell.resolved(fresh_server.hostname, "instrument") as hasty,
    ):
        with pytest.raises(TuberTimeout, match=r"instrument\.wait\(\) may have run"):
            shell.finish(hurry(hasty, 0.5).wait())
        shell.finish(patient.release())
        assert shell.finish(patient.static(1)) == 2


def test_hundreds_of_calls_in_flight_get_their_own_replies(server: LiveServer) -> None:
    async def main() -> list[Any]:
        async with await tuber.resolve(server.hostname, "instrument") as instrument:
            calls: Any = instrument
            return await asyncio.gather(*(calls.static(n) for n in range(1000)))

    assert asyncio.run(main()) == [2 * n for n in range(1000)]


def test_the_client_is_usable_after_a_cancelled_call(fresh_server: LiveServer) -> None:
    async def main() -> None:
        instrument: Any = await tuber.resolve(fresh_server.hostname, "instrument")
        waiting = asyncio.create_task(instrument.wait())
        assert await instrument.wait_started()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await instrument.release()
        assert await instrument.static(1) == 2

    asyncio.run(main())
