"""What a newcomer types first: connect, the objects of a registry, names in contexts."""

from __future__ import annotations

import asyncio
import pickle
import socket
import traceback
from types import TracebackType
from typing import Any

import pytest

import tuber
from tests.support.live_board import BOARD, LiveBoard
from tests.support.scripted_link import described
from tests.support.scripted_server import ScriptedServer
from tests.support.shells import Shell
from tuber.errors import TuberConnectionRefused, TuberNetworkError, TuberProtocolError
from tuber.protocol import Description
from tuber.session.waiting import Waiting

LAB = {"objects": {"stage": {"type": "Stage"}, "close": {"type": "Shutter"}}}


@pytest.fixture
def lab() -> Any:
    with pytest.warns(UserWarning, match="'close', hidden"):
        return described(LAB, None)


def test_a_registry_is_a_map_of_its_objects(lab: Any) -> None:
    assert list(lab) == ["stage", "close"]
    assert len(lab) == 2
    assert "stage" in lab
    assert "nothing" not in lab
    assert lab["stage"] is lab.stage
    assert "Shutter" in type(lab["close"]).__name__
    with pytest.raises(KeyError) as error:
        lab["stag"]
    assert "its objects are close, stage" in str(error.value)
    with pytest.raises(TypeError, match="expected the name"):
        lab[0]
    assert lab._ipython_key_completions_() == ["stage", "close"]


def test_an_empty_registry_is_still_true_and_an_object_is_no_map(lab: Any) -> None:
    assert described({"objects": {}}, None)
    assert len(described({"objects": {}}, None)) == 0
    for wrong in (len, list):
        with pytest.raises(TypeError):
            wrong(lab.stage)


def test_short_names_are_the_long_ones() -> None:
    assert tuber.connect is tuber.resolve_simple
    assert tuber.connect_async is tuber.resolve


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def test_wait_retries_until_the_server_is_up(shell: Shell) -> None:
    attempts = []
    board = LiveBoard(BOARD)

    def serve(connection: Any, number: int) -> None:
        attempts.append(number)
        if number < 3:
            connection.read_request()
            connection.close()
        else:
            board.serve(connection, number)

    with ScriptedServer(serve) as server:
        remote = shell.resolve(server.hostname, "Board", wait=30)
        assert remote.gain == 2.0
        assert len(attempts) == 3
        shell.close(remote)


def test_wait_ends_with_the_error_of_the_last_attempt(shell: Shell) -> None:
    with pytest.raises(TuberConnectionRefused):
        shell.resolve(f"127.0.0.1:{free_port()}", wait=0.3)
    for wrong, kind in ((-1, ValueError), (float("nan"), ValueError), ("1", TypeError)):
        with pytest.raises(kind, match="wait"):
            shell.resolve("board", wait=wrong)


def test_only_what_a_starting_server_may_answer_is_waited_for() -> None:
    assert Waiting(1).pause_after(TuberNetworkError("x")) == 0.1
    assert Waiting(1).pause_after(TuberProtocolError("x", status=503)) == 0.1
    for error in (TuberProtocolError("x", status=404), tuber.TuberRemoteError("no object")):
        with pytest.raises(type(error)):
            Waiting(1).pause_after(error)


BOARD_NAMES = {
    "methods": {"read": {}, "move": {}},
    "properties": {"position": 1.0},
    "failed": {"broken": {"message": "OSError"}},
    "objects": {
        "adc": {"methods": {"read": {}}},
        "adcs": {"keys": 2, "values": {"methods": {"read": {}}}, "methods": {"tuber_call": {}}},
        "back": {"methods": ["read"], "properties": ["gain"]},
    },
}


def known_board() -> Any:
    """A board that is described, at an address where no server is."""
    board: Any = tuber.SimpleTuberObject("Board", hostname="board")
    board._tuber_adopt(Description.from_map(BOARD_NAMES))
    return board


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.bogus(1),
        lambda c: c.positon,
        lambda c: c.adc.raed(),
        lambda c: c.adcs[1].raed(),
        lambda c: c.tuber_get("positon"),
        lambda c: c.tuber_set("positon", 1),
        lambda c: setattr(c, "positon", 1),
        lambda c: c.adc.tuber_attribute("send"),
    ],
)
def test_a_context_refuses_names_that_the_description_does_not_have(use: Any) -> None:
    context = known_board().tuber_context()
    with pytest.raises(AttributeError, match="has no attribute"):
        use(context)
    assert "0 calls queued" in repr(context)


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.read(1),
        lambda c: c.adc.read(),
        lambda c: c.adcs[-1].read(),
        lambda c: c.adcs.tuber_call("read"),
        lambda c: c.adcs.tuber_set("gain", 1),
        lambda c: c.back.read(),
        lambda c: c.back.unknown.deeper.read(),
        lambda c: c.tuber_get("position"),
        lambda c: c.tuber_get("broken"),
        lambda c: c.tuber_set("position", 1),
    ],
)
def test_a_context_queues_what_is_described_or_not_known(use: Any) -> None:
    context = known_board().tuber_context()
    use(context)
    assert "1 calls queued" in repr(context)


def test_an_object_that_is_not_resolved_is_not_checked() -> None:
    context: Any = tuber.SimpleTuberObject("Board", hostname="board").tuber_context()
    context.anything.at.all()
    assert "1 calls queued" in repr(context)


def own_frames(error: BaseException) -> list[str]:
    """The frames of tuber that a printed traceback shows, also of the causes."""
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        tb: TracebackType | None = seen.__traceback__
        names = [f"{f.filename}:{f.name}" for f in traceback.extract_tb(tb)]
        found += [n for n in names if "/src/tuber/" in n or "<remote" in n]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return found


def test_a_network_error_shows_at_most_three_frames_of_ours(shell: Shell) -> None:
    refused = f"127.0.0.1:{free_port()}"
    with ScriptedServer(LiveBoard(BOARD).serve) as server:
        remote: Any = shell.resolve(server.hostname, "Board")
        copy = pickle.loads(pickle.dumps(remote))
        shell.close(remote)
    uses = {
        "resolve": lambda: shell.resolve(refused),
        "call": lambda: shell.finish(remote.read(1)),
        "read": lambda: shell.finish(remote.offset),
        "get": lambda: shell.finish(remote.tuber_get("gain")),
        "set": lambda: shell.finish(remote.tuber_set("offset", 1)),
        "item": lambda: shell.finish(remote.channels.tuber_get("serial")),
        "batch": lambda: batch(shell, remote, "call"),
        "future": lambda: batch(shell, remote, "future"),
        "block": lambda: batch(shell, remote, "block"),
        "copy": lambda: shell.finish(copy.read(1)),
    }
    if shell.name == "blocking":
        uses["assign"] = lambda: setattr(remote, "offset", 2)
    for name, use in uses.items():
        with pytest.raises(TuberNetworkError) as caught:
            use()
        frames = own_frames(caught.value)
        assert len(frames) <= 3, (name, frames)
        assert caught.value.__cause__ is not None, name


def batch(shell: Shell, remote: Any, how: str) -> Any:
    if how == "block":
        with shell.within(remote.tuber_context()) as context:
            context.read(1)
        return None
    context = remote.tuber_context()
    future = context.read(1)

    async def called() -> Any:
        return await context()

    if how == "future":
        return shell.result(future)
    return context() if shell.name == "blocking" else shell.finish(called())


def test_connect_async_waits_as_well() -> None:
    with pytest.raises(TuberConnectionRefused):
        asyncio.run(tuber.connect_async(f"127.0.0.1:{free_port()}", wait=0.1))
