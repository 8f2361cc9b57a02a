"""The module `tuber.codecs`, which older programs import."""

from __future__ import annotations

import pytest

import tuber
from tuber.codec import DecodeError, EncodeError
from tuber.codecs import AcceptTypes, Codecs, TuberResult


def test_a_reply_is_read_by_its_media_type() -> None:
    read = AcceptTypes["application/json"]
    result = read(b'{"a":1,"b":[{"c":null}],"d":{"bytes":[97,98]}}', "utf-8")
    assert isinstance(result, TuberResult)
    assert (result.a, result.b[0].c, result.d) == (1, None, b"ab")
    assert read(b'[1,{"a":2}]', None)[1].a == 2


def test_maps_stay_maps_when_nothing_is_to_be_converted() -> None:
    seen = AcceptTypes["application/json"](b'{"a":{"b":1}}', "utf-8", convert=False)
    assert seen == {"a": {"b": 1}}
    assert type(seen) is dict
    assert type(seen["a"]) is dict


def test_a_reply_may_be_text_in_another_encoding() -> None:
    body = '{"a":"é"}'.encode("latin-1")
    assert AcceptTypes["application/json"](body, "latin-1", convert=False) == {"a": "é"}


def test_a_malformed_reply_is_a_value_error_as_ever() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        AcceptTypes["application/json"](b"{", "utf-8")
    assert issubclass(DecodeError, ValueError)


@pytest.mark.parametrize("name", sorted(Codecs))
def test_a_codec_reads_its_own_output(name: str) -> None:
    value = {"a": [1, 2.5, None, True, "é"], "big": 2**70}
    assert Codecs[name].decode(Codecs[name].encode(value)) == value
    with pytest.raises(EncodeError):
        Codecs[name].encode(object())


def test_json_is_text_and_the_others_are_bytes() -> None:
    kinds = {name: type(Codecs[name].encode([1])) for name in Codecs}
    assert kinds.pop("json") is str
    assert set(kinds.values()) <= {bytes}
    assert Codecs["json"].decode(b"[1]") == [1]


def test_the_result_class_is_the_clients() -> None:
    assert TuberResult is tuber.TuberResult
    assert TuberResult(a=1).a == 1
