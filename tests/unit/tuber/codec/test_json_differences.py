"""Both JSON codecs against each other, Python's json and orjson, and values that misbehave."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.codecs import JSON_CODECS, json_codec_of
from tests.support.values import same
from tuber.codec import DecodeError, EncodeError

_KEYS = st.text().filter(lambda key: key != "bytes")
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.text(alphabet='"\\/\b\n\x00\x1f\x7faé\u07ff\u0800\uffff\U00010000\U0010ffff', max_size=90)
)
VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner))
SMALL = st.recursive(
    st.none()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner),
)
_ALPHABET = st.sampled_from('[]{}",:0123456789.eE+-\\untrfals \n') | st.characters()


@given(VALUES)
def test_both_codecs_write_what_python_writes(value: Any) -> None:
    expected = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    for name in JSON_CODECS:
        assert json_codec_of(name).encode(value) == expected
        assert json_codec_of(name).encode_exact(value) == expected


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_both_codecs_read_what_python_reads(value: Any, ascii_only: bool, indent: Any) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    for name in JSON_CODECS:
        assert same(json_codec_of(name).decode(body), json.loads(body))


@given(SMALL)
def test_the_codec_and_orjson_read_each_other(value: Any) -> None:
    compiled = json_codec_of("compiled")
    assert same(compiled.decode(orjson.dumps(value)), value)
    assert same(orjson.loads(compiled.encode(value)), value)


@given(st.text(_ALPHABET).map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary())
def test_both_codecs_accept_the_same_bodies(body: bytes) -> None:
    outcomes = []
    for name in JSON_CODECS:
        try:
            outcomes.append(json_codec_of(name).decode(body))
        except DecodeError as error:
            outcomes.append(
                (DecodeError, error.place is not None, error.offset in range(len(body) + 1))
            )
    assert same(*outcomes) or outcomes == [(DecodeError, True, True)] * 2


@given(st.floats() | st.decimals(allow_nan=False, allow_infinity=False).map(float))
def test_floats_are_read_and_written_as_by_python(value: float) -> None:
    for name in JSON_CODECS:
        codec = json_codec_of(name)
        if math.isfinite(value):
            assert codec.encode(value).decode() == repr(value)
            assert same(codec.decode(repr(value).encode()), value)


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"args":[{"gain":1,"gain":2}]}', "$.args[0].gain"),
        (b'{"a":1,"b":{"\\u0061":1,"a":2}}', "$.b.a"),
        (b'{"a":[1,{"b c":NaN}]}', "$.a[1]['b c']"),
        (b'[0,["\\ud800"]]', "$[1][0]"),
        (b'{"x":[1e400]}', "$.x[0]"),
        (b'{"x":[[1,2,"\xff"]]}', "$.x[0][2]"),
    ],
)
def test_a_fault_in_a_body_has_its_place(name: str, body: bytes, place: str) -> None:
    with pytest.raises(DecodeError) as caught:
        json_codec_of(name).decode(body)
    assert caught.value.place == place


class Misbehaving(Mapping[str, Any]):
    """A mapping that raises, or changes what is being written, at its n-th access."""

    def __init__(self, at: int, misbehave: Any) -> None:
        self.left = at
        self.misbehave = misbehave

    def _count(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.misbehave()

    def __getitem__(self, key: str) -> Any:
        self._count()
        return 1

    def __iter__(self) -> Iterator[str]:
        self._count()
        return iter(["a", "b"])

    def __len__(self) -> int:
        self._count()
        return 2


def _fail() -> None:
    raise OSError("unplugged")


@pytest.mark.parametrize("name", JSON_CODECS)
@given(at=st.integers(1, 9), before=st.lists(st.integers()), keyed=st.booleans())
def test_a_value_that_raises_at_its_nth_access_is_an_error_with_its_place(
    name: str, at: int, before: list[int], keyed: bool
) -> None:
    value: Any = [*before, Misbehaving(at, _fail), 1]
    place = f"$[{len(before)}]"
    if keyed:
        value, place = {"x": value, "y": 2}, f"$.x[{len(before)}]"
    try:
        body = json_codec_of(name).encode(value)
    except EncodeError as error:
        refused = (error.place, error.fault)
        body = b"null"
    else:
        refused = (place, "encoding it raised OSError: unplugged")
    assert refused == (place, "encoding it raised OSError: unplugged")
    json.loads(body)


@pytest.mark.parametrize("name", JSON_CODECS)
@given(at=st.integers(1, 9), size=st.integers(0, 30), keyed=st.booleans())
def test_a_container_that_is_emptied_while_it_is_written_is_written_as_it_was(
    name: str, at: int, size: int, keyed: bool
) -> None:
    live: Any = {} if keyed else []
    values = [[n] for n in range(size)]
    values.insert(size // 2, Misbehaving(at, live.clear))  # type: ignore[arg-type]
    live.update(zip(map(str, range(size + 1)), values, strict=True)) if keyed else live.extend(
        values
    )
    expected = [{"a": 1, "b": 1} if isinstance(each, Mapping) else each for each in values]
    written = json.loads(json_codec_of(name).encode([live]))[0]
    assert (list(written.values()) if keyed else written) == expected


class Endless(Enum):
    ONE = 1

    @property
    def value(self) -> Any:
        return Endless.ONE


@pytest.mark.parametrize("name", JSON_CODECS)
def test_a_value_that_is_itself_is_refused(name: str) -> None:
    with pytest.raises(EncodeError, match="contains itself"):
        json_codec_of(name).encode([Endless.ONE])


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize("levels", [257, 200_000])
def test_deep_values_are_refused_whatever_the_recursion_limit(name: str, levels: int) -> None:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    with pytest.raises(EncodeError, match="nested more than 256 levels"):
        json_codec_of(name).encode(value)
