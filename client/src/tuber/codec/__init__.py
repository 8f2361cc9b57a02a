"""How values become bytes and back: what every codec offers, and which one speaks a media type.

A codec knows values and bytes. It must never know about calls, connections or remote objects, and
it must never change a value silently: what can't be carried exactly is refused with an error that
names the place in the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from tuber.errors import TuberError
from tuber.protocol import CBOR, JSON

__all__ = ["Codec", "DecodeError", "EncodeError", "check_media_type", "codec_for"]


class EncodeError(TuberError, TypeError):
    """A value can't be carried by this codec.

    Attributes:
        place: where in the value the fault is, as a path from its root: ``$.args[3].gain``.
    """

    def __init__(self, fault: str, place: str = "$") -> None:
        """Make the error; ``fault`` is the message without the place."""
        super().__init__(f"{place}: {fault}")
        self.fault = fault
        self.place = place

    def __reduce__(self) -> tuple[type[EncodeError], tuple[str, str]]:
        """Pickle: ``args`` hold the joined message."""
        return type(self), (self.fault, self.place)


class DecodeError(ValueError):
    """A body is not what its media type says.

    Attributes:
        fault: the message without the position.
        offset: position in the body, in bytes, of the first byte of the item at fault; None when
            the codec does not know.
        place: where in the value the fault is, as in EncodeError; None when the codec does not
            know.
    """

    def __init__(self, fault: str, offset: int | None = None, place: str | None = None) -> None:
        """Make the error; ``fault`` is the message without the position."""
        super().__init__(fault if offset is None else f"at byte {offset} ({place}): {fault}")
        self.fault = fault
        self.offset = offset
        self.place = place

    def __reduce__(self) -> tuple[type[DecodeError], tuple[str, int | None, str | None]]:
        """Pickle: ``args`` hold the joined message."""
        return type(self), (self.fault, self.offset, self.place)


class Codec(Protocol):
    """One media type's way of writing values. Codecs hold no state: any thread may use one."""

    @property
    def media_type(self) -> str:
        """The media type, as it stands in ``Content-Type``."""

    def encode(self, value: Any) -> bytes:
        """Write a value.

        Raises:
            EncodeError: the value, or something in it, can't be carried.
        """

    def encode_parts(self, value: Any) -> Sequence[bytes | memoryview]:
        """Write a value as pieces to be sent one after the other, the first of them bytes.

        A memoryview among them is the memory of an array in the value, so that big ones are not
        copied: who changes it before the pieces are sent changes what is sent.

        Raises: as ``encode``.
        """

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value.

        Raises:
            DecodeError: the body is empty, cut off, malformed or not strict.
        """


def codec_for(media_type: str) -> Codec:
    """The client's codec of a media type: where a codec can be strict in what it writes, it is.

    Parameters (``; charset=utf-8``) and letter case do not matter.

    Raises:
        ValueError: no codec is known for it.
    """
    essence = check_media_type(media_type)
    if essence == JSON:
        from tuber.codec.json import DEFAULT  # noqa: PLC0415  # it imports this module

        return DEFAULT
    from tuber.codec.compiled import cbor_codec  # noqa: PLC0415  # what it may load is not cheap

    return cbor_codec()


def check_media_type(media_type: str) -> str:
    """A media type that a codec is known for, without parameters and in lower case.

    Raises:
        ValueError: no codec is known for it.
    """
    essence = media_type.partition(";")[0].strip().lower()
    if essence not in (JSON, CBOR):
        known = f"{JSON!r} and {CBOR!r}"
        raise ValueError(f"no codec for the media type {media_type!r}; known are {known}")
    return essence
