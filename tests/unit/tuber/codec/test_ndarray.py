"""Arrays without numpy."""

from __future__ import annotations

import ctypes
import pickle
import sys
from array import array

import numpy as np
import pytest

from tests.support.values import arrays, same
from tuber.codec.cbor import CborCodec
from tuber.codec.ndarray import NDArray

codec = CborCodec()


@pytest.mark.parametrize(("name", "made"), [pytest.param(*each, id=each[0]) for each in arrays()])
def test_without_numpy_an_array_has_the_same_numbers(
    name: str, made: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = codec.encode(made)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numpy", None)
        arrived = codec.decode(bytearray(body))
        assert type(arrived) is NDArray
        assert (arrived.shape, arrived.ndim) == (made.shape, made.ndim)
        assert arrived.itemsize == made.itemsize
        assert arrived.tolist() == made.tolist()
        assert pickle.loads(pickle.dumps(arrived)) == arrived
        again = codec.encode(arrived)
    assert same(codec.decode(again), codec.decode(body))


def test_without_numpy_an_array_is_a_writable_view(monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytearray(codec.encode(array("d", [1.0, 2.0])))
    monkeypatch.setitem(sys.modules, "numpy", None)
    arrived = codec.decode(body)
    assert (arrived.typecode, arrived.order, len(arrived)) == ("<d", "C", 2)
    arrived.data[:8] = bytes(8)
    assert codec.decode(body).tolist() == [0.0, 2.0]
    assert not codec.decode(bytes(body)).data.readonly
    assert repr(arrived) == "NDArray([0.0, 2.0], typecode='<d', shape=(2,))"


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (memoryview(array("l", [1, -2])), np.array([1, -2], f"<i{array('l').itemsize}")),
        (memoryview(array("f", [1.5]))[::-1], np.array([1.5], "<f4")),
        (memoryview(bytes(6)).cast("B", (2, 3)), np.zeros((2, 3), "u1")),
        (memoryview(b"\x01\x00").cast("?"), np.array([True, False])),
        (memoryview(np.array([1 + 2j])), np.array([1 + 2j])),
        (memoryview(np.array([258], ">u2")), np.array([258], ">u2")),
        (memoryview(np.zeros((0, 2))), np.zeros((0, 2))),
        (array("q"), np.zeros(0, "<i8")),
    ],
)
def test_views_of_numbers_arrive_as_arrays(view: memoryview, expected: np.ndarray) -> None:
    assert same(codec.decode(codec.encode(view)), expected)


def test_bytes_with_gaps_arrive_as_bytes() -> None:
    assert codec.decode(codec.encode(memoryview(b"abcd")[::2])) == b"ac"


@pytest.mark.parametrize(
    "view",
    [memoryview(b"ab").cast("c"), memoryview((ctypes.c_wchar * 1)("a"))],
    ids=["bytes", "wide characters"],
)
def test_views_of_characters_are_refused(view: memoryview) -> None:
    with pytest.raises(TypeError, match=r"of format .* is not supported; send a list"):
        codec.encode(view)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ((b"1234", "<d", (1,)), "expected 8 bytes for the shape"),
        ((b"1234", "<x", (1,)), "expected a format such as"),
        ((b"1234", "<i", (1,), "K"), "expected the order 'C' or 'F'"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(arguments: tuple, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        NDArray(*arguments)


def test_arrays_are_equal_by_shape_and_numbers() -> None:
    one = NDArray(b"\x01\x02", "B", (2,))
    assert one == NDArray(bytearray(b"\x01\x00\x02\x00"), "<H", (2,))
    assert one != NDArray(b"\x01\x02", "B", (2, 1))
    assert one != [1, 2]
    with pytest.raises(TypeError, match="no dimensions"):
        len(NDArray(b"\x01", "B", ()))
