"""The CBOR codecs against the examples of the specifications, and the bodies they refuse."""

from __future__ import annotations

import math
import pickle
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.codecs import CBOR_CODECS, cbor_codec
from tests.support.values import same
from tuber.codec import Codec, DecodeError
from tuber.codec.cbor import CborCodec

UTC = timezone.utc


@pytest.fixture(params=CBOR_CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return cbor_codec(request.param)


# RFC 8949 appendix A; those without a value here are in REFUSED below.
PREFERRED = [
    ("00", 0), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25), ("1864", 100),
    ("1903e8", 1000), ("1a000f4240", 1000000), ("1b000000e8d4a51000", 1000000000000),
    ("1bffffffffffffffff", 18446744073709551615), ("c249010000000000000000", 18446744073709551616),
    ("3bffffffffffffffff", -18446744073709551616),
    ("c349010000000000000000", -18446744073709551617),
    ("20", -1), ("29", -10), ("3863", -100), ("3903e7", -1000),
    ("f90000", 0.0), ("f98000", -0.0), ("f93c00", 1.0), ("fb3ff199999999999a", 1.1),
    ("f93e00", 1.5), ("f97bff", 65504.0), ("fa47c35000", 100000.0),
    ("fa7f7fffff", 3.4028234663852886e38), ("fb7e37e43c8800759c", 1.0e300),
    ("f90001", 5.960464477539063e-8), ("f90400", 0.00006103515625), ("f9c400", -4.0),
    ("fbc010666666666666", -4.1), ("f97c00", math.inf), ("f97e00", math.nan),
    ("f9fc00", -math.inf), ("f4", False), ("f5", True), ("f6", None),
    ("40", b""), ("4401020304", b"\1\2\3\4"), ("60", ""), ("6161", "a"), ("6449455446", "IETF"),
    ("62225c", '"\\'), ("62c3bc", "\u00fc"), ("63e6b0b4", "\u6c34"),
    ("64f0908591", "\U00010151"), ("80", []), ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", list(range(1, 26))),
    ("a0", {}), ("a201020304", {1: 2, 3: 4}), ("a26161016162820203", {"a": 1, "b": [2, 3]}),
    ("826161a161626163", ["a", {"b": "c"}]),
    ("a56161614161626142616361436164614461656145",
     {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}),
]  # fmt: skip

# Also valid, although an encoder prefers another form.
READ = [
    ("fa7f800000", math.inf), ("fa7fc00000", math.nan), ("faff800000", -math.inf),
    ("fb7ff0000000000000", math.inf), ("fb7ff8000000000000", math.nan),
    ("fbfff0000000000000", -math.inf),
    ("c074323031332d30332d32315432303a30343a30305a", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ("c1fb41d452d9ec200000", datetime(2013, 3, 21, 20, 4, 0, 500_000, tzinfo=UTC)),
    ("5f42010243030405ff", b"\1\2\3\4\5"), ("7f657374726561646d696e67ff", "streaming"),
    ("9fff", []), ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
    ("9f01820203820405ff", [1, [2, 3], [4, 5]]), ("83018202039f0405ff", [1, [2, 3], [4, 5]]),
    ("83019f0203ff820405", [1, [2, 3], [4, 5]]),
    ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", list(range(1, 26))),
    ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ("826161bf61626163ff", ["a", {"b": "c"}]),
    ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
    # not in the appendix
    ("1b0000000000000001", 1), ("7800", ""), ("9b0000000000000000", []), ("c240", 0),
    ("c2420001", 1), ("c25f41014100ff", 256), ("c340", -1), ("d9d9f701", 1),
    ("d86400", date(1970, 1, 1)), ("d86420", date(1969, 12, 31)),
    ("a1810102", {(1,): 2}), ("a19f01ff02", {(1,): 2}), ("d901029f01ff", {1}),
    ("d9a7f8820102", 1 + 2j), ("c1f93e00", datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)),
    ("c078" + "19" + b"2013-03-21t20:04:00-05:30".hex(),
     datetime(2013, 3, 21, 20, 4, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
    ("c078" + "1c" + b"2013-03-21T20:04:00.1234560z".hex(),
     datetime(2013, 3, 21, 20, 4, 0, 123456, tzinfo=UTC)),
    ("d8444300ff01", np.array([0, 255, 1], "u1")),  # clamped uint8
    ("d8454400010002", np.array([256, 512], "<u2")), ("d82981f5", np.array([True])),
    ("d9a7f9d8555f440000803f4400000040ff", np.array([1 + 2j], "<c8")),
]  # fmt: skip

# RFC 8746 figures 1 (row-major), 2 (the same in column-major order) and 4 (homogeneous).
ARRAYS = [
    ("d82882820203d8414c000200040008000400100100", np.array([[2, 4, 8], [4, 16, 256]], ">u2"), "C"),
    ("d9041082820203d8414c000200040004001000080100",
     np.array([[2, 4, 8], [4, 16, 256]], ">u2"), "F"),
    ("d82982f5f4", np.array([True, False]), "C"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "value"), PREFERRED + READ)
def test_the_examples_are_read(codec: Codec, body: str, value: Any) -> None:
    assert same(codec.decode(bytes.fromhex(body)), value)


@pytest.mark.parametrize(("body", "value"), PREFERRED)
def test_the_preferred_examples_are_written(codec: Codec, body: str, value: Any) -> None:
    assert codec.encode(value).hex() == body


@pytest.mark.parametrize(("body", "array", "order"), ARRAYS)
def test_the_examples_of_arrays_are_read(
    codec: Codec, body: str, array: np.ndarray, order: Any
) -> None:
    assert same(codec.decode(bytes.fromhex(body)), np.asarray(array, order=order))


MOMENT = "tag 0: expected RFC 3339 text of a date and time that exists"
SECONDS = "tag 1: expected an integer or float of seconds in the years 1 to 9999"
DAY = "tag 1004: expected text YYYY-MM-DD of a day that exists"
SHAPED = "tag 40: expected an array of two: the shape and a typed array"
COMPLEX = "tag 43001: expected a typed array of float32 or float64 in pairs"


def text(octets: bytes) -> str:
    return f"78{len(octets):02x}{octets.hex()}"


REFUSED = [
    ("", 0, "$", "the input is empty"),
    ("18", 0, "$", "expected 1 more bytes, got 0"),
    ("1b00", 0, "$", "expected 8 more bytes, got 1"),
    ("8201", 0, "$", "an array of 2 items can't fit in the 1 bytes left"),
    ("820118", 2, "$[1]", "expected 1 more bytes, got 0"),
    ("a1616182016261", 5, "$.a[1]", "expected 2 more bytes, got 1"),
    ("5affffffff00", 0, "$", "expected 4294967295 more bytes, got 1"),
    ("7bffffffffffffffff00", 0, "$", "expected 18446744073709551615 more bytes, got 1"),
    ("9affffffff00", 0, "$", "an array of 4294967295 items can't fit in the 1 bytes left"),
    ("bbffffffffffffffff0000", 0, "$",
     "a map of 18446744073709551615 pairs can't fit in the 2 bytes left"),
    ("a20000", 0, "$", "a map of 2 pairs can't fit in the 2 bytes left"),
    ("9f01", 2, "$[1]", "expected 1 more bytes, got 0"),
    ("0001", 1, "$", "1 bytes follow the value"),
    ("1c", 0, "$", "initial byte 0x1c is reserved"),
    ("81fe", 1, "$[0]", "initial byte 0xfe is reserved"),
    ("1f", 0, "$", "initial byte 0x1f is reserved"),
    ("df", 0, "$", "initial byte 0xdf is reserved"),
    ("ff", 0, "$", "a break outside of an indefinite-length item"),
    ("81ff", 1, "$[0]", "a break outside of an indefinite-length item"),
    ("bf6161ff", 3, "$.a", "a break outside of an indefinite-length item"),
    ("e0", 0, "$", "simple value 0 is not supported"),
    ("f0", 0, "$", "simple value 16 is not supported"),
    ("f818", 0, "$", "simple value 24 written in two bytes is not well-formed"),
    ("f8ff", 0, "$", "simple value 255 is not supported"),
    ("a16161f7", 3, "$.a", "the value undefined is not supported"),
    ("5f6161ff", 1, "$", "expected a definite-length byte string as chunk, got initial byte 0x61"),
    ("7f7f6161ffff", 1, "$",
     "expected a definite-length text string as chunk, got initial byte 0x7f"),
    ("7f61c361bcff", 1, "$", "invalid UTF-8 in a text string"),
    ("61ff", 0, "$", "invalid UTF-8 in a text string"),
    ("63eda080", 0, "$", "invalid UTF-8 in a text string"),
    ("81780180", 1, "$[0]", "invalid UTF-8 in a text string"),
    ("c48221196ab3", 0, "$", "tag 4 is not supported"),
    ("d74401020304", 0, "$", "tag 23 is not supported"),
    ("d818456449455446", 0, "$", "tag 24 is not supported"),
    ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", 0, "$", "tag 32 is not supported"),
    ("d81c80", 0, "$", "tag 28 is not supported"),
    ("81d9d9f700", 1, "$[0]", "tag 55799 is not supported"),
    ("d9d9f7d9d9f700", 3, "$", "tag 55799 is not supported"),
    ("dbffffffffffffffff00", 0, "$", "tag 18446744073709551615 is not supported"),
    ("d84c4100", 0, "$", "tag 76 is not supported"),
    ("d85350" + "00" * 16, 0, "$", "tag 83 is not supported"),
    ("a20100f93c0000", 3, "$", "the key 1.0 of a map appears twice"),
    ("a201000100", 3, "$", "the key 1 of a map appears twice"),
    ("a2616100616100", 4, "$", "the key 'a' of a map appears twice"),
    ("bf01000100ff", 3, "$", "the key 1 of a map appears twice"),
    ("d90102820101", 5, "$[1]", "the element 1 of a set appears twice"),
    ("a1a000", 1, "$", "a map can't be a key of a map"),
    ("a1d901028000", 1, "$", "a set can't be a key of a map"),
    ("a181a000", 2, "$", "a map can't be a key of a map"),
    ("a1d840410000", 1, "$", "an array of numbers can't be a key of a map"),
    ("a1c2410100", 1, "$", "an integer over 64 bits can't be a key of a map"),
    ("d9010281a0", 4, "$[0]", "a map can't be an element of a set"),
    ("c200", 0, "$", "tag 2: expected a byte string of at most 1786 bytes"),
    ("c25906fb" + "01" * 1787, 0, "$", "tag 2: expected a byte string of at most 1786 bytes"),
    ("c001", 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21 20:04:00Z"), 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21T20:04:00"), 0, "$", MOMENT),
    ("c0" + text(b"2013-02-29T20:04:00Z"), 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21T20:04:60Z"), 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21T20:04:00.0000001Z"), 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21T20:04:00+24:00"), 0, "$", MOMENT),
    ("c0" + text(b"2013-03-21T20:04:00+01:60"), 0, "$", MOMENT),
    ("c0" + text("\uff12013-03-21T20:04:00Z".encode()), 0, "$", MOMENT),
    ("c1f6", 0, "$", SECONDS),
    ("c1f97e00", 0, "$", SECONDS),
    ("c1f97c00", 0, "$", SECONDS),
    ("c11bffffffffffffffff", 0, "$", SECONDS),
    ("c1c24101", 0, "$", SECONDS),
    ("d8641bffffffffffffffff", 0, "$",
     "tag 100: expected an integer of days in the years 1 to 9999"),
    ("d903ec" + text(b"2013-02-29"), 0, "$", DAY),
    ("d903ec" + text(b"20130228"), 0, "$", DAY),
    ("d8254100", 0, "$", "tag 37: expected a byte string of 16 bytes"),
    ("d90102a0", 0, "$", "tag 258: expected an array"),
    ("d9a7f801", 0, "$", "tag 43000: expected an array of two numbers"),
    ("d9a7f88101", 0, "$", "tag 43000: expected an array of two numbers"),
    ("d9a7f88201f6", 0, "$", "tag 43000: expected an array of two numbers"),
    ("d9a7f882001b0020000000000001", 0, "$", "tag 43000: expected an array of two numbers"),
    ("d8296101", 0, "$", "tag 41: expected an array of booleans"),
    ("d82982f501", 0, "$", "tag 41: expected an array of booleans"),
    ("d84001", 0, "$", "tag 64: expected a byte string"),
    ("d8454101", 0, "$", "tag 69: 1 bytes are not a whole number of items of 2 bytes"),
    ("d8288101", 0, "$", SHAPED),
    ("d828820180", 0, "$", SHAPED),
    ("d828828120d84040", 0, "$", SHAPED),
    ("d8288281018101", 0, "$", SHAPED),
    ("d828828101d9010280", 0, "$", SHAPED),
    ("d828828102d8404101", 0, "$", "tag 40: the shape (2,) takes 2 bytes, got 1"),
    ("d82882821bffffffffffffffff00d84040", 0, "$",
     "tag 40: the shape (18446744073709551615, 0) takes more than 2**63 - 1 bytes, got 0"),
    ("d828829821" + "01" * 33 + "d8404101", 0, "$", "tag 40: more than 32 dimensions"),
    ("d9a7f94100", 0, "$", COMPLEX),
    ("d9a7f9d8404100", 0, "$", COMPLEX),
    ("d9a7f9d8554400000000", 0, "$", COMPLEX),
    ("81" * 257 + "00", 256, "$" + "[0]" * 256, "nested more than 256 levels deep"),
    ("c1" * 300 + "00", 0, "$", SECONDS),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "offset", "place", "fault"),
    [pytest.param(*each, id=f"{each[0][:24]}-{number}") for number, each in enumerate(REFUSED)],
)
def test_a_bad_body_is_refused_with_offset_and_place(
    codec: Codec, body: str, offset: int, place: str, fault: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        codec.decode(bytes.fromhex(body))
    error = caught.value
    assert (error.offset, error.place, error.fault) == (offset, place, fault)
    assert str(error) == f"at byte {offset} ({place}): {fault}"
    assert pickle.loads(pickle.dumps(error)).args == error.args


def test_256_levels_are_encoded_and_decoded(codec: Codec) -> None:
    body = b"\x81" * 256 + b"\x00"
    assert codec.encode(codec.decode(body)) == body
    deep: Any = 2**64
    for _ in range(255):
        deep = [deep]
    assert codec.decode(codec.encode(deep)) == deep
    with pytest.raises(TypeError, match="nested more than 256 levels deep"):
        codec.encode([deep])


def test_a_set_is_two_levels_a_tag_and_an_array(codec: Codec) -> None:
    deep: Any = {1}
    for _ in range(254):
        deep = [deep]
    assert codec.decode(codec.encode(deep)) == deep
    with pytest.raises(TypeError, match="nested more than 256 levels deep"):
        codec.encode([deep])


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text()
    | st.binary()
    | st.complex_numbers()
    | st.dates()
    | st.uuids()
    | st.datetimes(timezones=st.just(UTC))
)
keys = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text() | st.binary()
    | st.floats(allow_nan=False) | st.dates(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner) | st.sets(keys, max_size=5),
    max_leaves=20,
)


@given(values)
def test_every_value_arrives_unchanged(value: Any) -> None:
    codec = CborCodec()
    assert same(codec.decode(codec.encode(value)), value)


@pytest.mark.parametrize("offset", range(17))
def test_big_arrays_are_aligned_for_use_in_place(codec: Codec, offset: int) -> None:
    array = np.arange(1000.0).reshape(10, 100)
    for each in (array, array.T, array.astype(np.complex128)):
        body = bytearray(codec.encode(["x" * offset, each]))
        arrived = codec.decode(body)[1]
        assert same(arrived, each)
        arrived[...] = -1.0
        assert not same(codec.decode(bytes(body))[1], each), "it is a view of the body"


def test_arrays_of_a_read_only_body_are_copies_that_can_be_written(codec: Codec) -> None:
    body = codec.encode(np.arange(1000))
    arrived = codec.decode(body)
    arrived[0] = 7
    assert codec.decode(body)[0] == 0


def test_a_view_keeps_the_body(codec: Codec) -> None:
    body = bytearray(codec.encode(np.arange(1000)))
    arrived = codec.decode(body)
    with pytest.raises(BufferError):
        body.clear()
    assert arrived.sum() == 499500


def test_big_arrays_are_pieces_that_are_not_copied(codec: Codec) -> None:
    array = np.arange(100_000.0)
    value = {"result": [array, array.T, "end", np.arange(3)]}
    pieces = codec.encode_parts(value)
    assert b"".join(pieces) == codec.encode(value)
    views = [piece for piece in pieces if isinstance(piece, memoryview)]
    assert [np.shares_memory(np.frombuffer(view, np.uint8), array) for view in views] == [True] * 2


def test_a_codec_names_its_media_type() -> None:
    assert repr(CborCodec()) == "CborCodec()"
    assert CborCodec().media_type == "application/cbor"
