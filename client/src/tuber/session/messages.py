"""What a conversation with a server consists of: requests, replies, and the generator between.

A conversation yields a Request, is sent the reply to it, and returns what it was for. When there is
no reply, the error that says why is thrown into it, so that it can go on without. It does no I/O
and does not know who drives it: ``_blocking`` over a socket, or another shell.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar

from tuber.protocol import JSON

T = TypeVar("T")


class Request:
    """One HTTP request, before it is one.

    Attributes:
        called: what it calls; its text is for messages: ``Board.read()``.
        options: of ``X-Tuber-Options``.
        seconds: how long it may take at most, whatever the user allows for calls; None: no more.
        media_type: of the body.
        rest: what follows ``body`` in the body: memory of arrays, which is not copied.
    """

    __slots__ = ("body", "called", "media_type", "options", "rest", "seconds")

    def __init__(
        self,
        body: bytes,
        called: object,
        options: Sequence[str] = (),
        seconds: float | None = None,
        media_type: str = JSON,
        rest: Sequence[memoryview] = (),
    ) -> None:
        self.body = body
        self.called = called
        self.options = options
        self.seconds = seconds
        self.media_type = media_type
        self.rest = rest

    def limited(self, total: float | None) -> float | None:
        """The time for it, in seconds, where the user allows ``total``; None: any time."""
        if self.seconds is None or total is None:
            return total if self.seconds is None else self.seconds
        return min(self.seconds, total)


class Reply(Protocol):
    """What a shell answers to a Request; ``_http1.Reply`` is one."""

    @property
    def status(self) -> int: ...
    @property
    def media_type(self) -> str: ...
    @property
    def body(self) -> bytes | bytearray | memoryview: ...
    @property
    def fields(self) -> Mapping[str, str]:
        """The header fields, by name in lower case."""


Conversation: TypeAlias = Generator[Request, Reply, T]
