"""The check for values that JSON preserves exactly."""

from __future__ import annotations

import math
from collections import OrderedDict, namedtuple
from datetime import date
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.codecs import JSON_CODECS, json_codec_of
from tests.support.values import ROWS, same
from tuber.codec.fault import Fault
from tuber.codec.json_values import simplify

Point = namedtuple("Point", "x y")
Colour = IntEnum("Colour", "RED")


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, 10**40, "", 1.5, -0.0, [], (), {}, [1.5, 2.5], [1, [2.5, None]]),
        *({"a": [{}]}, {"bytes": [1], "more": 2}, [["a"] * 3] * 3),
    ],
)
@pytest.mark.parametrize("name", JSON_CODECS)
def test_exact_values(name: str, value: Any) -> None:
    assert json_codec_of(name).encode_exact(value) is not None


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, b"", 1j, {1}, {1: 2}, {"bytes": [1]}, date(2000, 1, 1), UUID(int=1)),
        *(Colour.RED, Point(1, 2), OrderedDict(a=1), np.float64(1), np.zeros(2), object()),
    ],
)
@pytest.mark.parametrize("wrapped", [lambda v: v, lambda v: [1, v], lambda v: {"a": (v, 1.5)}])
@pytest.mark.parametrize("name", JSON_CODECS)
def test_values_that_may_not_be_exact(name: str, value: Any, wrapped: Any) -> None:
    assert json_codec_of(name).encode_exact(wrapped(value)) is None


@pytest.mark.parametrize("name", JSON_CODECS)
def test_deeply_nested_values_are_left_to_cbor(name: str) -> None:
    nested: Any = []
    nested.append(nested)
    assert json_codec_of(name).encode_exact(nested) is None
    maps: dict[str, Any] = {}
    maps["a"] = maps
    assert json_codec_of(name).encode_exact(maps) is None


_KEYS = st.text() | st.just("bytes")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS | st.integers(), inner),
)


@pytest.mark.parametrize("name", JSON_CODECS)
@given(value=_VALUES)
def test_exact_values_arrive_unchanged(name: str, value: Any) -> None:
    codec = json_codec_of(name)
    body = codec.encode_exact(value)
    if body is not None:
        assert same(codec.decode(body), value)


class Named(Enum):
    BOARD = UUID(int=1)


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize("value", [UUID(int=1), UUID(int=2**128 - 1), Named.BOARD])
def test_a_uuid_is_not_written_as_text(name: str, value: Any) -> None:
    assert json_codec_of(name).encode_exact({"a": [-1.5, value]}) is None


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_exact_values_of_the_table_are_those_that_json_preserves(name: str, row: Any) -> None:
    codec = json_codec_of(name)
    body = codec.encode_exact(row.value)
    if body is not None:
        assert row.json is not None
        assert same(codec.decode(body), row.arrives)


def test_a_value_without_a_simpler_form_is_refused() -> None:
    with pytest.raises(Fault, match="complex"):
        simplify(1j)
