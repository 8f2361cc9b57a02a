"""A body in chunks (RFC 9112 section 7.1), read as it comes. Bytes only, as ``_http1``."""

from __future__ import annotations

import re
from typing import Final

from tuber.errors import TuberProtocolError
from tuber.options import MAX_REPLY_BYTES
from tuber.protocol import MAX_CHUNK_LINE_BYTES, MAX_HEAD_BYTES

_BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
_SIZE_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\x00\r\n]*)?")


class ChunkedBody:
    """Takes chunks out of what was received.

    Args:
        max_bytes: a longer body is refused.

    Attributes:
        body: what has come of it so far.
    """

    __slots__ = ("_in_trailer", "_max_bytes", "body")

    def __init__(self, max_bytes: int = MAX_REPLY_BYTES) -> None:
        self.body = bytearray()
        self._max_bytes = max_bytes
        self._in_trailer = False

    def take(self, received: bytearray) -> bool:
        """Remove the complete chunks from the front of ``received``; whether the body is complete.

        Raises:
            TuberProtocolError: they are no chunks, or over a limit.
        """
        while not self._in_trailer:
            end = received.find(b"\r\n", 0, MAX_CHUNK_LINE_BYTES + 2)
            if end < 0:
                if len(received) > MAX_CHUNK_LINE_BYTES:
                    raise malformed("the size of a chunk", received)
                refuse_bare_line_feed(received)
                return False
            match = _SIZE_LINE.fullmatch(received, 0, end)
            if match is None:
                raise malformed("the size of a chunk", received[:end])
            size = int(match.group(1), 16)
            # A match keeps a bytearray from being resized.
            del match
            if size == 0:
                del received[: end + 2]
                self._in_trailer = True
            elif not self._take_chunk(received, end + 2, size):
                return False
        return _take_trailer(received)

    def _take_chunk(self, received: bytearray, start: int, size: int) -> bool:
        end = start + size
        if len(self.body) + size > self._max_bytes:
            raise body_too_long(len(self.body) + size, self._max_bytes)
        if len(received) < end + 2:
            return False
        if received[end : end + 2] != b"\r\n":
            raise malformed("a line end behind a chunk", received[end : end + 2])
        self.body += received[start:end]
        del received[: end + 2]
        return True


def _take_trailer(received: bytearray) -> bool:
    """Remove the trailer fields, which tuber does not use; whether their end had come."""
    if received.startswith(b"\r\n"):
        del received[:2]
        return True
    end = received.find(b"\r\n\r\n")
    if end < 0:
        if len(received) > MAX_HEAD_BYTES:
            raise malformed(f"a trailer of at most {MAX_HEAD_BYTES} bytes", received)
        refuse_bare_line_feed(received)
        return False
    del received[: end + 4]
    return True


def refuse_bare_line_feed(received: bytearray) -> None:
    """Refuse lines that end with LF alone (RFC 9112 section 2.2), for whose CRLF one would wait."""
    if _BARE_LINE_FEED.search(received):
        raise malformed("lines that end with CRLF", received)


def body_too_long(length: int, limit: int) -> TuberProtocolError:
    """The error for a body over the limit."""
    return malformed(f"a body of at most {limit} bytes (max_reply_bytes)", f"{length} bytes")


def malformed(expected: str, came: object) -> TuberProtocolError:
    """The error for what is no HTTP/1.1 reply; a call was sent, so it may have run."""
    shown = bytes(came[:80]) if isinstance(came, (bytes, bytearray)) else came
    return TuberProtocolError(
        f"malformed HTTP reply: expected {expected}, came {shown!r}", may_have_run=True
    )
