"""The historical import place of the codecs; new code takes them from ``tuber.codec``.

Programs that post to a server by themselves look up how to read a reply in ``AcceptTypes`` and how
to write a body in ``Codecs``. Both are made over ``tuber.codec``; nothing is encoded here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from tuber.codec import Codec, codec_for
from tuber.codec.json import JsonCodec
from tuber.protocol import CBOR, JSON
from tuber.result import TuberResult, with_results

__all__ = ["AcceptTypes", "Codecs", "TuberResult"]


@dataclass(frozen=True, slots=True)
class _TextCodec:
    """A codec of text media types whose bodies were ``str`` since ever."""

    codec: Codec

    def encode(self, value: Any) -> str:
        """Write a value; raises EncodeError when it can't be carried."""
        return self.codec.encode(value).decode("utf-8")

    def decode(self, body: str | bytes) -> Any:
        """Read a value; raises DecodeError when the body is malformed."""
        return self.codec.decode(body.encode("utf-8") if isinstance(body, str) else body)


def _decode(codec: Codec, data: bytes, encoding: str | None = None, convert: bool = True) -> Any:
    """Read the body of a reply.

    Args:
        encoding: of a text, when it is not UTF-8; None: it is UTF-8, or no text.
        convert: whether maps become TuberResult objects.

    Raises:
        DecodeError: the body is not what its media type says.
    """
    if encoding is not None and codec.media_type == JSON:
        data = data.decode(encoding).encode("utf-8")
    value = codec.decode(data)
    return with_results(value) if convert else value


def _known() -> dict[str, Codec]:
    """The codecs that are there, by media type."""
    codecs = {}
    for media_type in (JSON, CBOR):
        try:
            codecs[media_type] = codec_for(media_type)
        except ValueError:
            continue
    return codecs


def _by_name() -> dict[str, Any]:
    codecs: dict[str, Any] = {"json": _TextCodec(JsonCodec("json"))}
    with suppress(ImportError):
        codecs["orjson"] = JsonCodec("orjson")
    if CBOR in _CODECS:
        codecs["cbor"] = _CODECS[CBOR]
    return codecs


_CODECS: Final = _known()

AcceptTypes: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {media_type: partial(_decode, codec) for media_type, codec in _CODECS.items()}
)
Codecs: Final[Mapping[str, Any]] = MappingProxyType(_by_name())
