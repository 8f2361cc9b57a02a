"""The options of a batch, set on the object, the context or the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.batch_server import BatchServer
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell
from tuber import TuberRemoteError, TuberResult, TuberTimeout

# Each entry returns a context with an option, and a function that sends it and returns the results.
Optioned = Callable[..., "tuple[Any, Callable[[], list[Any]]]"]


@pytest.fixture(params=["object", "context", "calling", "sending"])
def optioned(
    request: pytest.FixtureRequest, shell: Shell, server: ScriptedServer, board: Any
) -> Iterator[Optioned]:
    level = request.param
    opened = []

    def make(**options: Any) -> tuple[Any, Callable[[], list[Any]]]:
        def at(wanted: str) -> dict[str, Any]:
            return options if level == wanted else {}

        remote = board
        if level == "object":
            remote = type(board)("Board", hostname=server.hostname, **options)
            opened.append(remote)
        context = remote.tuber_context(**at("context"))

        def results() -> list[Any]:
            if level == "sending":
                sent = shell.send(context, **options)
                return list(shell.finish(context.receive(sent)))
            return list(shell.finish(context(**at("calling"))))

        return context, results

    yield make
    for remote in opened:
        shell.close(remote)


def test_exceptions_are_items_when_wanted(
    shell: Shell, optioned: Optioned, served: BatchServer
) -> None:
    context, results = optioned(return_exceptions=True)
    context.read(1)
    failing = context.fail()
    context.read(2)
    assert [type(result).__name__ for result in results()] == [
        "TuberResult",
        "TuberRemoteKeyError",
        "TuberResult",
    ]
    assert b"\r\nX-Tuber-Options: lossless, continue-on-error\r\n" in served.heads[0]
    with pytest.raises(KeyError):
        shell.result(failing)


def test_exceptions_are_raised_if_an_inner_option_says_so(shell: Shell, board: Any) -> None:
    context = board.tuber_context(return_exceptions=True)
    context.fail()
    context.read()
    with pytest.raises(TuberRemoteError):
        shell.finish(context(return_exceptions=False))


def test_maps_stay_maps_when_wanted(shell: Shell, optioned: Optioned) -> None:
    context, results = optioned(convert_json=False)
    future = context.read()
    assert [type(each) for each in (*results(), shell.result(future))] == [dict, dict]


def test_an_option_of_one_batch_does_not_affect_the_next(shell: Shell, board: Any) -> None:
    context = board.tuber_context()
    for options, expected in (({"convert_json": False}, dict), ({}, TuberResult)):
        context.read()
        assert [type(each) for each in shell.finish(context(**options))] == [expected]


def test_the_media_types_may_be_chosen(optioned: Optioned, served: BatchServer) -> None:
    context, results = optioned(accept_types=["application/json", "application/json"])
    context.read()
    results()
    assert b"\r\nAccept: application/json, application/json\r\n" in served.heads[0]


@pytest.mark.parametrize(
    "wrong", [{"accept_types": ["text/html"]}, {"accept_types": []}, {"timeout": 0}]
)
def test_an_invalid_option_is_refused_and_nothing_is_sent(
    optioned: Optioned, served: BatchServer, wrong: dict[str, Any]
) -> None:
    def use() -> None:
        context, results = optioned(**wrong)
        context.read()
        results()

    with pytest.raises(ValueError, match=r"expected|text/html"):
        use()
    assert served.batches == []


@pytest.mark.parametrize("timeout", [0.1, (5, 0.1)])
def test_a_timeout_fails_all_calls_of_the_batch(
    shell: Shell, optioned: Optioned, served: BatchServer, board: Any, timeout: Any
) -> None:
    context, results = optioned(timeout=timeout)
    futures = [context.hold(), context.read()]
    with pytest.raises(TuberTimeout, match="a batch of 2 calls may have run") as caught:
        results()
    assert caught.value.may_have_run
    for future in futures:
        assert future.done()
        with pytest.raises(TuberTimeout) as again:
            shell.result(future)
        assert again.value is caught.value
    served.gate.set()
    later = board.tuber_context()
    later.read(1)
    assert shell.finish(later())[0].args == [1], "the next batch works"
