"""The compiled CBOR codec: the vectors of RFC 8949, arrays, hostile input, and the one in Python.

What both codecs make of every value is in tests/unit/tuber; here is what only the compiled one can
do wrong: memory, references, code of users that runs in between, and being different.
"""

from __future__ import annotations

import enum
import gc
import random
import sys
import tracemalloc
import weakref
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from tuber.codec import DecodeError, EncodeError
from tuber.codec.cbor import CborCodec as PythonCodec
from tuberd._core import CborCodec, is_exact_in_json

COMPILED = CborCodec()
PYTHON = PythonCodec()

# RFC 8949 appendix A: (diagnostic value, bytes), those whose preferred form this is.
BOTH_WAYS: list[tuple[Any, str]] = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (18446744073709551616, "c249010000000000000000"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-18446744073709551617, "c349010000000000000000"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (0.0, "f90000"),
    (-0.0, "f98000"),
    (1.0, "f93c00"),
    (1.1, "fb3ff199999999999a"),
    (1.5, "f93e00"),
    (65504.0, "f97bff"),
    (100000.0, "fa47c35000"),
    (3.4028234663852886e38, "fa7f7fffff"),
    (1.0e300, "fb7e37e43c8800759c"),
    (5.960464477539063e-8, "f90001"),
    (0.00006103515625, "f90400"),
    (-4.0, "f9c400"),
    (-4.1, "fbc010666666666666"),
    (float("inf"), "f97c00"),
    (float("nan"), "f97e00"),
    (float("-inf"), "f9fc00"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (
        datetime(2013, 3, 21, 20, 4, tzinfo=timezone.utc),
        "c07819" + b"2013-03-21T20:04:00+00:00".hex(),
    ),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    (
        {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
        "a56161614161626142616361436164614461656145",
    ),
]

# Those that have a shorter form, or another.
ONE_WAY: list[tuple[Any, str]] = [
    (float("inf"), "fa7f800000"),
    (float("nan"), "fa7fc00000"),
    (float("-inf"), "fbfff0000000000000"),
    (datetime(2013, 3, 21, 20, 4, tzinfo=timezone.utc), "c074" + b"2013-03-21T20:04:00Z".hex()),
    (datetime(2013, 3, 21, 20, 4, tzinfo=timezone.utc), "c11a514b67b0"),
    (datetime(2013, 3, 21, 20, 4, 0, 500000, timezone.utc), "c1fb41d452d9ec200000"),
    (b"\x01\x02\x03\x04\x05", "5f42010243030405ff"),
    ("streaming", "7f657374726561646d696e67ff"),
    ([], "9fff"),
    ([1, [2, 3], [4, 5]], "9f018202039f0405ffff"),
    ([1, [2, 3], [4, 5]], "83018202039f0405ff"),
    (list(range(1, 26)), "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff"),
    ({"a": 1, "b": [2, 3]}, "bf61610161629f0203ffff"),
    ({"Fun": True, "Amt": -2}, "bf6346756ef563416d7421ff"),
    ([1], "d9d9f78101"),
]

# Appendix A has these too; a tuber peer must not take them (PROTOCOL.md section 9).
REFUSED = {
    "f7": "the value undefined is not supported",
    "f0": "simple value 16 is not supported",
    "f8ff": "simple value 255 is not supported",
    "d74401020304": "tag 23 is not supported",
    "d818456449455446": "tag 24 is not supported",
    "d82076687474703a2f2f7777772e6578616d706c652e636f6d": "tag 32 is not supported",
}


def text_of(value: Any) -> str:
    """Return a value as text with all types; the order of a set does not matter."""
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({', '.join(map(text_of, value))})"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({', '.join(sorted(map(text_of, value)))})"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{text_of(key)}: {text_of(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, np.ndarray):
        order = "F" if value.flags.f_contiguous else "C"
        return f"{value.dtype.str} {value.shape} {order} {value.tobytes(order='A')!r}"
    return f"{type(value).__name__} {value!r}"


@pytest.mark.parametrize(("value", "octets"), BOTH_WAYS, ids=str)
def test_a_vector_of_rfc_8949_is_written_in_its_preferred_form(value: Any, octets: str) -> None:
    assert COMPILED.encode(value).hex() == octets


@pytest.mark.parametrize(("value", "octets"), BOTH_WAYS + ONE_WAY, ids=str)
def test_a_vector_of_rfc_8949_is_read(value: Any, octets: str) -> None:
    assert text_of(COMPILED.decode(bytes.fromhex(octets))) == text_of(value)


@pytest.mark.parametrize("octets", REFUSED)
def test_a_vector_without_a_value_is_refused_by_name(octets: str) -> None:
    with pytest.raises(DecodeError) as caught:
        COMPILED.decode(bytes.fromhex(octets))
    assert str(caught.value) == f"at byte 0 ($): {REFUSED[octets]}"
    assert (caught.value.offset, caught.value.place) == (0, "$")


class Colour(enum.Enum):
    RED = "red"
    DEEP = (1, 2)


@dataclass
class Point:
    x: float
    y: Any


VALUES: list[Any] = [
    *(value for value, _ in BOTH_WAYS),
    10**400,
    -(2**64) - 1,
    (1, (2, [3])),
    {1, "a", b"b", None, 2.5, (1, (2,))},
    frozenset(),
    {(1, 2): {b"x": {1.5: None}}, True: 0},
    1 + 2j,
    complex(0.1, -0.0),
    date(1, 1, 1),
    datetime(2020, 2, 29, 23, 59, 59, 999999, timezone(timedelta(hours=-3, minutes=-30))),
    UUID(int=5),
    Colour.RED,
    [Colour.DEEP, Point(1.0, Point(2.0, [np.float32(1.5)]))],
    bytearray(b"abc"),
    memoryview(b"abc"),
    range(3),
    {"a": 1}.keys(),
    "\u6c34" * 1000,
    np.float64(1.25),
    np.int16(-4),
    np.bool_(True),
    np.complex64(1j),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_both_codecs_write_the_same_and_read_the_same(value: Any) -> None:
    octets = COMPILED.encode(value)
    assert octets == PYTHON.encode(value)
    assert text_of(COMPILED.decode(octets)) == text_of(PYTHON.decode(octets))
    assert b"".join(COMPILED.encode_parts(value)) == octets


DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]


def arrays_of(dtype: str) -> list[Any]:
    """Return arrays of each memory layout."""
    flat = np.arange(720).astype(dtype)
    cube = flat.reshape(2, 3, 4, 30)
    unwritable = flat.copy()
    unwritable.flags.writeable = False
    return [
        flat,
        flat[:0],
        flat[5:6],
        np.array(3).astype(dtype),
        cube,
        np.asfortranarray(cube),
        cube.T,
        cube[:, ::2, ::-1, 3:7],
        flat[::-2],
        np.broadcast_to(flat[:3], (4, 3)),
        cube[:, :0],
        flat.reshape((1,) * 30 + (24, 30)),
        unwritable,
        flat.astype(np.dtype(dtype).newbyteorder(">")),
        flat.view(type("Derived", (np.ndarray,), {})),
    ]


@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_arrive_as_they_were(dtype: str) -> None:
    for array in arrays_of(dtype):
        octets = COMPILED.encode(array)
        assert octets == PYTHON.encode(array)
        for body in (octets, bytearray(octets)):
            arrived = COMPILED.decode(body)
            assert type(arrived) is np.ndarray
            assert arrived.dtype == array.dtype
            assert arrived.shape == array.shape
            assert arrived.tobytes() == np.asarray(array).tobytes()
            assert arrived.flags.writeable
            assert arrived.flags.aligned
            if array.flags.c_contiguous or array.flags.f_contiguous:
                assert arrived.flags.c_contiguous == array.flags.c_contiguous
                assert arrived.flags.f_contiguous == array.flags.f_contiguous


def test_a_large_array_is_a_view_of_a_body_that_may_be_written() -> None:
    body = bytearray(COMPILED.encode(["x", np.arange(1000.0)]))
    arrived = COMPILED.decode(body)[1]
    begin = np.frombuffer(body, np.uint8).ctypes.data
    assert begin < arrived.ctypes.data < begin + len(body)
    arrived[0] = 7.0
    assert COMPILED.decode(bytes(body))[1][0] == 7.0


def test_an_array_is_never_a_view_of_bytes_that_are_read_only() -> None:
    body = COMPILED.encode(np.arange(1000.0))
    COMPILED.decode(body)[:] = 0.0
    assert COMPILED.decode(body)[999] == 999.0


def test_a_view_keeps_the_body() -> None:
    body = bytearray(COMPILED.encode(np.arange(1000.0)))
    arrived = COMPILED.decode(body)
    with pytest.raises(BufferError):
        body.clear()
    del arrived
    gc.collect()
    body.clear()


def test_parts_are_the_memory_of_arrays() -> None:
    array = np.arange(100_000.0)
    parts = COMPILED.encode_parts([array, "after"])
    assert [type(part) for part in parts] == [bytes, memoryview, bytes]
    assert np.frombuffer(parts[1]).ctypes.data == array.ctypes.data


def test_encoding_keeps_no_reference() -> None:
    array = np.arange(100_000.0)
    known = weakref.ref(array)
    parts = COMPILED.encode_parts([array, {"a": (array,)}])
    with pytest.raises(EncodeError):
        COMPILED.encode([array, object()])
    del array, parts
    assert known() is None


def test_decoding_keeps_no_reference() -> None:
    text = "a text of its own"
    octets = COMPILED.encode([text, {text: [text]}])
    before = sys.getallocatedblocks()
    for _ in range(1000):
        COMPILED.decode(octets)
    with pytest.raises(DecodeError):
        COMPILED.decode(octets[:-1])
    assert sys.getallocatedblocks() < before + 500


def recursive() -> list[Any]:
    """Return a list that contains itself."""
    items: list[Any] = []
    items.append(items)
    return items


def endless() -> Any:
    """Return an object whose fields never end."""

    @dataclass
    class Endless:
        depth: int = 0

        def __getattribute__(self, name: str) -> Any:
            return Endless() if name == "depth" else object.__getattribute__(self, name)

    return Endless()


UNFIT: list[Any] = [
    object(),
    {"a": [1, object()], "b": 2},
    {"x y": {"b": np.array([object()])}},
    {3: object()},
    recursive(),
    "\ud800",
    {"\ud800": 1},
    10**5000,
    {frozenset([1]): 1},
    {2**70: 1},
    {Colour.RED: 1, "red": 2},
    {(1, object()): 1},
    dict.fromkeys(range(8193)),
    set(range(8193)),
    datetime(2020, 1, 1),
    timedelta(1),
    np.zeros(3, "g"),
    np.longdouble(1),
    np.ma.masked_array([1, 2]),
    np.zeros(2, [("a", "i4")]),
    np.zeros(2, "M8[s]"),
    Point(1.0, object()),
    [[[1, [{}, {"q": object()}]]]],
]


@pytest.mark.parametrize("value", UNFIT, ids=lambda value: type(value).__name__)
def test_both_codecs_refuse_the_same_with_the_same_message(value: Any) -> None:
    with pytest.raises(EncodeError) as compiled:
        COMPILED.encode(value)
    with pytest.raises(EncodeError) as python:
        PYTHON.encode(value)
    assert str(compiled.value) == str(python.value)
    assert compiled.value.place == python.value.place


def test_an_endless_value_is_refused() -> None:
    with pytest.raises(EncodeError) as caught:
        COMPILED.encode(endless())
    assert caught.value.fault == "nested more than 256 levels deep, or it contains itself"


def test_an_exception_of_users_code_passes() -> None:
    class Broken(enum.Enum):
        ONE = 1

        @property
        def value(self) -> Any:
            raise OSError("unplugged")

    with pytest.raises(OSError, match="unplugged"):
        COMPILED.encode([Broken.ONE])


def test_a_list_that_changes_while_it_is_written_is_written_as_it_was() -> None:
    class Changing(enum.Enum):
        ONE = 1

        @property
        def value(self) -> Any:
            items.clear()
            pairs.clear()
            gc.collect()
            return 7

    items: list[Any] = [1, Changing.ONE, ["kept"], 3]
    pairs: dict[str, Any] = {"a": Changing.ONE, "b": ["kept"]}
    assert COMPILED.decode(COMPILED.encode(items)) == [1, 7, ["kept"], 3]
    pairs.update(a=Changing.ONE, b=["kept"])
    assert COMPILED.decode(COMPILED.encode(pairs)) == {"a": 7, "b": ["kept"]}


def outcome(codec: Any, body: bytes) -> str:
    """Decode a body to a value or a DecodeError, and to nothing else."""
    try:
        return text_of(codec.decode(body))
    except DecodeError:
        return "refused"


def refusal(codec: Any, body: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        codec.decode(body)
    return caught.value


def test_every_initial_byte_is_a_value_or_our_error() -> None:
    for first in range(256):
        for rest in (b"", b"\x00", b"\x00" * 8, b"\x00" * 40, b"\xff", b"a" * 20):
            body = bytes([first]) + rest
            assert outcome(COMPILED, body) == outcome(PYTHON, body), body.hex()


def test_a_body_cut_anywhere_is_refused() -> None:
    for value in VALUES:
        body = COMPILED.encode(value)
        for length in range(min(len(body), 200)):
            compiled, python = refusal(COMPILED, body[:length]), refusal(PYTHON, body[:length])
            assert compiled.offset is not None
            assert python.offset is not None
            # One may see the wrong length before the missing bytes.
            assert compiled.offset <= python.offset <= length


def test_both_codecs_decode_mutated_bodies_alike() -> None:
    random_ = random.Random(20260101)
    bodies = [COMPILED.encode(value)[:120] for value in VALUES if not isinstance(value, range)]
    bodies += [COMPILED.encode(array) for array in arrays_of("f4")[1:4]]
    for _ in range(20_000):
        body = bytearray(random_.choice(bodies))
        for _ in range(random_.randint(1, 3)):
            at = random_.randrange(len(body) + 1)
            piece = random_.choice(bodies)[: random_.randint(0, 12)]
            body[at : at + random_.randint(0, 3)] = random_.choice(
                [piece, bytes([random_.randrange(256)])]
            )
        octets = bytes(body)
        assert outcome(COMPILED, octets) == outcome(PYTHON, octets), octets.hex()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("a1666b776172677381f7", "at byte 9 ($.kwargs[0]): the value undefined is not supported"),
        ("a26161016161 02", "at byte 4 ($): the key 'a' of a map came twice"),
        ("a3010203f60102", "at byte 5 ($): the key 1 of a map came twice"),
        ("a201 00 f5 00", "at byte 3 ($): the key True of a map came twice"),
        ("81d90102820101", "at byte 6 ($[0][1]): the element 1 of a set came twice"),
        ("a1a0 00", "at byte 1 ($): a map can't be a key of a map"),
        ("a103 a1 63612062 f7", "at byte 7 ($[3]['a b']): the value undefined is not supported"),
        ("81d90fffa0", "at byte 1 ($[0]): tag 4095 is not supported"),
    ],
)
def test_an_error_names_the_byte_and_the_place(body: str, message: str) -> None:
    with pytest.raises(DecodeError) as caught:
        COMPILED.decode(bytes.fromhex(body))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "body",
    [
        "5bffffffffffffffff",
        "7b7fffffffffffffff00",
        "9bffffffffffffffff",
        "bbffffffffffffffff",
        "9a00ffffff",
        "d82882811b7fffffffffffffffd8405b7fffffffffffffff",
        "d8289a00ffffff",
        "d8299b0000ffffffffffff",
        "5f5bffffffffffffffff",
    ],
)
def test_a_wrong_length_allocates_no_memory(body: str) -> None:
    COMPILED.decode(b"\x00")
    tracemalloc.start()
    try:
        with pytest.raises(DecodeError):
            COMPILED.decode(bytes.fromhex(body))
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ([None, True, 1, -(2**70), 1.5, "a", [], {"a": {"b": (1, 2)}}], True),
        ({"bytes": [1]}, False),
        ({"bytes": [1], "more": 2}, True),
        ({"bites": [1]}, True),
        (float("nan"), False),
        ([float("-inf")], False),
        (b"", False),
        ({1: 2}, False),
        ({1}, False),
        (1j, False),
        (np.zeros(1), False),
        (np.float64(1), False),
        (Colour.RED, False),
        (date(2020, 1, 1), False),
    ],
    ids=str,
)
def test_whether_a_value_arrives_as_itself_over_json(value: Any, exact: bool) -> None:
    assert is_exact_in_json(value) is exact
