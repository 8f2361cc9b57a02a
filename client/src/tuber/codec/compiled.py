"""The compiled codec of tuberd, which is used if tuberd is installed.

It behaves exactly like the Python codec, including errors; the same tests run over both.
No other module of the client may import tuberd, except ``tuber.server``.
"""

from __future__ import annotations

from functools import cache
from typing import cast

from tuber.codec import Codec


@cache
def cbor_codec() -> Codec:
    """Return the compiled CBOR codec if it is available, otherwise the Python codec."""
    compiled = compiled_cbor_codec()
    if compiled is not None:
        return compiled
    from tuber.codec.cbor import CborCodec  # noqa: PLC0415  # only when it is needed

    return CborCodec()


@cache
def compiled_cbor_codec() -> Codec | None:
    """Return the compiled CBOR codec; None if tuberd is not installed or was built without it."""
    try:
        from tuberd import _core  # noqa: PLC0415  # optional
    except ImportError:
        return None
    made = getattr(_core, "CborCodec", None)
    return None if made is None else cast(Codec, made())
