"""The conversations with a server, each written once as a generator.

What a conversation is, and how it is driven, ``_conversation`` says. Nothing here does I/O.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from tuber.codec import Codec, DecodeError, codec_for
from tuber.errors import (
    TuberProtocolError,
    TuberRemoteError,
    TuberRemoteWarning,
    TuberRestartWarning,
    remote_error,
)
from tuber.options import Options
from tuber.protocol import (
    CONTINUE_ON_ERROR,
    JSON,
    RUN_ID_FIELD,
    Call,
    CallMap,
    Description,
    Failure,
    Path,
    Result,
    parse_reply,
)
from tuber.protocol.paths import path_of_object
from tuber.result import with_results
from tuber.session.messages import Conversation, Reply, Request
from tuber.session.old_servers import is_name_lists, questions, with_answers
from tuber.session.replies import Outcome, Outcomes, outcomes_of, read_outcomes
from tuber.session.requests import RequestWriter, Unsent
from tuber.session.restart import follow
from tuber.session.server_state import Root, ServerState
from tuber.session.statuses import status_error

__all__ = [
    "Conversation",
    "Link",
    "Reply",
    "Request",
    "ServerState",
    "Session",
    "warn_the_caller",
]

T = TypeVar("T")

_RUN_ID: Final = RUN_ID_FIELD.lower()
_MAY_HOLD_MAPS: Final = frozenset({dict, list})


class Link(Protocol):
    """The way from remote objects to a server; each shell has its own."""

    @property
    def session(self) -> Session:
        """What can be said to the server."""

    def run(self, conversation: Conversation[T]) -> Any:
        """Drive a conversation: gives what it returns, or an awaitable of that."""

    def start(self, conversation: Conversation[T]) -> Any:
        """A conversation for several to wait for: see ``_batch.Running``."""


class Session:
    """Everything that is said to one server under one set of options.

    Args:
        url: of the server's endpoint, for messages.
        state: what is known of the server's run; shared by the sessions of a link.
    """

    def __init__(self, url: str, options: Options, state: ServerState | None = None) -> None:
        self.url = url
        self.options = options
        self.state = ServerState() if state is None else state
        self.codec: Codec = codec_for(JSON)
        self._writer = RequestWriter(url, options.accept_types, self.state)

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

    def describe(self, path: Path, root: Root | None = None) -> Conversation[Description]:
        """Ask for the full description of an object, or of the registry.

        Args:
            root: who is going to adopt it, and will be told of when the server was restarted.

        Raises: as ``call``.
        """
        asked = Call(path, resolve=True)
        members, run_id = yield from self._describe(asked, root)
        description = self.description(members, asked)
        if root is not None:
            self.state.described(root, run_id)
        self.tell_restarts()
        return description

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
        asked = [call.to_map() for call in calls]
        outcomes = (yield from self.exchange(asked, f"the reading of {name!r}")) if calls else ()
        self.tell_restarts()
        values = [self.value(*each) for each in zip(outcomes, calls, strict=True)]
        return with_results(values) if self.options.convert_json else values

    def exchange(
        self, calls: Sequence[CallMap], called: object, continue_on_error: bool = False
    ) -> Conversation[Outcomes]:
        """Send several calls as one batch; returns their outcomes in order.

        Who takes them in the caller's thread or task is to ``tell_restarts``.

        Args:
            continue_on_error: whether the calls behind a failed one are run; and those beside one
                that can't be sent, because an argument can't be carried.

        Raises:
            EncodeError: an argument can't be carried; nothing of the batch was sent.
            TuberRemoteError: the server did not take the batch as a whole.
            TuberProtocolError: the reply is not understandable.
        """
        sent_under = self.state.run_id
        options = (CONTINUE_ON_ERROR,) if continue_on_error else ()
        request, unsent = yield from self._writer.batch(calls, called, options, continue_on_error)
        if request is None:
            return outcomes_of(unsent.values())
        reply = yield request
        if reply.fields.get(_RUN_ID) != sent_under or self.state.behind:
            yield from follow(self, reply, sent_under)
        return self.outcomes(reply, len(calls) - len(unsent), called).with_unsent(unsent)

    def tell_restarts(self) -> None:
        """Show what is still to be said of restarts, at the line of the caller."""
        if self.state.unsaid:
            warn_the_caller(self.state.take_unsaid(), TuberRestartWarning)

    def outcomes(self, reply: Reply, count: int, called: object) -> Outcomes:
        """The outcomes of a batch of so many calls, in order; raises as ``exchange``."""
        envelopes = self._decode(reply, called)
        if isinstance(envelopes, dict):  # one failure for the batch as a whole
            self.value(self._outcome(envelopes, called), called)
        if not isinstance(envelopes, list) or len(envelopes) != count:
            fault = f"expected an array of {count} envelopes, came {type(envelopes).__name__}"
            raise self._not_understood(called, fault)
        try:
            return read_outcomes(envelopes)
        except TuberProtocolError as error:
            raise self._not_understood(called, error) from error

    def remote_error(self, failure: Failure, called: object) -> TuberRemoteError:
        """The exception that says what the failure says."""
        return remote_error(
            failure.message, failure.type, failure.traceback, f"{called} at {self.url}"
        )

    def _ask(self, call: Call) -> Conversation[Any]:
        """Send one call; returns its result, in the form that the user chose."""
        state = self.state
        sent_under = state.run_id
        request = self._writer.plain(call)
        if request is None:
            request = yield from self._writer.call(call)
        reply = yield request
        if reply.fields.get(_RUN_ID) != sent_under or state.behind:
            yield from follow(self, reply, sent_under)
        if state.unsaid:
            self.tell_restarts()
        envelope = self._decode(reply, call)
        if type(envelope) is dict and len(envelope) == 1 and "result" in envelope:  # mostly
            value = envelope["result"]
        else:
            value = self.value(self._outcome(envelope, call), call)
        if type(value) not in _MAY_HOLD_MAPS or not self.options.convert_json:
            return value
        # The envelope is a map itself: with a single brace in the text there is none in the value.
        body = reply.body
        if reply.media_type == JSON and not isinstance(body, memoryview) and body.count(b"{") == 1:
            return value
        return with_results(value)

    def _describe(
        self, asked: Call, root: Root | None = None
    ) -> Conversation[tuple[Mapping[str, Any], str | None]]:
        """The map of a full description, from old servers put together out of many; the run id."""
        sent_under = self.state.run_id
        reply = yield Request(self.codec.encode(asked.to_map()), asked)
        run_id = reply.fields.get(_RUN_ID)
        if run_id != sent_under or self.state.behind:
            yield from follow(self, reply, sent_under, root)
        members = self.value(self._outcome(self._decode(reply, asked), asked), asked)
        if not isinstance(members, dict):
            raise self._not_understood(asked, f"expected a map, came {type(members).__name__}")
        if not is_name_lists(members):
            return members, run_id
        path = asked.object
        calls = questions(path, members)
        answers = (yield from self.exchange(calls, asked, continue_on_error=True)) if calls else ()
        names = members.get("objects")
        objects = {}
        for name in names if isinstance(names, list) else []:
            inside = Call(path_of_object(path, name), resolve=True)
            objects[name], _ = yield from self._describe(inside)
        return with_answers(members, answers, objects), run_id

    def description(self, members: Any, asked: Call) -> Description:
        """Read a full description; raises TuberProtocolError when it is none."""
        try:
            return Description.from_map(members)
        except TuberProtocolError as error:
            raise self._not_understood(asked, error) from error

    def _outcome(self, envelope: Any, called: object) -> Result | Failure:
        try:
            return parse_reply(envelope)
        except TuberProtocolError as error:
            raise self._not_understood(called, error) from error

    def value(self, outcome: Outcome, called: object) -> Any:
        """What a call returned; shows its warnings again.

        Raises:
            TuberRemoteError: it failed.
            EncodeError: it was left out of its batch.
        """
        if outcome.warnings:
            warn_the_caller(outcome.warnings, TuberRemoteWarning)
        if isinstance(outcome, Failure):
            raise self.remote_error(outcome, called)
        if isinstance(outcome, Unsent):
            raise outcome.error
        return outcome.value

    def _decode(self, reply: Reply, called: object) -> Any:
        if reply.status != 200:
            raise status_error(reply, self.url, called)
        codec = self.codec
        if reply.media_type != codec.media_type:
            try:
                codec = codec_for(reply.media_type)
                self.state.answered(codec.media_type)
            except ValueError as error:
                raise self._not_understood(called, error, reply.media_type) from None
        try:
            return codec.decode(reply.body)
        except DecodeError as error:
            raise self._not_understood(called, error) from error

    def _not_understood(
        self, called: object, fault: object, media_type: str | None = None
    ) -> TuberProtocolError:
        return TuberProtocolError(
            f"the reply from {self.url} is malformed: {fault}; {called} may have run. Is it a "
            "tuber server that listens there?",
            media_type=media_type,
            may_have_run=True,
        )


def warn_the_caller(texts: Sequence[str], category: type[Warning]) -> None:
    """Show warnings as if they were raised in the line of the program that brought us here."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("tuber."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(text, category, stacklevel=level)
