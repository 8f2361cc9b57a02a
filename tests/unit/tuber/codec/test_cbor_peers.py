"""The CBOR codecs and cbor2 read each other.

It is written for cbor2 5 and 6; `nox -s cbor_peers` runs it with each.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.codecs import CBOR_CODECS, cbor_codec
from tests.support.values import ROWS, same
from tuber.codec import Codec, DecodeError
from tuber.codec.cbor import CborCodec

cbor2 = pytest.importorskip("cbor2")


@pytest.fixture(params=CBOR_CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return cbor_codec(request.param)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text()
    | st.binary()
    | st.uuids()
    | st.datetimes(timezones=st.just(timezone.utc), min_value=datetime(1000, 1, 1))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 2**64 - 1), inner),
    max_leaves=20,
)


@given(values)
def test_cbor2_decodes_our_output(value: Any) -> None:
    assert same(cbor2.loads(CborCodec().encode(value)), value)


@given(values)
def test_our_codec_decodes_the_output_of_cbor2(value: Any) -> None:
    assert same(CborCodec().decode(cbor2.dumps(value)), value)
    assert same(CborCodec().decode(cbor2.dumps(value, canonical=True)), value) or dict_in(value)


def dict_in(value: Any) -> bool:
    """Return whether the value contains a map, whose keys the canonical form would sort."""
    if isinstance(value, list):
        return any(map(dict_in, value))
    return isinstance(value, dict)


def test_dates_sets_and_complex_numbers_are_the_same_to_both(codec: Codec) -> None:
    for value in ({1, "a"}, date(2020, 2, 29)):
        assert cbor2.loads(codec.encode(value)) == value
    assert codec.decode(cbor2.dumps({1, 2})) == {1, 2}
    assert codec.decode(cbor2.dumps(1.5 + 2j)) == cbor2.loads(codec.encode(1.5 + 2j)) == 1.5 + 2j


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_generic_decoder_reads_every_row(codec: Codec, row: Any) -> None:
    arrived = cbor2.loads(codec.encode(row.value))
    if isinstance(arrived, cbor2.CBORTag):  # an array: tag, shape, inner tag
        assert arrived.tag in (40, 1040)
        shape, numbers = arrived.value
        assert tuple(shape) == row.arrives.shape
        while isinstance(numbers.value, cbor2.CBORTag):
            numbers = numbers.value
        assert len(numbers.value) in (row.arrives.nbytes, row.arrives.size)
    elif isinstance(row.arrives, float) and math.isnan(row.arrives):
        assert math.isnan(arrived)
    else:
        assert arrived == row.arrives


untagged = st.sampled_from([octet for octet in range(256) if octet >> 5 != 6])


@given(st.lists(untagged, max_size=40).map(bytes))
def test_cbor2_reads_bodies_without_tags_as_we_do(body: bytes) -> None:
    try:
        value = CborCodec().decode(body)
    except DecodeError:
        return
    assert same(cbor2.loads(body), value)
