"""Keeps ``from tuber.codecs import ...`` working; new code uses ``tuber.codec``.

Programs that post requests themselves find the decoders of replies in ``AcceptTypes`` and the
encoders of bodies in ``Codecs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from tuber.codec import Codec, codec_for
from tuber.codec.compiled import json_codec
from tuber.protocol import CBOR, JSON
from tuber.result import TuberResult, with_results

__all__ = ["AcceptTypes", "Codecs", "TuberResult"]


@dataclass(frozen=True, slots=True)
class _TextCodec:
    """A codec of a text media type, whose bodies have always been ``str`` here."""

    codec: Codec

    def encode(self, value: Any) -> str:
        """Write a value; raise EncodeError if the media type cannot express it."""
        return self.codec.encode(value).decode("utf-8")

    def decode(self, body: str | bytes) -> Any:
        """Read a value; raise DecodeError if the body is malformed."""
        return self.codec.decode(body.encode("utf-8") if isinstance(body, str) else body)


def _decode(codec: Codec, data: bytes, encoding: str | None = None, convert: bool = True) -> Any:
    """Read the body of a reply.

    Args:
        encoding: of a text; None for UTF-8.
        convert: whether maps become TuberResult objects.

    Raises:
        DecodeError: the body is malformed.
    """
    if encoding is not None and codec.media_type == JSON:
        data = data.decode(encoding).encode("utf-8")
    value = codec.decode(data)
    return with_results(value) if convert else value


AcceptTypes: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {media_type: partial(_decode, codec_for(media_type)) for media_type in (JSON, CBOR)}
)
Codecs: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "json": _TextCodec(json_codec(False)),
        "cbor": codec_for(CBOR),
        "orjson": json_codec(False),
    }
)
