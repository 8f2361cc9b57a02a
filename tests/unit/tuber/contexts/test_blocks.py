"""Leaving the block of a context."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from tests.support.batch_server import BatchServer
from tests.support.shells import Shell
from tuber import TuberConnectionLost, TuberRemoteWarning, TuberStateError


def test_leaving_the_block_sends_queued_calls(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        futures = [context.read(n) for n in range(3)]
        assert served.batches == []
    assert len(served.batches) == 1
    assert all(future.done() for future in futures)
    assert [shell.result(future)["args"] for future in futures] == [[0], [1], [2]]


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


def test_leaving_the_block_waits_for_background_batches(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    with shell.within(board.tuber_context()) as context:
        held = context.hold()
        shell.send(context)
        shell.wait_for(served.arrived)
        later = context.read()
        served.gate.set()
    assert (held.done(), later.done()) == (True, True)


@pytest.mark.parametrize(("method", "error"), [("cut", TuberConnectionLost), ("fail", KeyError)])
def test_leaving_the_block_raises_background_failures(
    shell: Shell, board: Any, served: BatchServer, method: str, error: type[Exception]
) -> None:
    def leave() -> None:
        with shell.within(board.tuber_context()) as context:
            getattr(context, method)()
            shell.send(context)
            context.read(1)

    with pytest.raises(error):
        leave()
    assert len(served.batches) == 2, "what was queued is still sent"


def test_leaving_the_block_raises_an_unseen_failure(shell: Shell, board: Any) -> None:
    def leave() -> None:
        with shell.within(board.tuber_context()) as context:
            first = context.read()
            context.fail()
            shell.result(first)
            context.read()
            shell.finish(context())

    with pytest.raises(KeyError, match="gain"):
        leave()


def test_leaving_the_block_does_not_raise_a_seen_failure(shell: Shell, board: Any) -> None:
    with shell.within(board.tuber_context()) as context:
        failing, behind = context.fail(), context.read()
        with pytest.raises(KeyError):
            shell.result(failing)
        assert not behind.cancelled()
        failing = context.fail()
        with pytest.raises(KeyError):
            shell.finish(context())
        context.cut()
        with pytest.raises(TuberConnectionLost):
            shell.finish(context())
        context.fail().cancel()


def test_failures_that_are_items_are_not_raised_by_leaving(shell: Shell, board: Any) -> None:
    with shell.within(board.tuber_context(return_exceptions=True)) as context:
        failing = context.fail()
    assert isinstance(failing.exception(), KeyError)


def test_leaving_the_block_shows_unseen_warnings(shell: Shell, board: Any) -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with shell.within(board.tuber_context()) as context:
            seen = context.warn("seen")
            context.warn("passed over")
            shell.result(seen)
            context.read()
            shell.finish(context())
    assert [(each.category, str(each.message)) for each in shown] == [
        (TuberRemoteWarning, "seen"),
        (TuberRemoteWarning, "passed over"),
    ]


def test_a_block_keeps_no_batch_without_unseen_errors(shell: Shell, board: Any) -> None:
    with shell.within(board.tuber_context()) as context:
        for number in range(20):
            shell.result(context.read(number))
        assert len(context._tuber_begun) == 1


def test_a_context_can_be_used_after_a_block_and_in_another(
    shell: Shell, board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    for _ in range(2):
        with shell.within(context), shell.within(board.tuber_context()) as inner:
            context.read(1)
            inner.read(2)
    context.read(3)
    shell.finish(context())
    assert [call["args"] for batch in served.batches for call in batch] == [
        [2],
        [1],
        [2],
        [1],
        [3],
    ]


def test_futures_of_a_dropped_batch_raise(shell: Shell, board: Any) -> None:
    futures = []

    def leave() -> None:
        with shell.within(board.tuber_context()) as context:
            futures.extend([context.read(), context.read()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        leave()
    for future in futures:
        assert (future.done(), future.cancel(), future.cancelled()) == (True, False, False)
        assert isinstance(future.exception(), TuberStateError)
