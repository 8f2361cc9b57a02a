"""Requests of HTTP/1.1 (RFC 9112): the head, in front of the buffers of a body.

Bytes only, as ``_http1``: no sockets, no clock, no media types' contents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuber.protocol import ENDPOINT, JSON, OPTIONS_FIELD

# Up to this size one copy of the body costs less than a second buffer in the system call.
JOIN_BYTES: Final = 16 * 1024


class RequestHead:
    """The part of the head that is the same for all requests of a session, formatted once.

    Args:
        authority: host and port, for ``Host``.
        target: what the request line asks for: the endpoint's path, or its URL for a proxy.
        accept: the media types of replies, the preferred first.
        options: of ``X-Tuber-Options``, in every request.
        token: shown to the server (RFC 6750 section 2.1).
    """

    def __init__(
        self,
        authority: str,
        accept: Sequence[str],
        target: str = ENDPOINT,
        options: Sequence[str] = (),
        token: str | None = None,
    ) -> None:
        self._lines = [f"POST {target} HTTP/1.1", f"Host: {authority}"]
        self._accept = ", ".join(accept)
        self._options = tuple(options)
        self._token = token
        self._usual = self._start(JSON, ())

    def encode(
        self,
        body: bytes,
        options: Sequence[str] = (),
        media_type: str = JSON,
        rest: Sequence[memoryview] = (),
    ) -> list[bytes | memoryview]:
        """One request as the buffers to send, the head in the first.

        Args:
            options: beside those of every request.
            rest: what follows ``body`` in the body; each is sent from where it is.
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
        """The header fields of one request that are not the connection's business."""
        fields = {"Content-Type": media_type, "Accept": self._accept}
        if self._token is not None:
            fields["Authorization"] = f"Bearer {self._token}"
        joined = ", ".join((*self._options, *options))
        return {**fields, OPTIONS_FIELD: joined} if joined else fields

    def _start(self, media_type: str, options: Sequence[str]) -> bytes:
        """The head up to the length of the body."""
        fields = self.fields(options, media_type).items()
        lines = [*self._lines, *[f"{name}: {value}" for name, value in fields]]
        return "\r\n".join([*lines, ""]).encode("ascii")
