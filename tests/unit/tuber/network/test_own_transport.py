"""A transport of the user: its arguments, its replies and its errors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.support.scripted_board import DESCRIPTION
from tests.support.shells import Shell, a_shell
from tuber import (
    TuberConnectionRefused,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)

JSON = "application/json"


class Scripted:
    """Returns ``self.answer``, or raises it if it is an exception."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.closed = 0
        self.answer: Any = None

    def exchange(self, url: str, headers: Any, body: bytes, timeout: Any) -> Any:
        self.requests.append((url, dict(headers), json.loads(body), timeout))
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return self.answer
        return 200, {"Content-Type": JSON}, json.dumps({"result": DESCRIPTION}).encode()

    def close(self) -> Any:
        self.closed += 1


class Awaited(Scripted):
    async def exchange(self, *request: Any) -> Any:
        return super().exchange(*request)

    async def close(self) -> Any:
        super().close()


@pytest.fixture
def transport(shell: Shell) -> Scripted:
    return Scripted() if shell.name == "blocking" else Awaited()


def test_the_transport_gets_the_request_and_the_timeouts(shell: Shell, transport: Scripted) -> None:
    options = {"transport": transport, "timeout": (3, 9)}
    with shell.resolved("https://board/crate/3", **options) as board:
        assert board.gain == 2.0
        assert transport.closed == 0
    asked = {"object": "Board", "resolve": True}
    accept = f"{JSON}, application/cbor"
    fields = {"Content-Type": JSON, "Accept": accept, "X-Tuber-Options": "lossless"}
    assert transport.requests == [("https://board/crate/3", fields, asked, (3, 9))]
    assert transport.closed == 1


@pytest.mark.parametrize(
    "answer",
    [
        (200, [("CONTENT-TYPE", f"{JSON}; charset=utf-8")], b'{"result": 7}'),
        (200, {"content-type": JSON, "Content-Encoding": "gzip"}, bytearray(b'{"result": 7}')),
    ],
)
def test_the_transport_returns_the_reply(shell: Shell, transport: Scripted, answer: Any) -> None:
    with shell.resolved("board", transport=transport) as board:
        transport.answer = answer
        assert shell.finish(board.read()) == 7


def test_another_status_is_an_error(shell: Shell, transport: Scripted) -> None:
    transport.answer = (404, {}, b"not here")
    with pytest.raises(TuberProtocolError, match="answered HTTP 404") as caught:
        shell.resolve("board", transport=transport)
    assert caught.value.status == 404


class NothingSent(Exception):
    may_have_run = False


@pytest.mark.parametrize(
    ("fault", "kind", "may_have_run"),
    [
        (RuntimeError("odd"), TuberNetworkError, True),
        (OSError(5, "odd"), TuberNetworkError, True),
        (TimeoutError("slow"), TuberTimeout, True),
        (ConnectionRefusedError(111, "refused"), TuberConnectionRefused, False),
        (NothingSent("no route"), TuberNetworkError, False),
    ],
)
def test_errors_of_the_transport_are_network_errors(
    shell: Shell,
    transport: Scripted,
    fault: Exception,
    kind: type[TuberNetworkError],
    may_have_run: bool,
) -> None:
    with shell.resolved("board", transport=transport) as board:
        transport.answer = fault
        with pytest.raises(
            kind, match=f"from http://board/tuber: {type(fault).__name__}: "
        ) as ours:
            shell.finish(board.read())
        assert type(ours.value) is kind
        assert ours.value.may_have_run is may_have_run
        assert ("may have run" in str(ours.value)) is may_have_run
        assert ours.value.__cause__ is fault
        assert len(transport.requests) == 2, "nothing is sent again"


def test_errors_of_tuber_and_interrupts_pass(shell: Shell, transport: Scripted) -> None:
    for fault in (TuberTimeout("mine", may_have_run=True), KeyboardInterrupt()):
        transport.answer = fault
        with pytest.raises(type(fault)) as caught:
            shell.resolve("board", transport=transport)
        assert caught.value is fault


@pytest.mark.parametrize(
    "answer",
    [200, (200, {}), ("200", {}, b""), (200, {}, "text"), (200, 3, b""), (200, ["a"], b"")],
)
def test_an_answer_of_another_form_is_refused(
    shell: Shell, transport: Scripted, answer: Any
) -> None:
    transport.answer = answer
    with pytest.raises(TuberProtocolError, match=r"expected the transport to return") as caught:
        shell.resolve("board", transport=transport)
    assert caught.value.may_have_run


def test_a_transport_that_must_be_awaited_is_for_asyncio() -> None:
    with a_shell("blocking") as blocking, pytest.raises(RuntimeError, match="event loop"):
        blocking.resolve("board", transport=Suspending())


class Suspending(Scripted):
    async def exchange(self, *request: Any) -> Any:
        await asyncio.sleep(0)


def test_with_asyncio_the_answer_need_not_be_awaited() -> None:
    with a_shell("asyncio") as shell, shell.resolved("board", transport=Scripted()) as board:
        assert board.gain == 2.0
