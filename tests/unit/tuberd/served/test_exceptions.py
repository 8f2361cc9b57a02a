"""What a failure carries of an exception arrives unchanged, or is left out."""

from __future__ import annotations

import enum
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.codec.cbor import CborCodec
from tuber.codec.json import JsonCodec
from tuber.errors import TuberRemoteError, remote_error
from tuber.protocol import Failure
from tuberd.served.exceptions import MAX_SIZE
from tuberd.served.failures import describe_failure

HERE = __name__


class StageError(OSError):
    """A builtin's attributes, and others."""

    code = 17
    _private = 1

    def __init__(self, errno: int, text: str, axis: str) -> None:
        super().__init__(errno, text)
        self.axis = axis
        self.handle = object()


class LimitError(StageError, ValueError):
    __slots__ = ("slot",)


class Speed(enum.Enum):
    SLOW = 1


def described(error: BaseException) -> dict[str, Any]:
    members = describe_failure(error, True)
    for codec in (JsonCodec(), CborCodec()):
        assert codec.decode(bytes(codec.encode(members))) == members
    return members


def arrived(error: BaseException) -> Any:
    failure = Failure.from_map(json.loads(json.dumps(described(error))))
    assert Failure.from_map(failure.to_map()["error"]) == failure
    return remote_error(
        failure.message,
        failure.type,
        failure.traceback,
        "stage.move()",
        bases=failure.bases,
        args=failure.args,
        attributes=failure.attributes,
        notes=failure.notes,
    )


def test_a_subclass_of_a_builtin_is_caught_as_that_builtin_with_its_attributes() -> None:
    error = arrived(StageError(5, "stuck", "x"))
    assert isinstance(error, TuberRemoteError)
    assert isinstance(error, OSError)
    assert (error.errno, error.strerror, error.axis, error.code) == (5, "stuck", "x", 17)
    assert error.args == (5, "stuck")
    assert error.type_name == f"{HERE}.StageError"
    assert str(error) == f"{HERE}.StageError: [Errno 5] stuck"
    assert not hasattr(error, "handle")


def test_the_names_of_all_bases_are_sent() -> None:
    error = LimitError(5, "stuck", "x")
    error.slot = 3  # type: ignore[attr-defined]
    members = described(error)
    assert members["bases"] == [f"{HERE}.StageError", "OSError", "ValueError"]
    assert members["attributes"] == {
        **{"errno": 5, "strerror": "stuck", "axis": "x", "code": 17, "slot": 3},
    }
    made = arrived(error)
    assert isinstance(made, OSError)
    assert isinstance(made, ValueError)


def test_notes_arrive_before_the_one_about_the_call_and_are_shown_once() -> None:
    error = ValueError("x")
    error.__dict__["__notes__"] = ["while homing", "twice"]
    notes = arrived(error).__notes__
    assert notes[:2] == ["while homing", "twice"]
    assert notes[2].startswith("raised on the server by stage.move()")
    assert "while homing" not in notes[2]


@pytest.mark.parametrize(
    ("args", "sent"),
    [
        ((), []),
        (("text", 3, None, 2.5, True), ["text", 3, None, 2.5, True]),
        ((np.float32(0.5), np.int64(3), Speed.SLOW), [0.5, 3, 1]),
        ((("a", [1]), {"b": {}}), [["a", [1]], {"b": {}}]),
        ((float("nan"),), None),
        ((2**70,), None),
        (("\ud800",), None),
        ((b"raw",), None),
        (({"bytes": [1]},), None),
        (({1: 2},), None),
        ((object(),), None),
        (("x" * MAX_SIZE,), None),
    ],
)
def test_args_arrive_unchanged_or_not_at_all(args: tuple[Any, ...], sent: Any) -> None:
    error = Exception(*args)
    assert described(error).get("args") == sent
    arrived_args = arrived(error).args
    assert arrived_args == (tuple(sent) if sent is not None else (described(error)["message"],))


def test_recursive_and_changing_values_are_left_out() -> None:
    loop: list[Any] = []
    loop.append(loop)
    error = ValueError(loop)
    error.good = 1  # type: ignore[attr-defined]
    assert described(error)["attributes"] == {"good": 1}
    assert "args" not in described(error)


def test_no_getter_of_an_exception_is_run() -> None:
    class Busy(Exception):
        @property
        def axis(self) -> str:
            raise AssertionError("run")

    assert "attributes" not in described(Busy("x"))


class Hostile(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__mro__", "__module__"):
            raise RuntimeError(name)
        return super().__getattribute__(name)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.builds(object),
    max_leaves=8,
)


@given(
    args=st.lists(plain),
    attributes=st.dictionaries(st.text() | st.sampled_from(["args", "errno", "name"]), plain),
    kind=st.sampled_from([ValueError, OSError, KeyError, StageError, ImportError, NameError]),
)
def test_any_exception_is_described_and_raised(
    args: list[Any], attributes: dict[str, Any], kind: type[Exception]
) -> None:
    error = kind.__new__(kind, *args)
    error.args = tuple(args)
    error.__dict__.update(attributes)
    made = arrived(error)
    assert isinstance(made, kind if kind is not StageError else OSError)
    assert repr(made)
    assert str(made) == described(error)["message"]
