"""Cancelled calls of a batch."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any

import pytest

from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell

CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)


def test_a_cancelled_call_is_not_sent_and_leaves_the_batch_intact(
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


def test_a_batch_of_only_cancelled_calls_sends_no_request(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    context.read().cancel()
    assert shell.finish(context()) == [None]
    assert served.batches == []


def test_the_result_of_a_call_cancelled_in_flight_is_ignored(
    shell: Shell, board: Any, served: BatchServer, server: ScriptedServer
) -> None:
    context = board.tuber_context()
    held, other, failing = context.hold(), context.read(1), context.fail()
    sent = shell.send(context)
    shell.wait_for(served.arrived)
    assert held.cancel()
    assert failing.cancel()
    served.gate.set()
    first, second, third = shell.finish(context.receive(sent))
    assert (first, second.args, third) == (None, [1], None)
    assert shell.result(other).args == [1]
    for future in (held, failing):
        with pytest.raises(CANCELLED):
            shell.result(future)
        with pytest.raises(CANCELLED):
            future.exception()
    context.read(2)
    assert shell.finish(context())[0].args == [2]
    assert server.connections == 1
