"""Format the heads of HTTP/1.1 requests (RFC 9112), which precede the buffers of a body.

It uses no sockets or clock, and does not encode bodies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuber.network.address import Address
from tuber.options import Options
from tuber.protocol import JSON, LOSSLESS, OPTIONS_FIELD

# Up to this size one copy of the body costs less than a second buffer in the system call.
JOIN_BYTES: Final = 16 * 1024


class RequestHead:
    """The part of the head that is the same for all requests of a session, formatted once."""

    def __init__(self, address: Address, options: Options) -> None:
        self._lines = [f"POST {address.path} HTTP/1.1", f"Host: {address.authority}"]
        self._accept = ", ".join(options.accept_types)
        self._options = (LOSSLESS,) if options.lossless else ()
        self._token = options.token
        self._usual = self._start(JSON, ())

    def encode(
        self,
        body: bytes,
        options: Sequence[str] = (),
        media_type: str = JSON,
        rest: Sequence[memoryview] = (),
    ) -> list[bytes | memoryview]:
        """Return one request as the buffers to send, the head in the first.

        Args:
            options: options in addition to those of every request.
            rest: the rest of the body after ``body``; its parts are sent without a copy.
        """
        usual = media_type is JSON and not options
        start = self._usual if usual else self._start(media_type, options)
        length = len(body)
        if rest:
            length += sum(map(len, rest))
        elif length > JOIN_BYTES:
            return [b"%bContent-Length: %d\r\n\r\n" % (start, length), body]
        return [b"%bContent-Length: %d\r\n\r\n%b" % (start, length, body), *rest]

    def fields(self, options: Sequence[str] = (), media_type: str = JSON) -> dict[str, str]:
        """Return the header fields of one request, except those about the connection."""
        fields = {"Content-Type": media_type, "Accept": self._accept}
        if self._token is not None:
            fields["Authorization"] = f"Bearer {self._token}"
        joined = ", ".join((*self._options, *options))
        return {**fields, OPTIONS_FIELD: joined} if joined else fields

    def _start(self, media_type: str, options: Sequence[str]) -> bytes:
        """Return the head up to the length of the body."""
        fields = self.fields(options, media_type).items()
        lines = [*self._lines, *[f"{name}: {value}" for name, value in fields]]
        return "\r\n".join([*lines, ""]).encode("ascii")
