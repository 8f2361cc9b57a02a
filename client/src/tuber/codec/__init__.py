"""Codecs, which turn values into bytes and back: their interface, and the choice by media type.

A codec does not depend on calls, connections or remote objects. It never changes a value silently.
If it cannot encode a value exactly, it raises an error that names the place in the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tuber.errors import TuberError
from tuber.protocol import CBOR, JSON

__all__ = ["Codec", "DecodeError", "EncodeError", "ExactCodec", "check_media_type", "codec_for"]


class EncodeError(TuberError, TypeError):
    """The codec cannot encode a value.

    Attributes:
        place: the place of the fault, as a path from the root of the value: ``$.args[3].gain``.
    """

    def __init__(self, fault: str, place: str = "$") -> None:
        """Create the error from the message without the place."""
        super().__init__(f"{place}: {fault}")
        self.fault = fault
        self.place = place

    def __reduce__(self) -> tuple[type[EncodeError], tuple[str, str]]:
        """Pickle: ``args`` hold the joined message."""
        return type(self), (self.fault, self.place)


class DecodeError(ValueError):
    """A body is malformed for its media type.

    Attributes:
        fault: the message without the position.
        offset: the position of the first byte of the malformed item; None if it is not known.
        place: the place of the fault, as in EncodeError; None if it is not known.
    """

    def __init__(self, fault: str, offset: int | None = None, place: str | None = None) -> None:
        """Create the error from the message without the position."""
        super().__init__(fault if offset is None else f"at byte {offset} ({place}): {fault}")
        self.fault = fault
        self.offset = offset
        self.place = place

    def __reduce__(self) -> tuple[type[DecodeError], tuple[str, int | None, str | None]]:
        """Pickle: ``args`` hold the joined message."""
        return type(self), (self.fault, self.offset, self.place)


class Codec(Protocol):
    """The codec of one media type. Codecs have no state: any thread may use one."""

    @property
    def media_type(self) -> str:
        """The media type, as in ``Content-Type``."""

    def encode(self, value: Any) -> bytes:
        """Encode a value.

        Raises:
            EncodeError: the value or a part of it cannot be encoded.
        """

    def encode_parts(self, value: Any) -> Sequence[bytes | memoryview]:
        """Encode a value as pieces to send one after the other. The first piece is bytes.

        A memoryview among them is the memory of a big array in the value. It is not copied, so do
        not change the array before the pieces are sent.

        Raises:
            EncodeError: the value or a part of it cannot be encoded.
        """

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Decode a value.

        Raises:
            DecodeError: the body is empty, cut off, malformed or not strict.
        """


class ExactCodec(Codec, Protocol):
    """A codec that does not carry every value."""

    def encode_exact(self, value: Any) -> bytes | None:
        """Write a value if it is sure to arrive as it is; otherwise return None."""


def codec_for(media_type: str) -> Codec:
    """Return the client's codec for a media type. It refuses values that it would have to change.

    Parameters (``; charset=utf-8``) and letter case do not matter.

    Raises:
        ValueError: there is no codec for the media type.
    """
    from tuber.codec import compiled  # noqa: PLC0415  # it imports this module

    essence = check_media_type(media_type)
    if essence == JSON:
        return compiled.json_codec()
    return compiled.cbor_codec()


def check_media_type(media_type: str) -> str:
    """Return the media type without parameters and in lower case.

    Raises:
        ValueError: there is no codec for the media type.
    """
    essence = media_type.partition(";")[0].strip().lower()
    if essence not in (JSON, CBOR):
        known = f"{JSON!r} and {CBOR!r}"
        raise ValueError(f"no codec for the media type {media_type!r}; known are {known}")
    return essence
