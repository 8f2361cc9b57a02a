"""The compiled codecs of tuberd, which are used if tuberd is installed.

They do the same as those in Python, value for value; the tests run over both. No other module of
the client may import tuberd, except ``tuber.server``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, cast

from tuber.codec import Codec, ExactCodec
from tuber.protocol import JSON


class CompiledJsonCodec:
    """The compiled JSON codec; see ``tuber.codec.json.JsonCodec``."""

    media_type: Final = JSON

    def __init__(self, functions: Callable[[bool], Any], strict: bool) -> None:
        self.strict = strict
        # C functions, without a frame of Python around them.
        self.encode, self.encode_exact, self.decode = functions(strict)

    def encode_parts(self, value: Any) -> tuple[bytes]:
        """Write a value, as one piece."""
        return (self.encode(value),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(strict={self.strict})"

    def __reduce__(self) -> tuple[Any, tuple[bool]]:
        return json_codec, (self.strict,)


@cache
def json_codec(strict: bool = True) -> ExactCodec:
    """Return the JSON codec to use: the compiled one if there is one, else that in Python.

    Args:
        strict: see ``tuber.codec.json.JsonCodec``.
    """
    functions = _from_core("json_functions")
    if functions is not None:
        return cast(ExactCodec, CompiledJsonCodec(functions, strict))
    from tuber.codec.json import JsonCodec  # noqa: PLC0415  # only when it is needed

    return JsonCodec(strict=strict)


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
    made = _from_core("CborCodec")
    return None if made is None else cast(Codec, made())


def _from_core(name: str) -> Any:
    try:
        from tuberd import _core  # noqa: PLC0415  # optional
    except ImportError:
        return None
    return getattr(_core, name, None)
