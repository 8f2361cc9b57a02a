"""The codecs that the same tests run over."""

from __future__ import annotations

import pytest

from tuber.codec import Codec, ExactCodec
from tuber.codec.cbor import CborCodec
from tuber.codec.compiled import CompiledJsonCodec, compiled_cbor_codec, json_codec
from tuber.codec.json import JsonCodec

CBOR_CODECS = JSON_CODECS = ("python", "compiled")


def cbor_codec(name: str) -> Codec:
    """Return one of CBOR_CODECS. Skip the test if it is not built."""
    if name == "python":
        return CborCodec()
    compiled = compiled_cbor_codec()
    if compiled is None:
        pytest.skip("tuberd is not installed, or was built without the CBOR codec")
    return compiled


def json_codec_of(name: str, strict: bool = False) -> ExactCodec:
    """One of JSON_CODECS; skips the test when it is not built."""
    if name == "python":
        return JsonCodec(strict=strict)
    compiled = json_codec(strict)
    if not isinstance(compiled, CompiledJsonCodec):
        pytest.skip("tuberd is not installed")
    return compiled
