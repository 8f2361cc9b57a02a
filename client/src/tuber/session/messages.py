"""The parts of a conversation with a server: requests, replies, and the generator between them.

A conversation yields a Request, is sent its Reply, and returns a result. If there is no reply, the
error is thrown into it, so that it can continue. It does no I/O; a link drives it.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from tuber.protocol import JSON

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Request:
    """One request, before it becomes HTTP.

    Attributes:
        called: the call, for messages: ``Board.read()``.
        options: the value of ``X-Tuber-Options``.
        seconds: a limit in addition to the user's timeout; None without one.
        media_type: the media type of the body.
        rest: the rest of the body after ``body``: the memory of arrays, which is not copied.
    """

    body: bytes
    called: object
    options: Sequence[str] = ()
    seconds: float | None = None
    media_type: str = JSON
    rest: Sequence[memoryview] = ()

    def limited(self, total: float | None) -> float | None:
        """Return the limit in seconds for the user's timeout ``total``; None without a limit."""
        if self.seconds is None or total is None:
            return total if self.seconds is None else self.seconds
        return min(self.seconds, total)


class Reply(Protocol):
    """The reply to a Request; each shell and transport provides an ``http1.HttpReply``.

    Attributes:
        fields: the header fields, by name in lower case.
    """

    status: int
    media_type: str
    body: bytes | bytearray | memoryview
    fields: Mapping[str, str]


Conversation: TypeAlias = Generator[Request, Reply, T]
