"""Users' subclasses: own attributes and methods, classes for objects inside, SQLAlchemy."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from tests.support.live_board import live_board
from tests.support.shells import Shell
from tuber import SimpleTuberObject, TuberObject


class Mine:
    limit = 10

    def double(self) -> Any:
        return 2 * self.gain

    def object_factory(self, objname: Any) -> Any:
        kind = Supply if "supply" in str(objname) else self._tuber_plain
        return kind(objname, parent=self)


class Supply(SimpleTuberObject):
    def label(self) -> str:
        return f"supply with {len(dir(self.fan))}"


class BlockingBoard(Mine, SimpleTuberObject):
    _tuber_plain = SimpleTuberObject


class AsyncioBoard(Mine, TuberObject):
    _tuber_plain = TuberObject


def board_class(shell: Shell) -> type:
    return BlockingBoard if shell.name == "blocking" else AsyncioBoard


def test_a_subclass_has_its_own_attributes_and_methods(shell: Shell) -> None:
    with live_board() as (hostname, _):
        board = board_class(shell)("Board", hostname=hostname)
        shell.finish(board.tuber_resolve())
        board.note = "in the left rack"
        assert isinstance(board, Mine)
        assert (board.double(), board.limit, board.note) == (4.0, 10, "in the left rack")
        assert shell.finish(board.read())["method"] == "read"
        assert board.supply.label().startswith("supply with")
        again = pickle.loads(pickle.dumps(board))
        assert isinstance(again, board_class(shell))
        assert (again.double(), again.note) == (4.0, "in the left rack")
        shell.close(board)


def old_style() -> Any:
    return orm.declarative_base()


def new_style() -> Any:
    class Base(orm.DeclarativeBase):
        pass

    return Base


@pytest.mark.parametrize("declarative", [old_style, new_style])
def test_a_mapped_object_is_loaded_and_calls_its_board(
    shell: Shell, declarative: Callable[[], Any]
) -> None:
    remote = SimpleTuberObject if shell.name == "blocking" else TuberObject
    base = declarative()

    class Board(remote, base):  # type: ignore[misc, valid-type]
        __tablename__ = "boards"
        serial = sa.Column(sa.String, primary_key=True)
        hostname = sa.Column(sa.String)

        def __init__(self, serial: str, hostname: str) -> None:
            super().__init__("Board", hostname=hostname, serial=serial)
            self.hostname = hostname

        @orm.reconstructor
        def connect(self) -> None:
            remote.__init__(self, "Board", hostname=self.hostname)

    engine = sa.create_engine("sqlite://")
    base.metadata.create_all(engine)
    with live_board() as (hostname, _):
        with orm.Session(engine) as session:
            session.add(Board("0042", hostname))
            session.commit()
        with orm.Session(engine) as session:
            board: Any = session.scalars(sa.select(Board)).one()
            shell.finish(board.tuber_resolve())
            assert type(board) is Board
            assert (board.serial, board.gain) == ("0042", 2.0)
            assert shell.finish(board.read(3))["args"] == [3]
            assert shell.finish(board.offset) == 1.5
            assert shell.finish(board.tuber_set("offset", 2)) == 2
            board.serial = "0043"
            session.commit()
            assert board.serial == "0043"
            assert shell.finish(board.supply.fan.spin())["object"] == ["Board", "supply", "fan"]
            shell.close(board)
    engine.dispose()
