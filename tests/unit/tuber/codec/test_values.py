"""The table of values, PROTOCOL.md section 9, over every codec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from enum import Enum
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.support.codecs import CBOR_CODECS, JSON_CODECS, cbor_codec, json_codec_of
from tests.support.values import REFUSALS, ROWS, Refusal, Row, arrays, same
from tuber.codec import Codec, EncodeError


@pytest.fixture(params=CBOR_CODECS)
def cbor(request: pytest.FixtureRequest) -> Codec:
    return cbor_codec(request.param)


def ids(row: Row | Refusal) -> str:
    return row.name


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_cbor_is_written_as_in_the_table(cbor: Codec, row: Row) -> None:
    assert cbor.encode(row.value).hex() == row.cbor


@pytest.mark.parametrize("body_type", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_cbor_is_read_as_in_the_table(cbor: Codec, row: Row, body_type: Any) -> None:
    arrived = cbor.decode(body_type(bytes.fromhex(row.cbor)))
    assert same(arrived, row.arrives), arrived


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize("row", [row for row in ROWS if row.json is not None], ids=ids)
def test_json_for_our_client_is_the_same_value(name: str, row: Row) -> None:
    body = json_codec_of(name, strict=True).encode(row.value)
    assert body.decode() == row.json
    assert same(json_codec_of(name).decode(body), row.arrives)


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_json_for_others_is_as_in_the_table(name: str, row: Row) -> None:
    codec = json_codec_of(name)
    if row.others is None:
        with pytest.raises(EncodeError):
            codec.encode(row.value)
    else:
        assert codec.encode(row.value).decode() == row.others


class Text(str):
    def __str__(self) -> str:
        return "another text"


class Count(int):
    def __int__(self) -> int:
        return 99

    __index__ = __int__


class Gain(float):
    def __float__(self) -> float:
        return 9.5


@pytest.mark.parametrize("name", [*JSON_CODECS, *CBOR_CODECS])
@pytest.mark.parametrize("value", [Text("text"), Count(5), Gain(1.5), [Text("text"), Count(5)]])
def test_subclasses_of_plain_types_send_the_value_that_they_hold(name: str, value: Any) -> None:
    codec = json_codec_of(name) if name in JSON_CODECS else cbor_codec(name)
    (member,) = Enum("Setting", {"A": value})
    assert codec.decode(codec.encode(member)) == value
    assert codec.decode(codec.encode(value)) == value


class Quantity:
    magnitude = 3
    units = "m"

    def tolist(self) -> Any:
        raise AttributeError("an integer has no tolist")


@pytest.mark.parametrize("name", [*JSON_CODECS, *CBOR_CODECS])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Quantity(), r"send value.magnitude and str\(value.units\)"),
        (iter([1]), r"send list\(...\) of it"),
        (Fraction(1, 3), r"send str\(value\)"),
        (timedelta(1), r"send .total_seconds\(\)"),
    ],
)
def test_every_codec_advises_what_to_send_instead(name: str, value: Any, text: str) -> None:
    codec = json_codec_of(name) if name in JSON_CODECS else cbor_codec(name)
    with pytest.raises(EncodeError, match=text) as caught:
        codec.encode([0, value])
    assert caught.value.place == "$[1]"


class Raising(Mapping[str, int]):
    """A map that raises at its n-th access."""

    def __init__(self, error: BaseException, accesses: int) -> None:
        self.error, self.left = error, accesses

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error

    def __len__(self) -> int:
        self.count()
        return 2

    def __iter__(self) -> Iterator[str]:
        self.count()
        return iter("ab")

    def __getitem__(self, name: str) -> int:
        self.count()
        return 1


@pytest.mark.parametrize("name", [*JSON_CODECS, *CBOR_CODECS])
@pytest.mark.parametrize("accesses", [1, 2, 3])
@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), ValueError("x")])
def test_whatever_a_value_raises_has_its_place(
    name: str, error: BaseException, accesses: int
) -> None:
    codec = json_codec_of(name) if name in JSON_CODECS else cbor_codec(name)
    with pytest.raises(EncodeError, match=f"encoding it raised {type(error).__name__}") as caught:
        codec.encode({"a": [0, Raising(error, accesses)]})
    assert caught.value.place == "$.a[1]"


@pytest.mark.parametrize("name", [*JSON_CODECS, *CBOR_CODECS])
def test_an_interruption_while_encoding_passes(name: str) -> None:
    codec = json_codec_of(name) if name in JSON_CODECS else cbor_codec(name)
    with pytest.raises(KeyboardInterrupt):
        codec.encode([Raising(KeyboardInterrupt(), 1)])


class Fine(datetime):
    """A time like pandas.Timestamp."""

    nanosecond = 789


class Missing(datetime):
    """A missing time, like pandas.NaT."""

    def __ne__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "text"), [(Fine, "finer than microseconds"), (Missing, "a missing time")]
)
def test_times_that_would_change_are_refused(cbor: Codec, kind: Any, text: str) -> None:
    with pytest.raises(EncodeError, match=text):
        cbor.encode(kind(2020, 1, 2, tzinfo=timezone.utc))


@pytest.mark.parametrize("refusal", REFUSALS, ids=ids)
def test_other_values_are_refused_with_their_place(cbor: Codec, refusal: Refusal) -> None:
    with pytest.raises(EncodeError) as caught:
        cbor.encode(refusal.value)
    assert (caught.value.place, caught.value.fault) == (refusal.place, refusal.fault)
    assert str(caught.value) == f"{refusal.place}: {refusal.fault}"


@pytest.mark.parametrize(("name", "array"), [pytest.param(*each, id=each[0]) for each in arrays()])
def test_every_array_arrives_unchanged(cbor: Codec, name: str, array: np.ndarray) -> None:
    for before in ("", "a", "abcdefg"):  # so that it begins at any offset
        arrived = cbor.decode(bytearray(cbor.encode([before, array])))[1]
        assert same(arrived, array)
        assert arrived.flags.writeable
        assert arrived.flags.aligned


@pytest.mark.parametrize(
    "index",
    [np.s_[::-1], np.s_[:, ::2], np.s_[1:, :, 0], np.s_[::-1, ::-1, ::-1], np.s_[..., None, 1]],
)
@pytest.mark.parametrize("dtype", ["?", "<i2", ">f8", "<c8"])
def test_strided_arrays_arrive_with_their_numbers(cbor: Codec, dtype: str, index: Any) -> None:
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)[index]
    arrived = cbor.decode(cbor.encode(array))
    assert arrived.dtype.str == array.dtype.str
    assert np.array_equal(arrived, array)


def test_read_only_and_broadcast_arrays_are_written(cbor: Codec) -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    wide = np.broadcast_to(array, (4, 3))
    assert np.array_equal(cbor.decode(cbor.encode(array)), array)
    assert np.array_equal(cbor.decode(cbor.encode(wide)), wide)
