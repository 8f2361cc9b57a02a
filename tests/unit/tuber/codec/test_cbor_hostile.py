"""Hostile bodies: any bytes are a value or a DecodeError, in linear time."""

from __future__ import annotations

import random
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.codecs import CBOR_CODECS, cbor_codec
from tests.support.values import ROWS, same
from tuber.codec import Codec, DecodeError
from tuber.codec.cbor import CborCodec


@pytest.fixture(params=CBOR_CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return cbor_codec(request.param)


def accepted(codec: Codec, body: bytes | bytearray) -> bool:
    """Return whether the bytes are a value. Exceptions other than DecodeError fail the test."""
    try:
        value = codec.decode(body)
    except DecodeError as error:
        return not error.place  # it always has one
    assert same(codec.decode(codec.encode(value)), value)
    return True


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_value_cut_off_anywhere_is_refused(codec: Codec, row: Any) -> None:
    body = bytes.fromhex(row.cbor)
    for size in range(len(body)):
        assert not accepted(codec, body[:size])


@pytest.mark.parametrize("rest", [b"", b"\x00", b"\xff", b"\x00" * 8, b"\x61a" * 20, b"\xff" * 40])
def test_every_initial_byte_is_read_or_refused(codec: Codec, rest: bytes) -> None:
    for initial in range(256):
        accepted(codec, bytes((initial,)) + rest)
    assert accepted(codec, b"\x00")


def test_no_memory_is_allocated_for_an_impossible_length(codec: Codec) -> None:
    tracemalloc.start()
    try:
        for initial in (0x5B, 0x7B, 0x9B, 0xBB):
            for size in (2**20, 2**31, 2**63, 2**64 - 1):
                head = bytes((initial,)) + size.to_bytes(8, "big")
                assert not accepted(codec, head + b"\x00" * 8)
                assert not accepted(codec, b"\xd9\x01\x02" + head)
                assert not accepted(codec, b"\xd8\x28\x82\x81\x1b" + head[1:] + b"\xd8\x40" + head)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", CBOR_CODECS)
@given(body=st.binary(max_size=200))
@example(body=b"\xd8\x28\x82\x80\xd8\x29\x9f\xff")
@example(body=b"\xa1\xd8\x28\x82\x80\xd8\x40\x41\x00\x00")
def test_any_bytes_are_a_value_or_refused(name: str, body: bytes) -> None:
    accepted(cbor_codec(name), body)
    accepted(cbor_codec(name), bytearray(body))


heads = st.sampled_from(
    [bytes((initial,)) for initial in range(256)]
    + [b"\xd9\x01\x02", b"\xd9\x04\x10", b"\xd8\x28", b"\xd8\x29", b"\xd9\xa7\xf8", b"\xd9\xa7\xf9"]
    + [b"\xd8" + bytes((tag,)) for tag in range(64, 88)]
    + [b"\x82", b"\x82\x81\x02", b"\x42\x00\x01", b"\x44\x00\x00\x80\x3f", b"\xff"]
)


@pytest.mark.parametrize("name", CBOR_CODECS)
@given(body=st.lists(heads, max_size=30).map(b"".join))
def test_any_sequence_of_heads_is_a_value_or_refused(name: str, body: bytes) -> None:
    accepted(cbor_codec(name), body)


@given(body=st.binary(max_size=60) | st.lists(heads, max_size=20).map(b"".join))
def test_both_codecs_accept_the_same_and_name_the_same_place(body: bytes) -> None:
    """The codecs may name different faults of a body, but always agree whether it is valid."""
    python, compiled = (verdict(cbor_codec(name), body) for name in CBOR_CODECS)
    if isinstance(python, DecodeError):
        assert isinstance(compiled, DecodeError)
        if python.fault == compiled.fault:
            assert (python.offset, python.place) == (compiled.offset, compiled.place)
    else:
        assert same(python, compiled)


def verdict(codec: Codec, body: bytes) -> Any:
    try:
        return codec.decode(body)
    except DecodeError as error:
        return error


def test_mutated_values_are_the_same_or_refused_by_both_codecs() -> None:
    random_ = random.Random(20260101)
    bodies = [bytes.fromhex(row.cbor)[:120] for row in ROWS]
    for _ in range(20_000):
        body = bytearray(random_.choice(bodies))
        for _ in range(random_.randint(1, 3)):
            at = random_.randrange(len(body) + 1)
            piece = random_.choice(bodies)[: random_.randint(0, 12)]
            octet = bytes([random_.randrange(256)])
            body[at : at + random_.randint(0, 3)] = random_.choice([piece, octet])
        python, compiled = (verdict(cbor_codec(name), bytes(body)) for name in CBOR_CODECS)
        if isinstance(python, DecodeError):
            assert isinstance(compiled, DecodeError), body.hex()
        else:
            assert same(python, compiled), body.hex()


def steps(decode: Callable[[bytes], Any], body: bytes) -> int:
    """Return the number of calls and returns of Python and C functions during decoding."""
    count = 0

    def event(frame: Any, kind: str, argument: Any) -> None:
        nonlocal count
        count += 1

    sys.setprofile(event)
    try:
        with suppress(DecodeError):
            decode(body)
    finally:
        sys.setprofile(None)
    return count


def many(count: int, *items: bytes) -> bytes:
    return b"\x9a" + (count * len(items)).to_bytes(4, "big") + b"".join(items) * count


def pairs(keys: list[bytes]) -> bytes:
    return b"\xba" + len(keys).to_bytes(4, "big") + b"".join(key + b"\x00" for key in keys)


MODULUS = 2**61 - 1  # of the hash of Python's integers

BOMBS: dict[str, Callable[[int], bytes]] = {
    "nested arrays": lambda n: b"\x81" * n + b"\x00",
    "nested open arrays": lambda n: b"\x9f" * n,
    "nested maps": lambda n: b"\xa1\x61a" * n + b"\x00",
    "known tags": lambda n: b"\xc1" * n,
    "sets in sets": lambda n: b"\xd9\x01\x02\x81" * n,
    "self-described": lambda n: b"\xd9\xd9\xf7" * n + b"\x00",
    "unknown tags": lambda n: many(n, b"\xc4\x00"),
    "empty arrays": lambda n: many(n, b"\x80"),
    "chunks of nothing": lambda n: b"\x5f" + b"\x40" * n + b"\xff",
    "chunks of text": lambda n: b"\x7f" + b"\x61a" * n + b"\xff",
    "chunks of a bignum": lambda n: b"\xc2\x5f" + b"\x41\x00" * n + b"\xff",
    "bignums": lambda n: many(n, b"\xc2\x59\x06\xfa" + b"\xff" * 1786),
    "names": lambda n: pairs([b"\x65" + b"%05d" % each for each in range(n)]),
    "integer keys": lambda n: pairs([b"\x1a" + each.to_bytes(4, "big") for each in range(n)]),
    "colliding bignum keys": lambda n: pairs(
        [b"\xc2\x50" + (each * MODULUS).to_bytes(16, "big") for each in range(1, n)]
    ),
    "maps of the same keys": lambda n: many(n, b"\xa2\x61a\x00\x61b\x00"),
    "small arrays of numbers": lambda n: many(n, b"\xd8\x28\x82\x81\x02\xd8\x40\x42\x00\x01"),
    "one long array of numbers": lambda n: b"\xd8\x40\x5a" + n.to_bytes(4, "big") + b"\x00" * n,
    "arrays with zeros in their shape": lambda n: many(
        n, b"\xd8\x28\x82\x82\x00\x1b" + b"\x7f" + b"\xff" * 7 + b"\xd8\x40\x40"
    ),
    "long names": lambda n: pairs([b"\x79\x03\xe8" + b"%05d" % each * 200 for each in range(n)]),
    "booleans": lambda n: b"\xd8\x29\x9a" + n.to_bytes(4, "big") + b"\xf5" * n,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_decoding_a_bomb_takes_linear_time(bomb: Callable[[int], bytes]) -> None:
    decode = CborCodec().decode
    decode(CborCodec().encode(np.zeros(1)))  # numpy is loaded
    small, large = steps(decode, bomb(2000)), steps(decode, bomb(4000))
    assert large <= 2 * small + 50


def test_ten_million_bytes_of_tags_are_refused_early() -> None:
    for octets in (b"\xc1", b"\xc4", b"\xd8\x28", b"\xd9\x01\x02", b"\xd9\xd9\xf7", b"\xd8\x40"):
        body = octets * (10_000_000 // len(octets))
        assert steps(CborCodec().decode, body) < 100


def test_long_integers_as_keys_cannot_be_made_to_collide(codec: Codec) -> None:
    body = BOMBS["colliding bignum keys"](100_000)
    with pytest.raises(DecodeError, match="an integer over 64 bits can't be a key of a map"):
        codec.decode(body)
    numbers = [b"\xc2\x50" + (each * MODULUS).to_bytes(16, "big") for each in (1, 2)]
    with pytest.raises(DecodeError, match="an integer over 64 bits can't be an element of a set"):
        codec.decode(b"\xd9\x01\x02\x82" + b"".join(numbers))


COLLIDING: dict[str, list[Any]] = {
    "complex": [complex(-1000003 * each, each) for each in range(1, 10_000)],
    "uuid": [UUID(int=each * MODULUS) for each in range(1, 10_000)],
    "tuple": [(complex(-1000003 * each, each),) for each in range(1, 10_000)],
}


@pytest.mark.parametrize("kind", COLLIDING)
def test_keys_and_elements_with_equal_hashes_are_limited_in_number(codec: Codec, kind: str) -> None:
    values = COLLIDING[kind]
    assert len({hash(each) for each in values}) == 1
    items = [CborCodec().encode(each) for each in values]
    with pytest.raises(DecodeError, match="more than 64 keys of a map have the same hash"):
        codec.decode(pairs(items))
    with pytest.raises(DecodeError, match="more than 64 elements of a set have the same hash"):
        codec.decode(b"\xd9\x01\x02" + b"\x9f" + b"".join(items) + b"\xff")
    assert len(codec.decode(pairs(items[:64]))) == 64


@pytest.mark.parametrize(
    "values",
    [
        range(100_000),
        [each * 2**40 for each in range(20_000)],
        [each / 8 for each in range(100_000)],
        [2.0**each for each in range(-1000, 1000)],
        [complex(each, -each) for each in range(20_000)],
        [(each, -1 - each % 2) for each in range(20_000)],
        [str(each) for each in range(20_000)],
    ],
)
def test_maps_and_sets_may_have_many_keys(codec: Codec, values: Any) -> None:
    assert codec.decode(codec.encode(set(values))) == set(values)
    assert codec.decode(codec.encode(dict.fromkeys(values, 1))) == dict.fromkeys(values, 1)


def test_a_body_too_deep_for_the_rest_of_the_stack_is_refused() -> None:
    body = b"\x81" * 256 + b"\x00"
    value = CborCodec().decode(body)

    def at_depth(frames: int) -> None:
        if frames:
            at_depth(frames - 1)
            return
        with pytest.raises(DecodeError, match="nested too deeply for what is left"):
            CborCodec().decode(body)
        with pytest.raises(TypeError, match="nested more than"):
            CborCodec().encode(value)

    frame, used = sys._getframe(), 0
    while frame.f_back is not None:
        frame, used = frame.f_back, used + 1
    at_depth(sys.getrecursionlimit() - used - 150)
