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

from tests.support.values import ROWS, same
from tuber.codec.json import LIBRARIES, JsonCodec
from tuber.codec.json_values import is_exact_in_json, simplify

Point = namedtuple("Point", "x y")
Colour = IntEnum("Colour", "RED")


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, 10**40, "", 1.5, -0.0, [], (), {}, [1.5, 2.5], [1, [2.5, None]]),
        *({"a": [{}]}, {"bytes": [1], "more": 2}, [["a"] * 3] * 3),
    ],
)
def test_exact_values(value: Any) -> None:
    assert is_exact_in_json(value)


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, b"", 1j, {1}, {1: 2}, {"bytes": [1]}, date(2000, 1, 1), UUID(int=1)),
        *(Colour.RED, Point(1, 2), OrderedDict(a=1), np.float64(1), np.zeros(2), object()),
    ],
)
@pytest.mark.parametrize("wrapped", [lambda v: v, lambda v: [1, v], lambda v: {"a": (v, 1.5)}])
def test_values_that_may_not_be_exact(value: Any, wrapped: Any) -> None:
    assert not is_exact_in_json(wrapped(value))


def test_deeply_nested_values_are_left_to_cbor() -> None:
    nested: Any = []
    nested.append(nested)
    assert not is_exact_in_json(nested)
    maps: dict[str, Any] = {}
    maps["a"] = maps
    assert not is_exact_in_json(maps)


_KEYS = st.text() | st.just("bytes")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.uuids(),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS | st.integers(), inner),
)


@pytest.mark.parametrize("library", LIBRARIES)
@given(value=_VALUES)
def test_exact_values_arrive_unchanged(library: str, value: Any) -> None:
    codec = JsonCodec(library)
    body = codec.encode_exact(value)
    if body is not None:
        assert same(codec.decode(body), value)
    elif is_exact_in_json(value):  # left to CBOR because the library can't write it
        assert library == "orjson" or "\\ud" in ascii(value)


def test_negative_numbers_need_no_second_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tuber.codec.json.is_exact_in_json", None)
    assert JsonCodec("orjson").encode_exact([-1.5, -1e-7, -(2**63), "a-b"]) is not None


class Named(Enum):
    BOARD = UUID(int=1)


@pytest.mark.parametrize("value", [UUID(int=1), UUID(int=2**128 - 1), Named.BOARD])
def test_a_uuid_is_not_written_as_text(value: Any) -> None:
    assert JsonCodec("orjson").encode_exact({"a": [-1.5, value]}) is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_exact_values_of_the_table_are_those_that_json_preserves(row: Any) -> None:
    for library in LIBRARIES:
        codec = JsonCodec(library)
        body = codec.encode_exact(row.value)
        if body is not None:
            assert row.json is not None
            assert same(codec.decode(body), row.arrives)
        assert not is_exact_in_json(row.value) or library == "orjson" or body is not None


def test_a_value_without_a_simpler_form_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        simplify(1j)
