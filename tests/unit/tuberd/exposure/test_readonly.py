"""What a peer that may only read gets, and what it does not."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tuberd import TuberArray, TuberContainer, readonly
from tuberd.exposure.policy import ExposurePolicy


class Base:
    __tuber_object__ = True
    __tuber_dynamic__ = ("gain",)
    __tuber_readonly__ = ("in_cpp", "overridden")
    gain = 1.0

    @readonly
    def read(self) -> int:
        return 7

    @readonly
    @staticmethod
    def above_static() -> int:
        return 8

    @classmethod
    @readonly
    def below_class(cls) -> int:
        return 9

    @readonly
    def remade(self) -> int:
        return 10

    def in_cpp(self) -> int:
        return 11

    def overridden(self) -> int:
        return 12

    def change(self) -> None:
        raise AssertionError("a reader changed something")

    twice = functools.partialmethod(read)


class Board(Base):
    __tuber_readonly__ = "named_alone"

    def __init__(self) -> None:
        self.hook = readonly(lambda: 13)

    def remade(self) -> int:
        raise AssertionError("it was not marked again")

    def overridden(self) -> int:
        raise AssertionError("it was not named again")

    def named_alone(self) -> int:
        return 14


reader = ExposurePolicy().for_readers()


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("read", 7),
        ("above_static", 8),
        ("below_class", 9),
        ("in_cpp", 11),
        ("twice", 7),
        ("hook", 13),
        ("named_alone", 14),
    ],
)
def test_what_is_marked_is_called(name: str, result: int) -> None:
    assert reader.method(Board(), name)() == result


@pytest.mark.parametrize("name", ["change", "remade", "overridden"])
def test_what_is_not_marked_is_refused(name: str) -> None:
    with pytest.raises(
        PermissionError,
        match=rf"^read-only access: Board\.{name}\(\) is not marked @tuberd.readonly",
    ):
        reader.method(Board(), name)
    assert ExposurePolicy().method(Board(), name)


def test_a_hidden_name_is_refused_as_one_that_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="has no method '_secret'"):
        reader.method(Board(), "_secret")


def test_nothing_is_set() -> None:
    board = Board()
    with pytest.raises(
        PermissionError, match=r"^read-only access: the property 'gain' was not set"
    ):
        reader.method(board, "tuber_set")("gain", 2.0)
    assert board.gain == 1.0


@pytest.mark.parametrize("kind", [TuberContainer, TuberArray])
def test_containers_do_what_their_items_would(kind: Any) -> None:
    boards = kind([Board(), Board()])
    assert reader.method(boards, "tuber_call")("read") == [7, 7]
    assert reader.method(boards, "tuber_get")("gain") == [1.0, 1.0]
    with pytest.raises(PermissionError, match="change"):
        reader.method(boards, "tuber_call")("change")
    with pytest.raises(PermissionError, match="was not set"):
        reader.method(boards, "tuber_set")("gain", 2.0)


def test_what_can_not_be_marked_is_told() -> None:
    with pytest.raises(TypeError, match="__tuber_readonly__"):
        readonly(len)
