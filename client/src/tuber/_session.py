"""The conversations with a server, each written once as a generator.

A conversation yields a Request, is sent the reply to it, and returns what it was for. It does no
I/O and does not know who drives it: ``_blocking`` over a socket, or another shell.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from tuber._old_servers import is_name_lists, questions, with_answers
from tuber._paths import path_of_object
from tuber._result import with_results
from tuber.codec import Codec, DecodeError, codec_for
from tuber.errors import TuberProtocolError, TuberRemoteError, TuberRemoteWarning, remote_error
from tuber.protocol import (
    CONTINUE_ON_ERROR,
    JSON,
    RUN_ID_FIELD,
    Call,
    Description,
    Failure,
    Path,
    Result,
    parse_reply,
)

T = TypeVar("T")

# PROTOCOL.md section 2: with these a request is refused before anything is called; so it is with
# 503 when a tuber server says it. Others may come from a proxy that lost a request it had passed on
# (RFC 9110 sections 15.6.3 and 15.6.5), or from an old server whose method had run.
_REFUSED: Final = frozenset({400, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 505})
_UNAVAILABLE: Final = 503


class Request:
    """One HTTP request, before it is one.

    Attributes:
        called: what it calls; its text is for messages: ``Board.read()``.
        options: of ``X-Tuber-Options``.
    """

    __slots__ = ("body", "called", "options")

    def __init__(self, body: bytes, called: object, options: Sequence[str] = ()) -> None:
        self.body = body
        self.called = called
        self.options = options


class Reply(Protocol):
    """What a shell answers to a Request; ``_http1.Reply`` is one."""

    @property
    def status(self) -> int: ...
    @property
    def media_type(self) -> str: ...
    @property
    def body(self) -> bytes | bytearray: ...
    @property
    def fields(self) -> Mapping[str, str]:
        """The header fields, by name in lower case."""


Conversation: TypeAlias = Generator[Request, Reply, T]


class Link(Protocol):
    """The way from remote objects to a server; each shell has its own."""

    @property
    def session(self) -> Session:
        """What can be said to the server."""

    def run(self, conversation: Conversation[T]) -> Any:
        """Drive a conversation: gives what it returns, or an awaitable of that."""

    def start(self, conversation: Conversation[T]) -> Any:
        """A conversation for several to wait for: see ``_batch.Running``."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose for all calls of an object and of the objects inside it.

    Attributes:
        accept_types: media types for replies, the preferred first.
        convert_json: whether maps in results become TuberResult objects.
        return_exceptions: whether failures in a batch become items of its list of results.
    """

    accept_types: tuple[str, ...] = (JSON,)
    convert_json: bool = True
    return_exceptions: bool = False

    def __post_init__(self) -> None:
        if not self.accept_types:
            raise ValueError("expected accept_types to name a media type; came none")
        for media_type in self.accept_types:
            codec_for(media_type)


class Session:
    """Everything that is said to one server under one set of options.

    Args:
        url: of the server's endpoint, for messages.

    Attributes:
        told_hidden: what the user was already told of remote names that are hidden here.
    """

    def __init__(self, url: str, options: Options) -> None:
        self.url = url
        self.options = options
        self.told_hidden: set[str] = set()
        self.codec: Codec = codec_for(JSON)

    def call(
        self, path: Path, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Conversation[Any]:
        """Call a method; returns what it returned.

        Raises:
            EncodeError: an argument can't be carried; nothing was sent.
            TuberRemoteError: the call failed at the server.
            TuberProtocolError: the reply is not understandable.
        """
        return self._ask(Call(path, method, args, kwargs))

    def describe(self, path: Path) -> Conversation[Description]:
        """Ask for the full description of an object, or of the registry.

        Raises: as ``call``.
        """
        asked = Call(path, resolve=True)
        members = yield from self._describe(asked)
        try:
            return Description.from_map(members)
        except TuberProtocolError as error:
            raise self._not_understood(asked, error) from error

    def read_property(self, path: Path, name: str) -> Conversation[Any]:
        """Read a property's value at this moment.

        Raises: as ``call``.
        """
        return self._ask(Call(path, property=name))

    def read_properties(self, paths: Sequence[Path], name: str) -> Conversation[list[Any]]:
        """Read the property of this name of several objects, with one request, in their order.

        Raises: as ``call``; for the first object whose property can't be read.
        """
        calls = [Call(path, property=name) for path in paths]
        outcomes = (yield from self.exchange(calls, f"the reading of {name!r}")) if calls else []
        values = [self.value(*each) for each in zip(outcomes, calls, strict=True)]
        return with_results(values) if self.options.convert_json else values

    def exchange(
        self, calls: Sequence[Call], called: object, continue_on_error: bool = False
    ) -> Conversation[list[Result | Failure]]:
        """Send several calls as one batch; returns their outcomes in order.

        Raises:
            TuberRemoteError: the server did not take the batch as a whole.
            TuberProtocolError: the reply is not understandable.
        """
        body = self.codec.encode([call.to_map() for call in calls])
        reply = yield Request(body, called, (CONTINUE_ON_ERROR,) if continue_on_error else ())
        envelopes = self._decode(reply, called)
        if isinstance(envelopes, dict):  # one failure for the batch as a whole
            self.value(self._outcome(envelopes, called), called)
        if not isinstance(envelopes, list) or len(envelopes) != len(calls):
            fault = f"expected an array of {len(calls)} envelopes, came {type(envelopes).__name__}"
            raise self._not_understood(called, fault)
        return [self._outcome(envelope, called) for envelope in envelopes]

    def remote_error(self, failure: Failure, called: object) -> TuberRemoteError:
        """The exception that says what the failure says."""
        return remote_error(
            failure.message, failure.type, failure.traceback, f"{called} at {self.url}"
        )

    def _ask(self, call: Call) -> Conversation[Any]:
        """Send one call; returns its result, in the form that the user chose."""
        reply = yield Request(self.codec.encode(call.to_map()), call)
        value = self.value(self._outcome(self._decode(reply, call), call), call)
        # The envelope is a map itself: with a single brace in the text there is none in the value.
        if self.options.convert_json and reply.body.count(b"{") > 1:
            return with_results(value)
        return value

    def _describe(self, asked: Call) -> Conversation[Mapping[str, Any]]:
        """The map of a full description, from old servers put together out of many."""
        reply = yield Request(self.codec.encode(asked.to_map()), asked)
        members = self.value(self._outcome(self._decode(reply, asked), asked), asked)
        if not isinstance(members, dict):
            raise self._not_understood(asked, f"expected a map, came {type(members).__name__}")
        if not is_name_lists(members):
            return members
        path = asked.object
        calls = questions(path, members)
        answers = (yield from self.exchange(calls, asked, continue_on_error=True)) if calls else []
        names = members.get("objects")
        objects = {}
        for name in names if isinstance(names, list) else []:
            objects[name] = yield from self._describe(
                Call(path_of_object(path, name), resolve=True)
            )
        return with_answers(members, answers, objects)

    def _outcome(self, envelope: Any, called: object) -> Result | Failure:
        try:
            return parse_reply(envelope)
        except TuberProtocolError as error:
            raise self._not_understood(called, error) from error

    def value(self, outcome: Result | Failure, called: object) -> Any:
        """What a call returned; shows its warnings again.

        Raises:
            TuberRemoteError: it failed.
        """
        if outcome.warnings:
            warn_the_caller(outcome.warnings, TuberRemoteWarning)
        if isinstance(outcome, Failure):
            raise self.remote_error(outcome, called)
        return outcome.value

    def _decode(self, reply: Reply, called: object) -> Any:
        if reply.status != 200:
            raise self._other_status(reply, called)
        codec = self.codec
        if reply.media_type != codec.media_type:
            try:
                codec = codec_for(reply.media_type)
            except ValueError as error:
                raise self._not_understood(called, error) from None
        try:
            return codec.decode(reply.body)
        except DecodeError as error:
            raise self._not_understood(called, error) from error

    def _other_status(self, reply: Reply, called: object) -> TuberProtocolError:
        """The error for a reply whose status is not 200: only a refusal says that nothing ran."""
        refused = reply.status in _REFUSED or (
            reply.status == _UNAVAILABLE and RUN_ID_FIELD.lower() in reply.fields
        )
        text = bytes(reply.body[:200]).decode("utf-8", "replace").strip().partition("\n")[0]
        return TuberProtocolError(
            f"{self.url} answered HTTP {reply.status} ({text}); "
            f"{called} {'was not run' if refused else 'may have run'}. "
            "Is it a tuber server that listens there?",
            status=reply.status,
            may_have_run=not refused,
        )

    def _not_understood(self, called: object, fault: object) -> TuberProtocolError:
        return TuberProtocolError(
            f"the reply from {self.url} is malformed: {fault}; {called} may have run",
            may_have_run=True,
        )


def warn_the_caller(texts: Sequence[str], category: type[Warning]) -> None:
    """Show warnings as if they were raised in the line of the program that brought us here."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("tuber."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(text, category, stacklevel=level)
