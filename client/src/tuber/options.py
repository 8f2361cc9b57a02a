"""What a user may choose for calls. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuber.codec import check_media_type
from tuber.protocol import CBOR, JSON

LOSSLESS_TYPES: Final = (JSON, CBOR)


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose for all calls of an object and of the objects inside it.

    Attributes:
        accept_types: media types for replies, the preferred first. With both JSON and CBOR no value
            is changed on its way: what JSON does not carry travels in CBOR, arguments too. With
            JSON alone, so does everything that JSON has a form of, and the rest is refused.
        convert_json: whether maps in results become TuberResult objects.
        return_exceptions: whether failures in a batch become items of its list of results.
    """

    accept_types: tuple[str, ...] = LOSSLESS_TYPES
    convert_json: bool = True
    return_exceptions: bool = False

    def __post_init__(self) -> None:
        if not self.accept_types:
            raise ValueError("expected accept_types to name a media type; came none")
        for media_type in self.accept_types:
            check_media_type(media_type)

    @property
    def lossless(self) -> bool:
        """Whether the server is to choose between the media types by what each value needs."""
        return JSON in self.accept_types and CBOR in self.accept_types
