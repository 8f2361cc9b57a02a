"""Futures of the blocking shell."""

from __future__ import annotations

import concurrent.futures
import os
from collections.abc import Iterator
from typing import Any

import pytest

import tuber
from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tuber import TuberConnectionLost, TuberStateError, TuberTimeout


@pytest.fixture
def board(server: ScriptedServer, served: BatchServer) -> Iterator[Any]:
    with tuber.resolve_simple(server.hostname, "Board") as board:
        yield board
        served.gate.set()


def test_threads_may_wait_for_futures_of_one_batch(board: Any, served: BatchServer) -> None:
    context = board.tuber_context()
    futures = [context.read(n) for n in range(50)]
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda future: future.result().args, futures))
    assert results == [[n] for n in range(50)]
    assert len(served.batches) == 1


def test_a_future_returns_its_exception(board: Any) -> None:
    context = board.tuber_context()
    good, bad = context.read(), context.fail()
    assert isinstance(bad.exception(), KeyError)
    assert good.exception(timeout=5) is None


def test_a_batch_continues_after_a_timeout_of_result(
    board: Any, served: BatchServer, server: ScriptedServer
) -> None:
    context = board.tuber_context()
    held, other = context.hold(), context.read(1)
    for ask in (held.result, other.exception, held.exception):
        with pytest.raises(
            TuberTimeout, match=r"no result of Board\.\w+\(\) within 0\.01 s"
        ) as end:
            ask(timeout=0.01)
        assert end.value.may_have_run
    assert not held.done()
    assert served.arrived.wait(10)
    served.gate.set()
    assert held.result(timeout=10).method == "hold"
    assert other.result().args == [1]
    assert len(served.batches) == 1, "it was sent once"
    assert server.connections == 1


def test_waits_with_and_without_a_timeout_get_the_same_result(
    board: Any, served: BatchServer
) -> None:
    context = board.tuber_context()
    held = context.hold()
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        patient = [threads.submit(held.result) for _ in range(3)]
        assert served.arrived.wait(10)
        with pytest.raises(TuberTimeout):
            held.result(0.01)
        served.gate.set()
        results = [each.result(10) for each in patient]
    assert all(result is held.result() for result in results)
    assert len(served.batches) == 1


def test_an_interrupted_batch_is_not_waited_for_by_others(
    board: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(board._tuber_link, "_connections", interrupted)
    context = board.tuber_context()
    future = context.read()
    with pytest.raises(KeyboardInterrupt):
        context()
    with pytest.raises(TuberConnectionLost, match="interrupted"):
        future.result()


def test_a_batch_that_the_parent_process_sends_is_refused_in_a_fork(
    board: Any, served: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = board.tuber_context()
    held = context.hold()
    context.send()
    assert served.arrived.wait(10)
    with monkeypatch.context() as forked:
        forked.setattr(os, "getpid", lambda: -1)
        for waiting in (held.result, lambda: held.result(timeout=1)):
            with pytest.raises(TuberStateError, match="forked"):
                waiting()
    served.gate.set()
    assert held.result().method == "hold"
