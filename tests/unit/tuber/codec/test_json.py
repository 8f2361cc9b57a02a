"""The JSON codecs, in Python and compiled: the same values, in both directions."""

from __future__ import annotations

import contextlib
import json
import math
import pickle
import re
from collections import namedtuple
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.codecs import JSON_CODECS, json_codec_of
from tuber.codec import Codec, DecodeError, EncodeError, codec_for
from tuber.result import TuberResult

Point = namedtuple("Point", "x y")


@dataclass
class Window:
    start: int
    _step: int = 2


class Mode(Enum):
    FAST = "fast"


class Level(IntEnum):
    HIGH = 3


@pytest.fixture(params=JSON_CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    return json_codec_of(request.param)


# In addition to the rows of test_values.py.
ENCODED = [
    ([1.0, math.inf, -math.inf], "[1.0,null,null]"),
    ([1, [2, (3,)]], "[1,[2,[3]]]"),
    (Point(1, b"x"), '{"x":1,"y":{"bytes":[120]}}'),
    (Window(1), '{"start":1,"_step":2}'),
    ([Level.HIGH], "[3]"),
    (frozenset({2**70}), "[1180591620717411303424]"),
    ({"a": 1}.keys(), '["a"]'),
    ({"a": 1}.items(), '[["a",1]]'),
    (TuberResult({"keys": [1], "items": 2}), '{"keys":[1],"items":2}'),
    ({2: "a", None: "b", 1.5: "c", Mode.FAST: "d"}, '{"2":"a","null":"b","1.5":"c","fast":"d"}'),
    (
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=1, seconds=7))),
        '"2026-01-02T00:00:00+01:00:07"',
    ),
    (np.datetime64("2026-01-02T03:04:05.678901"), '"2026-01-02T03:04:05.678901"'),
    (np.arange(4).reshape(2, 2), "[[0,1],[2,3]]"),
    (np.array([math.nan, 1.0]), "[null,1.0]"),
    (np.array(["2026-01-02"], dtype="M8[ns]"), '["2026-01-02T00:00:00"]'),
]


@pytest.mark.parametrize(("value", "text"), ENCODED)
def test_a_value_is_written_the_same_way_by_every_codec(
    codec: Codec, value: Any, text: str
) -> None:
    assert codec.encode(value).decode() == text


REFUSED = [
    (1j, r"^\$: .*complex"),
    ([0, {"gain": object()}], r"^\$\[1\]\.gain: .*type object"),
    ({"a b": [1, {2}, 3j]}, r"^\$\['a b'\]\[2\]: "),
    ({1: "a", "1": "b"}, "same string '1'"),
    ({(1, 2): 3}, r"the key \(1, 2\)"),
    (["\ud800"], r"^\$\[0\]: .*surrogate"),
    ({"a": {"\ud800": 1}}, r"^\$\.a: .*surrogate"),
    ([np.longdouble(1)], r"^\$\[0\]: .*longdouble"),
    (np.array([1j]), "complex128"),
    (np.array([object()]), "object"),
    (np.array([(1, 2)], dtype="i4,i4"), "numpy.ndarray"),
    (np.timedelta64(1, "s"), "timedelta64"),
    (np.array(["2026-01-02T00:00:00.000000001"], "M8[ns]"), r"finer than.*astype\(str\)"),
    ([np.datetime64("NaT", "s")], r"^\$\[0\]: .*NaT"),
    (np.array(["20000-01-01"], "M8[D]"), "years 1 to 9999"),
    (np.datetime64(10**9, "Y"), "years 1 to 9999"),
    (int, "type"),
    ([10**5000], "16610 bits is over the limit of 14288"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_other_values_are_refused_with_their_place(codec: Codec, value: Any, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        codec.encode(value)


STRICTLY_REFUSED = [
    ({"a": [1.0, math.nan]}, r"^\$\.a\[1\]: JSON has no form of nan; send None"),
    (np.array([[0.5, -math.inf]]), r"^\$\[0\]\[1\]: .*-inf"),
    ([{1: "a"}], r"^\$\[0\]: the key 1 of a map is no string.*str\(key\)"),
    ({None: "a"}, r"the key None"),
    ({"a": {"bytes": [0, 255]}}, r"^\$\.a: .*would arrive as bytes; send bytes"),
    ({"bytes": (1, 2)}, "would arrive as bytes"),
    (MappingProxyType({"bytes": []}), "would arrive as bytes"),
]


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize(("value", "message"), STRICTLY_REFUSED)
def test_strict_refuses_values_that_would_change(name: str, value: Any, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        json_codec_of(name, strict=True).encode(value)
    json_codec_of(name).encode(value)


STRICTLY_ENCODED = [
    ([None, "null", "bytes"], '[null,"null","bytes"]'),
    ({"a": b"\xff", "bytes": b"a"}, '{"a":{"bytes":[255]},"bytes":{"bytes":[97]}}'),
    ({"bytes": b"a"}, '{"bytes":{"bytes":[97]}}'),
    ({"bytes": [256]}, '{"bytes":[256]}'),
    ({"bytes": [True]}, '{"bytes":[true]}'),
    ({"bytes": [1], "n": 2**70}, '{"bytes":[1],"n":1180591620717411303424}'),
    ({Mode.FAST: None}, '{"fast":null}'),
]


@pytest.mark.parametrize("name", JSON_CODECS)
@pytest.mark.parametrize(("value", "text"), STRICTLY_ENCODED)
def test_strict_writes_values_that_arrive_unchanged(name: str, value: Any, text: str) -> None:
    assert json_codec_of(name, strict=True).encode(value).decode() == text


def test_the_clients_codec_is_strict() -> None:
    with pytest.raises(EncodeError, match="nan"):
        codec_for("application/json").encode([math.nan])


def test_a_value_that_contains_itself_is_refused(codec: Codec) -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(EncodeError, match="contains itself"):
        codec.encode(loop)


DECODED = [
    (b" 1 ", 1),
    (b"18446744073709551616", 2**64),
    (b"-9223372036854775809", -(2**63) - 1),
    (b"[123456789012345678901234567890, 1.5]", [123456789012345678901234567890, 1.5]),
    (
        rb'["\ud83d\uDE00\\ud800\u00e9",1234567890123456789012]',
        ["\U0001f600\\ud800é", 1234567890123456789012],
    ),
    (b'"1234567890123456789012"', "1234567890123456789012"),
    (b'{"bytes":[0,255]}', b"\x00\xff"),
    (b'{"a":{"bytes":[]},"b":[{"bytes":[65]}]}', {"a": b"", "b": [b"A"]}),
    (b'{"bytes":[256]}', {"bytes": [256]}),
    (b'{"bytes":[true]}', {"bytes": [True]}),
    (b'{"bytes":[1],"more":2}', {"bytes": [1], "more": 2}),
    (b'{"bytes":"AA=="}', {"bytes": "AA=="}),
    (b'["bytes",1.5]', ["bytes", 1.5]),
]


@pytest.mark.parametrize("container", [bytes, bytearray, memoryview])
@pytest.mark.parametrize(("body", "value"), DECODED)
def test_a_body_is_read_exactly(
    codec: Codec, body: bytes, value: Any, container: type[Any]
) -> None:
    decoded = codec.decode(container(body))
    assert decoded == value
    assert type(decoded) is type(value)


MALFORMED = [
    b"",
    b"NaN",
    b"[Infinity]",
    b"[-Infinity,1234567890123456789012]",
    b"[1e400]",
    b"[1e400,1234567890123456789012]",
    b'"\xff"',
    b'"\xff1234567890123456789012"',
    b"[1,]",
    b"1 2",
    b"\xef\xbb\xbf1",
    "1".encode("utf-16"),
    b"[" * 100_000,
    b'{"bytes":' * 5000 + b"1" + b"}" * 5000,
    b"9" * 5000,
    rb'"\ud800"',
    rb'{"\uDfff":1}',
    rb'"\ud83d\u0041"',
    rb'["\\\ud800"]',
    rb'["\ud800",1234567890123456789012]',
]


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_that_is_not_strict_json_is_refused(codec: Codec, body: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^at byte \d+ \(\$"):
        codec.decode(body)


# Cases like those of the JSON parsing test suite: y is accepted, n is refused. RFC 8259 leaves the
# cases of i to the parser; here the result is the same for every library.
CASES = """
y []                        y [ 1 , 2 ]                 y {"":0}                 y {"a":{"a":{}}}
y [-0]                      y [0e1]                     y [1E+2]                 y [123e-65]
y ["\\u0060\\u012a"]        y ["\\"\\\\\\/\\b\\f\\n\\r\\t"]   y ["\\uD801\\udc37"]     y ["\\u0000"]
y "text"                    y 42                        y null                   y [[[[]]]]
y {"a":"b","c":[true]}      y [20e1]                    y [-9223372036854775808]
y ["\\u2028"]
n [1 true]                  n [,]                       n [1,,2]                 n [1]x
n [-01]                     n [0x42]                    n [1.]                   n [.5]
n [+1]                      n [1e]                      n [0e+]                  n [--1]
n [-]                       n [1_000]                   n ['a']                  n [a]
n {a:1}                     n {"a":1,}                  n {"a" 1}                n {"a":}
n {1:1}                     n {"a":1                    n ["a                    n ["\\x00"]
n ["\\u00"]                 n ["\\a"]                   n [nul]                  n [True]
n {"a":"b"}#                n {}}                       n [1}                    n //
n [-Infinity]               n [-NaN]                    n /*x*/1                 n ]
i {"a":1,"a":2}=refused       i [1e-999]=accepted            i [1e999]=refused
i [0.1e400]=refused         i ["\\uDFAA"]=refused       i [123123e100000]=refused
i ["\\uD800"]=refused       i [-1e-400]=accepted
"""


def cases() -> list[tuple[str, bool]]:
    found = []
    for kind, text in re.findall(r"(?:^|  )([yni]) (\S.*?)(?=  |$)", CASES, re.MULTILINE):
        body, _, decided = text.partition("=")
        found.append((body, kind == "y" or decided == "accepted"))
    assert len(found) == 64
    return found


@pytest.mark.parametrize(("text", "accepted"), cases())
def test_every_codec_accepts_the_same(codec: Codec, text: str, accepted: bool) -> None:
    if accepted:
        assert codec.decode(text.encode()) == json.loads(text)
    else:
        with pytest.raises(DecodeError, match=r"^at byte \d+ \(\$"):
            codec.decode(text.encode())


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text().filter(lambda k: k != "bytes"), inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", JSON_CODECS)
@given(value=json_values)
def test_any_value_comes_back_unchanged(name: str, value: Any) -> None:
    codec = json_codec_of(name)
    body = codec.encode(value)
    assert codec.decode(body) == value
    json.loads(body)


@pytest.mark.parametrize("name", JSON_CODECS)
@given(body=st.binary() | st.text(alphabet='[]{}",:0123456789.eE+-\\untrfals ').map(str.encode))
def test_any_body_is_a_value_or_our_error(name: str, body: bytes) -> None:
    with contextlib.suppress(DecodeError):
        json_codec_of(name).decode(body)


def test_a_codec_is_picklable(codec: Codec) -> None:
    assert repr(pickle.loads(pickle.dumps(codec))) == repr(codec)


def test_bytes_with_an_escape_in_their_name_are_bytes(codec: Codec) -> None:
    assert codec.decode(b'{"\\u0062ytes":[1,2]}') == b"\x01\x02"
