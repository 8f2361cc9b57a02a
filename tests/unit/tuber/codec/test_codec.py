"""Looking up codecs, and their errors."""

from __future__ import annotations

import pickle

import pytest

from tuber.codec import DecodeError, EncodeError, codec_for


@pytest.mark.parametrize(
    "media_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"]
)
def test_json_is_found_by_its_media_type(media_type: str) -> None:
    assert codec_for(media_type).media_type == "application/json"


@pytest.mark.parametrize("media_type", ["application/cbor", "Application/CBOR; x=y"])
def test_cbor_is_found_by_its_media_type(media_type: str) -> None:
    assert codec_for(media_type).media_type == "application/cbor"


@pytest.mark.parametrize("media_type", ["", "text/html", "application/jsonx"])
def test_an_unknown_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(ValueError, match="no codec for the media type"):
        codec_for(media_type)


def test_an_encode_error_is_picklable() -> None:
    error = pickle.loads(pickle.dumps(EncodeError("too odd", "$.gain")))
    assert (str(error), error.place, error.fault) == ("$.gain: too odd", "$.gain", "too odd")


def test_a_decode_error_is_picklable_with_and_without_an_offset() -> None:
    for error in (DecodeError("cut off", 17, "$.gain"), DecodeError("cut off")):
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.__dict__) == (str(error), error.__dict__)
    assert str(DecodeError("cut off", 17, "$.gain")) == "at byte 17 ($.gain): cut off"
