"""Parse HTTP/1.1 replies (RFC 9112) from bytes as they arrive.

It uses no sockets, clock or threads, and does not decode bodies. It is strict: it refuses a reply
that could be understood in two ways.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tuber.network.chunked import (
    ChunkedBody,
    body_too_long,
    malformed,
    refuse_bare_line_feed,
)
from tuber.options import MAX_REPLY_BYTES
from tuber.protocol import CBOR, MAX_FIELDS, MAX_HEAD_BYTES

# The number of parsed heads cached per connection. They usually differ only in Content-Length.
MAX_KNOWN_HEADS: Final = 64
# Replies such as 'HTTP/1.1 100 Continue' before the final one; servers need one or two at most.
MAX_INTERIM_REPLIES: Final = 8
# Below this, NumPy's memory gains nothing over a bytearray, which is cleared.
LARGE_BODY_BYTES: Final = 64 * 1024

_VERSION: Final = b"HTTP/1."
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00\r\n]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00\r\n]*?)[ \t]*")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ReplyHead:
    """The head of a reply.

    Attributes:
        fields: the values by name in lower case; those of a repeated field are joined by commas.
        media_type: the ``Content-Type`` without parameters, in lower case; '' if absent.
        length: the size of the body in bytes; None if it is chunked or ends with the connection.
        chunked: whether the body has the transfer coding ``chunked``.
        keep_alive: whether another request may follow on the connection.
    """

    status: int
    fields: Mapping[str, str]
    media_type: str
    length: int | None
    chunked: bool
    keep_alive: bool


class HttpReply:
    """A complete reply: its head and its body."""

    __slots__ = ("body", "fields", "keep_alive", "media_type", "status")

    def __init__(
        self, head: ReplyHead, body: bytes | bytearray | memoryview, keep_alive: bool
    ) -> None:
        self.status = head.status
        self.fields = head.fields
        self.media_type = head.media_type
        self.body = body
        self.keep_alive = keep_alive


class ReplyReader:
    """Reads the replies of one connection, one after the other.

    Feed the bytes received until a reply is returned. After an error, or a reply without
    ``keep_alive``, the reader cannot be used again.

    Args:
        max_body_bytes: limit for a body.
    """

    def __init__(self, max_body_bytes: int = MAX_REPLY_BYTES) -> None:
        self._max_body_bytes = max_body_bytes
        self._received = bytearray()  # the bytes of an incomplete reply
        self._head: ReplyHead | None = None  # the head of the reply being read
        self._wanted: bytearray | memoryview | None = None  # its body, of known length
        self._filled = 0  # how many of its bytes have arrived
        self._chunks: ChunkedBody | None = None  # its body, if it is chunked
        self._interim = 0
        # Most replies on one connection have one of a few heads; each is parsed once.
        self._known: dict[bytes, ReplyHead] = {}

    @property
    def started(self) -> bool:
        """Whether a part of an incomplete reply has arrived."""
        return self._head is not None or bool(self._received)

    def feed(self, received: bytes) -> HttpReply | None:
        """Process bytes from the connection; return the reply once it is complete.

        Raises:
            TuberProtocolError: they are not an HTTP/1.1 reply, or exceed a limit.
        """
        if self._head is None and not self._received:  # the usual reply: small, in one piece
            end = received.find(b"\r\n\r\n")
            if end >= 0:
                head_bytes = received[:end]
                head = self._known.get(head_bytes) or self._read_head(head_bytes)
                if head.length == len(received) - end - 4:
                    self._interim = 0
                    return HttpReply(head, received[end + 4 :], head.keep_alive)
        if self._wanted is not None:
            return self._fill(received)
        self._received += received
        return self._advance()

    def end(self) -> HttpReply | None:
        """Return the reply that ends with the closed connection; None if it is incomplete."""
        head = self._head
        if head is None or head.length is not None or head.chunked:
            return None
        return HttpReply(head, bytes(self._received), False)

    def rest(self) -> memoryview | None:
        """Return memory for the rest of a body of known length, to receive into without a copy.

        Report with ``filled`` how many bytes were written there. If it is None, use ``feed``.
        """
        return None if self._wanted is None else memoryview(self._wanted)[self._filled :]

    def filled(self, count: int) -> HttpReply | None:
        """Count bytes received into ``rest``; return the reply once it is complete."""
        body, head = self._wanted, self._head
        assert body is not None  # REQUIRES: rest() returned memory
        assert head is not None
        self._filled += count
        return self._finish(head, body) if self._filled == len(body) else None

    def _advance(self) -> HttpReply | None:
        while self._head is None:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                if len(self._received) > MAX_HEAD_BYTES:
                    raise malformed(f"a head of at most {MAX_HEAD_BYTES} bytes", self._received)
                # Some other servers (SSH, SMTP) send a greeting and then wait.
                if not _VERSION.startswith(self._received[: len(_VERSION)]):
                    raise malformed("a status line of HTTP/1.1", self._received)
                refuse_bare_line_feed(self._received)
                return None
            head = self._read_head(bytes(self._received[:end]))
            del self._received[: end + 4]
            self._begin(head)
        head = self._head
        if self._wanted is not None:
            received, self._received = self._received, bytearray()
            return self._fill(received)
        if self._chunks is not None:
            complete = self._chunks.take(self._received)
            return self._finish(head, self._chunks.body) if complete else None
        if len(self._received) > self._max_body_bytes:
            raise body_too_long(len(self._received), self._max_body_bytes)
        return None

    def _begin(self, head: ReplyHead) -> None:
        if head.status < 200:  # RFC 9110 section 15.2: a client must be able to skip them
            self._interim += 1
            if head.status == 101 or self._interim > MAX_INTERIM_REPLIES:
                raise malformed("a final status", f"{self._interim} replies {head.status}")
            return
        self._head = head
        if head.length is not None:
            self._wanted, self._filled = _memory_for(head.length, head.media_type), 0
        elif head.chunked:
            self._chunks = ChunkedBody(self._max_body_bytes)

    def _fill(self, received: bytes | bytearray) -> HttpReply | None:
        body, start = self._wanted, self._filled
        assert body is not None
        count = min(len(received), len(body) - start)
        body[start : start + count] = received if count == len(received) else received[:count]
        self._received += received[count:]
        return self.filled(count)

    def _finish(self, head: ReplyHead, body: bytes | bytearray | memoryview) -> HttpReply:
        # Bytes after the reply belong to no request, so no other reply may follow them.
        keep_alive = head.keep_alive and not self._received
        self._head = self._wanted = self._chunks = None
        self._interim = 0
        return HttpReply(head, body, keep_alive)

    def _read_head(self, head_bytes: bytes) -> ReplyHead:
        head = parse_head(head_bytes)
        if head.length is not None and head.length > self._max_body_bytes:
            raise body_too_long(head.length, self._max_body_bytes)
        if len(self._known) == MAX_KNOWN_HEADS:
            self._known.clear()
        self._known[head_bytes] = head
        return head


def parse_head(head_bytes: bytes) -> ReplyHead:
    """Read a head, without the empty line that ends it (RFC 9112 sections 4 and 5)."""
    if len(head_bytes) > MAX_HEAD_BYTES:
        raise malformed(f"a head of at most {MAX_HEAD_BYTES} bytes", head_bytes)
    status_line, *lines = head_bytes.split(b"\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if match is None:
        raise malformed("a status line of HTTP/1.1", status_line)
    if len(lines) > MAX_FIELDS:
        raise malformed(f"at most {MAX_FIELDS} header fields", len(lines))
    fields: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise malformed("a header field", line)
        name, value = field.group(1).decode("ascii").lower(), field.group(2).decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    status = int(match.group(2))
    # RFC 9112 section 6.3, point 1: these have no body, regardless of their fields.
    has_body = status not in (204, 304)
    chunked = _is_chunked(fields) and has_body
    length = None if chunked else _length(status, fields)
    connection = [each.strip() for each in fields.get("connection", "").lower().split(",")]
    is_old = match.group(1) == b"0"
    keeps = "close" not in connection and (not is_old or "keep-alive" in connection)
    if is_old and "transfer-encoding" in fields:  # RFC 9112 section 6.1: its framing is faulty
        keeps = False
    if fields.get("content-encoding", "identity").lower() != "identity":
        raise malformed("a body as it is", f"Content-Encoding: {fields['content-encoding']}")
    return ReplyHead(
        status=status,
        fields=fields,
        media_type=fields.get("content-type", "").partition(";")[0].strip().lower(),
        length=length,
        chunked=chunked,
        keep_alive=keeps and (chunked or length is not None),
    )


def _is_chunked(fields: Mapping[str, str]) -> bool:
    """Check the coding (RFC 9112 section 6.1). Two lengths may be an attack (section 11.2)."""
    coding = fields.get("transfer-encoding")
    if coding is None:
        return False
    if coding.lower() != "chunked" or "content-length" in fields:
        raise malformed("either 'Transfer-Encoding: chunked' or Content-Length", dict(fields))
    return True


def _length(status: int, fields: Mapping[str, str]) -> int | None:
    """Return the body's length (RFC 9112 section 6.3, points 1 and 4 to 8) in a reply to a POST."""
    if status < 200:
        return None
    text = fields.get("content-length")
    if text is None:
        return 0 if status in (204, 304) else None
    if not _DIGITS.fullmatch(text):  # also if the field is repeated and joined by a comma
        raise malformed("Content-Length to be one number", text)
    return 0 if status in (204, 304) else int(text)


def _memory_for(length: int, media_type: str) -> bytearray | memoryview:
    """Return writable memory for a body; arrays in it will be views of it.

    NumPy does not clear its memory, and lets Linux use large pages for large blocks. It is used
    only if the program has already imported it and the body may contain arrays.
    """
    if length >= LARGE_BODY_BYTES and media_type == CBOR:
        empty = getattr(sys.modules.get("numpy"), "empty", None)  # another thread may be importing
        if empty is not None:
            return memoryview(empty(length, "u1"))
    return bytearray(length)
