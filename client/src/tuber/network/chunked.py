"""Decode a chunked body (RFC 9112 section 7.1) as it arrives. It only handles bytes."""

from __future__ import annotations

import re
from typing import Final

from tuber.errors import TuberProtocolError
from tuber.options import MAX_REPLY_BYTES
from tuber.protocol import MAX_CHUNK_LINE_BYTES, MAX_HEAD_BYTES

_BARE_LINE_FEED: Final = re.compile(rb"(?<!\r)\n")
_SIZE_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\x00\r\n]*)?")


class ChunkedBody:
    """Collects the chunks of a body.

    Args:
        max_bytes: limit for the body.

    Attributes:
        body: the bytes so far.
    """

    __slots__ = ("_in_trailer", "_max_bytes", "body")

    def __init__(self, max_bytes: int = MAX_REPLY_BYTES) -> None:
        self.body = bytearray()
        self._max_bytes = max_bytes
        self._in_trailer = False

    def take(self, received: bytearray) -> bool:
        """Remove the complete chunks from ``received``; return whether the body is complete.

        Raises:
            TuberProtocolError: the chunks are malformed, or exceed a limit.
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
            # A bytearray cannot be resized while a match refers to it.
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
            raise malformed("a line end after a chunk", received[end : end + 2])
        self.body += received[start:end]
        del received[: end + 2]
        return True


def _take_trailer(received: bytearray) -> bool:
    """Remove the trailer fields, which tuber ignores; return whether they are complete."""
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
    """Refuse lines that end with LF alone (RFC 9112 section 2.2); waiting for CRLF would hang."""
    if _BARE_LINE_FEED.search(received):
        raise malformed("lines that end with CRLF", received)


def body_too_long(length: int, limit: int) -> TuberProtocolError:
    """Return the error for a body over the limit."""
    return malformed(f"a body of at most {limit} bytes (max_reply_bytes)", f"{length} bytes")


def malformed(expected: str, got: object) -> TuberProtocolError:
    """Return the error for a malformed HTTP reply. The call was sent, so it may have run."""
    shown = bytes(got[:80]) if isinstance(got, (bytes, bytearray)) else got
    return TuberProtocolError(
        f"malformed HTTP reply: expected {expected}, got {shown!r}", may_have_run=True
    )
