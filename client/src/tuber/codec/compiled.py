"""The one door to the compiled codec of tuberd, which is used when tuberd is installed.

Both codecs do the same, value for value and error for error; the tests run over both. Nothing else
of the client may import tuberd.
"""

from __future__ import annotations

from functools import cache
from typing import cast

from tuber.codec import Codec

__all__ = ["cbor_codec", "compiled_cbor_codec"]


@cache
def cbor_codec() -> Codec:
    """The CBOR codec to use: the compiled one when it is there, otherwise that in Python."""
    compiled = compiled_cbor_codec()
    if compiled is not None:
        return compiled
    from tuber.codec.cbor import CborCodec  # noqa: PLC0415  # only when it is needed

    return CborCodec()


@cache
def compiled_cbor_codec() -> Codec | None:
    """The compiled CBOR codec; None when tuberd is not installed, or was built without it."""
    try:
        from tuberd import _core  # noqa: PLC0415  # optional
    except ImportError:
        return None
    made = getattr(_core, "CborCodec", None)
    return None if made is None else cast(Codec, made())
