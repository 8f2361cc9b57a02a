"""A server that is restarted on its port with other objects, seen by both clients."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_server import LiveServer, live_server
from tests.support.shells import Shell, a_shell
from tuber import TuberRemoteError, TuberRestartWarning, TuberStateError

BOARD = """
class Board:
    serial = {serial}

    def read(self):
        return self.serial

registry = {{{objects}}}
"""


class Machine:
    """A server that can be restarted on the same port with another registry."""

    def __init__(self, folder: Path) -> None:
        self._registry = folder / "registry.py"
        self._stack = contextlib.ExitStack()
        self._port = "0"
        self.hostname = ""

    def start(self, serial: int, *names: str) -> None:
        objects = ", ".join(f"'{name}': Board()" for name in names)
        self._registry.write_text(BOARD.format(serial=serial, objects=objects))
        server: LiveServer = self._stack.enter_context(
            live_server(self._registry, "-p", self._port)
        )
        self._port, self.hostname = str(server.port), server.hostname

    def stop(self) -> None:
        self._stack.close()

    def restart(self, serial: int, *names: str) -> None:
        self.stop()
        self.start(serial, *names)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def test_static_properties_are_read_again_after_a_restart(shell: Shell, machine: Machine) -> None:
    machine.start(1, "Board", "Old")
    with (
        shell.resolved(machine.hostname, "Board") as board,
        shell.resolved(machine.hostname, None) as registry,
    ):
        assert (board.serial, registry.Board.serial) == (1, 1)
        machine.restart(2, "Board", "New")
        for remote, called in ((board, board), (registry, registry.Board)):
            with pytest.warns(TuberRestartWarning) as shown:
                assert shell.finish(called.read()) == 2
            assert [f"http://{machine.hostname}/tuber was restarted" in str(w.message)
                    for w in shown] == [True]  # fmt: skip
            assert "tuber/_" not in shown[0].filename
            assert shell.finish(called.read()) == 2
            shell.close(remote)
        assert (board.serial, registry.Board.serial, registry.New.serial) == (2, 2, 2)
        with pytest.raises(AttributeError, match="has no attribute 'Old'"):
            _ = registry.Old


def test_a_removed_object_raises_until_it_is_back(shell: Shell, machine: Machine) -> None:
    machine.start(1, "Board", "Old")
    with shell.resolved(machine.hostname, "Old") as old:
        machine.restart(2, "Board")
        with (
            pytest.warns(TuberRestartWarning, match="Old no longer exists"),
            pytest.raises(TuberRemoteError, match="'Old'"),
        ):
            shell.finish(old.read())
        with pytest.raises(TuberStateError, match="is no longer on the server"):
            _ = old.serial
        machine.restart(3, "Board", "Old")
        shell.finish(old.tuber_resolve(force=True))
        assert old.serial == 3


def sent(shell: Shell, context: Any, in_background: bool) -> Any:
    """Return the results of a context, sent directly or in the background."""
    if not in_background:
        return shell.finish(context())
    if shell.name == "blocking":
        return context.receive(context.send())

    async def sent_in_a_task() -> Any:
        return await context.receive(context.send())

    return shell.finish(sent_in_a_task())


@pytest.mark.parametrize("in_background", [False, True])
def test_a_batch_warns_once_of_a_restart(
    shell: Shell, machine: Machine, in_background: bool
) -> None:
    machine.start(1, "Board")
    with shell.resolved(machine.hostname, "Board") as board:
        context = board.tuber_context()
        for _ in range(3):
            context.read()
        machine.restart(2, "Board")
        with pytest.warns(TuberRestartWarning) as shown:
            results = sent(shell, context, in_background)
        assert results == [2, 2, 2]
        assert len(shown) == 1
        assert board.serial == 2


def test_a_forced_resolve_does_not_warn_of_a_restart(shell: Shell, machine: Machine) -> None:
    machine.start(1, "Board")
    with shell.resolved(machine.hostname, "Board") as board:
        machine.restart(2, "Board")
        shell.finish(board.tuber_resolve(force=True))  # warnings are errors in tests
        assert board.serial == 2
        assert shell.finish(board.read()) == 2


def test_the_restart_warning_points_at_the_calling_line(machine: Machine) -> None:
    machine.start(1, "Board")
    with a_shell("blocking") as shell, shell.resolved(machine.hostname, "Board") as board:
        remote: Any = board
        machine.restart(2, "Board")
        with pytest.warns(TuberRestartWarning) as shown:
            remote.read()
        assert shown[0].filename == __file__
