"""The table of values of PROTOCOL.md section 9: each value, its encoding and its decoded form.

Tests run it over every codec, and over a live server in both directions. It imports no codec.
"""

from __future__ import annotations

import math
import struct
import uuid
from array import array
from collections import OrderedDict, deque, namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

Point = namedtuple("Point", "x y")


@dataclass
class Window:
    start: int
    stop: float


class Mode(Enum):
    FAST = "fast"


class Level(IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


class Octets(bytearray):
    pass


class Samples(np.ndarray):
    """A subclass without additions."""


class Row(NamedTuple):
    """A row of the table, with one value.

    Attributes:
        name: the name of the row.
        value: a result or an argument.
        cbor: its CBOR item in hexadecimal.
        arrives: the value that the Python peer receives.
        json: its JSON text if JSON preserves the value; None if our peers must use CBOR.
        others: its JSON text for other clients; None if the call fails for them.
    """

    name: str
    value: Any
    cbor: str
    arrives: Any
    json: str | None
    others: str | None


class Refusal(NamedTuple):
    """A value that CBOR cannot encode, and the place and the end of the error message."""

    name: str
    value: Any
    place: str
    fault: str


def _plain(name: str, value: Any, cbor: str, text: str) -> Row:
    """Return a row for a value that every codec preserves."""
    return Row(name, value, cbor, value, text, text)


def _only_cbor(name: str, value: Any, cbor: str, others: str | None) -> Row:
    """Return a row for a value that only CBOR preserves."""
    return Row(name, value, cbor, value, None, others)


ZONE = timezone(timedelta(hours=5, minutes=30))
MOMENT = datetime(2013, 3, 21, 20, 4, 0, 500_000, tzinfo=timezone.utc)
BOARD = uuid.UUID("c295a8e8-4a4d-4d1c-8d39-5a4e9f2b8e11")

ROWS = [
    _plain("None", None, "f6", "null"),
    _plain("False", False, "f4", "false"),
    _plain("True", True, "f5", "true"),
    _plain("0", 0, "00", "0"),
    _plain("23", 23, "17", "23"),
    _plain("24", 24, "1818", "24"),
    _plain("-1", -1, "20", "-1"),
    _plain("-500", -500, "3901f3", "-500"),
    _plain("2**53+1", 2**53 + 1, "1b0020000000000001", str(2**53 + 1)),
    _plain("2**64-1", 2**64 - 1, "1bffffffffffffffff", str(2**64 - 1)),
    _plain("2**64", 2**64, "c249010000000000000000", str(2**64)),
    _plain("-2**64", -(2**64), "3bffffffffffffffff", str(-(2**64))),
    _plain("-2**64-1", -(2**64) - 1, "c349010000000000000000", str(-(2**64) - 1)),
    _plain("1.5", 1.5, "f93e00", "1.5"),
    _plain("0.1", 0.1, "fb3fb999999999999a", "0.1"),
    _plain("100000.0", 100000.0, "fa47c35000", "100000.0"),
    _plain("-0.0", -0.0, "f98000", "-0.0"),
    _plain("5e-324", 5e-324, "fb0000000000000001", "5e-324"),
    _only_cbor("NaN", math.nan, "f97e00", "null"),
    _only_cbor("inf", math.inf, "f97c00", "null"),
    _only_cbor("-inf", -math.inf, "f9fc00", "null"),
    _plain("text", "on", "626f6e", '"on"'),
    _plain("text not ASCII", "\u00b5\U0001f52d", "66c2b5f09f94ad", '"\u00b5\U0001f52d"'),
    _plain("empty text", "", "60", '""'),
    _only_cbor("bytes", b"\x00\xff", "4200ff", '{"bytes":[0,255]}'),
    Row("bytearray", bytearray(b"\x01"), "4101", b"\x01", None, '{"bytes":[1]}'),
    Row("bytearray subclass", Octets(b"\x01"), "4101", b"\x01", None, '{"bytes":[1]}'),
    Row("memoryview", memoryview(b"\x01"), "4101", b"\x01", None, '{"bytes":[1]}'),
    _only_cbor("complex", 1.5 - 2j, "d9a7f882f93e00f9c000", None),
    _plain("list", [1, [2.5, None]], "820182f94100f6", "[1,[2.5,null]]"),
    _plain("empty list", [], "80", "[]"),
    Row("tuple", (1, 2), "820102", [1, 2], "[1,2]", "[1,2]"),
    Row("range", range(2), "820001", [0, 1], "[0,1]", "[0,1]"),
    Row("deque", deque([1]), "8101", [1], "[1]", "[1]"),
    Row("dict view", {"a": 1}.values(), "8101", [1], "[1]", "[1]"),
    _plain("map", {"a": 1, "b": {}}, "a26161016162a0", '{"a":1,"b":{}}'),
    Row("OrderedDict", OrderedDict(a=1), "a1616101", {"a": 1}, '{"a":1}', '{"a":1}'),
    Row("mapping", MappingProxyType({"a": 1}), "a1616101", {"a": 1}, '{"a":1}', '{"a":1}'),
    _only_cbor("map with an integer key", {7: "a"}, "a1076161", '{"7":"a"}'),
    _only_cbor("map with a float key", {1.5: "a"}, "a1f93e006161", '{"1.5":"a"}'),
    _only_cbor("map with None as key", {None: 1}, "a1f601", '{"null":1}'),
    _only_cbor("map with a tuple as key", {(1, "a"): 1}, "a18201616101", None),
    _only_cbor("map with bytes as key", {b"a": 1}, "a1416101", None),
    _only_cbor("map of the form of bytes", {"bytes": [1]}, "a16562797465738101", '{"bytes":[1]}'),
    _only_cbor("set", {7}, "d901028107", "[7]"),
    Row("frozenset", frozenset("a"), "d90102816161", {"a"}, None, '["a"]'),
    Row("Enum", Mode.FAST, "6466617374", "fast", '"fast"', '"fast"'),
    Row("IntEnum", Level.HIGH, "03", 3, "3", "3"),
    Row("str subclass", Name("a"), "6161", "a", '"a"', '"a"'),
    Row("dataclass", Window(1, 2.5), "a2657374617274016473746f70f94100", {"start": 1, "stop": 2.5},
        '{"start":1,"stop":2.5}', '{"start":1,"stop":2.5}'),
    Row("namedtuple", Point(1, 2), "a2617801617902", {"x": 1, "y": 2}, '{"x":1,"y":2}',
        '{"x":1,"y":2}'),
    _only_cbor("datetime", MOMENT, "c0" + "7820" + b"2013-03-21T20:04:00.500000+00:00".hex(),
               '"2013-03-21T20:04:00.500000+00:00"'),
    _only_cbor("datetime elsewhere", MOMENT.replace(microsecond=0, tzinfo=ZONE),
               "c0" + "7819" + b"2013-03-21T20:04:00+05:30".hex(),
               '"2013-03-21T20:04:00+05:30"'),
    _only_cbor("date", date(2013, 3, 21), "d903ec6a" + b"2013-03-21".hex(), '"2013-03-21"'),
    _only_cbor("UUID", BOARD, "d82550" + BOARD.hex, f'"{BOARD}"'),
    Row("numpy.bool", np.True_, "f5", True, "true", "true"),
    Row("numpy.int8", np.int8(-5), "24", -5, "-5", "-5"),
    Row("numpy.uint64", np.uint64(2**64 - 1), "1bffffffffffffffff", 2**64 - 1, str(2**64 - 1),
        str(2**64 - 1)),
    Row("numpy.float16", np.float16(0.5), "f93800", 0.5, "0.5", "0.5"),
    Row("numpy.float32", np.float32(0.1), "fa3dcccccd", 0.10000000149011612,
        "0.10000000149011612", "0.10000000149011612"),
    Row("numpy.float64", np.float64(0.1), "fb3fb999999999999a", 0.1, "0.1", "0.1"),
    Row("numpy.float64 NaN", np.float64("nan"), "f97e00", math.nan, None, "null"),
    Row("numpy.complex64", np.complex64(1j), "d9a7f882f90000f93c00", 1j, None, None),
    Row("numpy.complex128", np.complex128(1j), "d9a7f882f90000f93c00", 1j, None, None),
    Row("numpy.str_", np.str_("a"), "6161", "a", '"a"', '"a"'),
    Row("numpy.bytes_", np.bytes_(b"a"), "4161", b"a", None, '{"bytes":[97]}'),
    Row("array.array", array("h", [1, -1]), "d828828102d84d440100ffff",
        np.array([1, -1], "<i2"), None, "[1,-1]"),
    _only_cbor("bool array", np.array([[True], [False]]), "d82882820201d82982f5f4",
               "[[true],[false]]"),
    _only_cbor("complex64 array", np.array([1 - 1j], np.complex64),
               "d828828101d9a7f9d855480000803f000080bf", None),
    _only_cbor("array without dimensions", np.array(7, "u1"), "d8288280d8404107", "7"),
    _only_cbor("empty array", np.zeros((0, 3), "<f4"), "d82882820003d85540", "[]"),
    _only_cbor("array in Fortran order", np.array([[1, 2], [3, 4]], "u1", order="F"),
               "d9041082820202d8404401030204", "[[1,2],[3,4]]"),
    _only_cbor("big-endian array", np.array([1], ">u2"), "d828828101d841420001", "[1]"),
    Row("reversed array", np.array([1, 2], "u1")[::-1], "d828828102d840420201",
        np.array([2, 1], "u1"), None, "[2,1]"),
    Row("array subclass", np.array([1], "u1").view(Samples), "d828828101d8404101",
        np.array([1], "u1"), None, "[1]"),
]  # fmt: skip

_MASKED = np.ma.MaskedArray([1, 2], mask=[0, 1])
_STRUCTURED = np.zeros(2, [("re", "f4"), ("im", "f4")])
_ANY = "use numbers, strings, bytes, lists, maps, dataclasses, arrays or None"


class Quantity(np.ndarray):
    """An array with a unit, like astropy's Quantity."""

    unit = "Hz"


_ASTRAY = timezone(timedelta(minutes=53, seconds=28))
_SELF: list[Any] = []
_SELF.append(_SELF)

REFUSALS = [
    Refusal("longdouble", [1, {"gain": np.longdouble(1)}], "$[1].gain",
            "numpy.longdouble is not supported; send str(value)"),
    Refusal("clongdouble", np.clongdouble(1), "$",
            "numpy.clongdouble is not supported; send str(value)"),
    Refusal("longdouble array", {"a b": np.zeros(2, np.longdouble)}, "$['a b']",
            "an array of numpy.longdouble is not supported; convert with .astype(numpy.float64)"),
    Refusal("clongdouble array", np.zeros(2, np.clongdouble), "$",
            "an array of numpy.clongdouble is not supported; "
            "convert with .astype(numpy.complex128)"),
    Refusal("object array", {1: np.array([None])}, "$[1]",
            "an array of object is not supported; send a list, or convert with .astype()"),
    Refusal("structured array", _STRUCTURED, "$",
            f"an array of {_STRUCTURED.dtype} is not supported; "
            "send each field as an array of its own"),
    Refusal("masked array", _MASKED, "$",
            "a masked array is not supported; send .filled(value), or data and mask"),
    Refusal("array with a unit", np.zeros(2).view(Quantity), "$",
            f"{__name__}.Quantity carries a unit that would be lost; "
            "send its value and its unit apart"),
    Refusal("string array", np.array(["a"]), "$",
            "an array of <U1 is not supported; send .astype(str).tolist()"),
    Refusal("datetime64 array", np.zeros(1, "M8[s]"), "$",
            "an array of datetime64[s] is not supported; send .astype(str).tolist()"),
    Refusal("datetime64", np.datetime64("2020-01-01"), "$",
            "numpy.datetime64 is not supported; send str(value)"),
    Refusal("timedelta64", np.timedelta64(1, "s"), "$",
            "numpy.timedelta64 is not supported; send str(value)"),
    Refusal("naive datetime", datetime(2020, 1, 1), "$",
            "a datetime without a time zone is not supported; add one with .astimezone()"),
    Refusal("datetime off by seconds", datetime(2020, 1, 1, tzinfo=_ASTRAY), "$",
            "a UTC offset with seconds is not supported; "
            "convert with .astimezone(datetime.timezone.utc)"),
    Refusal("time", time(1), "$", "datetime.time is not supported; send .isoformat()"),
    Refusal("timedelta", timedelta(1), "$",
            "datetime.timedelta is not supported; send .total_seconds()"),
    Refusal("Decimal", Decimal("0.1"), "$",
            "decimal.Decimal is not supported; send str(value)"),
    Refusal("Fraction", Fraction(1, 3), "$",
            "fractions.Fraction is not supported; send str(value)"),
    Refusal("path", PurePosixPath("/a"), "$",
            "pathlib.PurePosixPath is not supported; send str(value)"),
    Refusal("object", [object()], "$[0]", f"object is not supported; {_ANY}"),
    Refusal("class", int, "$", f"type is not supported; {_ANY}"),
    Refusal("function", len, "$", f"builtin_function_or_method is not supported; {_ANY}"),
    Refusal("lone surrogate", ["a", "\ud800"], "$[1]",
            "the string holds a lone surrogate, which has no UTF-8 form"),
    Refusal("huge integer", [0, 10**5000], "$[1]",
            "an integer of 16610 bits is over the limit of 14288"),
    Refusal("long key", {"a": {2**64: 1}}, "$.a",
            "an integer over 64 bits can't be a key of a map"),
    Refusal("long element", {2**64}, "$", "an integer over 64 bits can't be an element of a set"),
    Refusal("namedtuple as key", {Point(1, 2): 1}, "$",
            f"{__name__}.Point can't be a key of a map"),
    Refusal("set in a set", {frozenset((1,))}, "$", "a set can't be an element of a set"),
    Refusal("keys that become one", {Mode.FAST: 1, "fast": 2}, "$",
            "two keys of the map become the same 'fast'"),
    Refusal("a list in itself", _SELF, "$" + "[0]" * 256,
            "nested more than 256 levels deep, or it contains itself"),
]  # fmt: skip

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
SHAPES = [(), (0,), (1,), (5,), (2, 3), (3, 0, 2), (2, 3, 4), (1,) * 32, (300, 5)]


def arrays() -> Iterator[tuple[str, np.ndarray]]:
    """Arrays of every dtype, byte order, shape and order in memory, with names."""
    for kind in DTYPES:
        dtype = np.dtype(kind)
        for byte_order in "<>" if dtype.itemsize > 1 else "|":
            ordered = dtype.newbyteorder(byte_order)
            for shape in SHAPES:
                numbers = np.arange(math.prod(shape)).reshape(shape)
                if dtype.kind == "c":
                    numbers = numbers - 1j * numbers
                for order in "CF":
                    made = np.asarray((numbers % 251).astype(ordered) if dtype.kind in "iu"
                                      else numbers.astype(ordered), order=order)  # fmt: skip
                    yield f"{ordered.str}{list(shape)}{order}", made


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: class, value, sign of zero, NaN, order in memory."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        both_nan = math.isnan(one) and math.isnan(other)  # whatever their payloads
        return both_nan or struct.pack("d", one) == struct.pack("d", other)
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, (set, frozenset)):
        return sorted(map(repr, one)) == sorted(map(repr, other))
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if isinstance(one, datetime):
        return one == other and one.utcoffset() == other.utcoffset()
    if isinstance(one, np.ndarray):
        return (
            (one.dtype.str, one.shape) == (other.dtype.str, other.shape)
            and one.flags.c_contiguous == other.flags.c_contiguous
            and one.flags.f_contiguous == other.flags.f_contiguous
            and one.tobytes() == other.tobytes()
        )
    return bool(one == other)
