"""The codecs that the same tests run over."""

from __future__ import annotations

import pytest

from tuber.codec import Codec
from tuber.codec.cbor import CborCodec
from tuber.codec.compiled import compiled_cbor_codec

CBOR_CODECS = ("python", "compiled")


def cbor_codec(name: str) -> Codec:
    """Return one of CBOR_CODECS. Skip the test if it is not built."""
    if name == "python":
        return CborCodec()
    compiled = compiled_cbor_codec()
    if compiled is None:
        pytest.skip("tuberd is not installed, or was built without the CBOR codec")
    return compiled
