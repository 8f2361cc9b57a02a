"""The conversations with a server, written as generators for both shells. No I/O."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
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
    parse_reply,
)
from tuber.protocol.paths import path_of_object
from tuber.result import with_results
from tuber.session.messages import Conversation, Reply, Request
from tuber.session.old_servers import is_name_lists, member_calls, with_answers
from tuber.session.replies import (
    EncodeFailure,
    Outcome,
    Outcomes,
    outcomes_of,
    read_outcomes,
    status_error,
)
from tuber.session.requests import RequestWriter
from tuber.session.restart import refresh_after_restart
from tuber.session.server_state import Root, ServerState

__all__ = ["Conversation", "Link", "Session", "warn_the_caller"]

T = TypeVar("T")

_RUN_ID: Final = RUN_ID_FIELD.lower()
_MAY_HOLD_MAPS: Final = frozenset({dict, list})


class Link(Protocol):
    """The link from remote objects to a server; each shell implements it."""

    @property
    def session(self) -> Session:
        """The conversations with the server."""

    def run(self, conversation: Conversation[T]) -> Any:
        """Drive a conversation; return its value, or an awaitable of it."""

    def start(self, conversation: Conversation[T]) -> Any:
        """Return a conversation that several threads or tasks can wait for; see ``BatchRun``."""


class Session:
    """The conversations with one server under one set of options.

    Args:
        state: the state of the server, shared by the sessions of a link.
    """

    def __init__(self, options: Options, state: ServerState) -> None:
        self.options = options
        self.state = state
        self.codec: Codec = codec_for(JSON)
        self._writer = RequestWriter(options, state)

    @property
    def url(self) -> str:
        """The URL of the server, for messages."""
        return self.state.url

    def call(
        self, path: Path, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Conversation[Any]:
        """Call a method; return its result.

        Raises:
            EncodeError: an argument cannot be encoded; nothing was sent.
            TuberRemoteError: the call failed on the server.
            TuberProtocolError: the reply is malformed.
        """
        return self._ask(Call(path, method, args, kwargs))

    def describe(self, path: Path, root: Root | None = None) -> Conversation[Description]:
        """Request the full description of an object, or of the registry.

        Args:
            root: the remote object that will adopt this description and those after restarts.

        Raises: as ``call``.
        """
        asked = Call(path, resolve=True)
        members, run_id = yield from self._describe(asked, root)
        description = self.description(members, asked)
        if root is not None:
            self.state.described(root, run_id)
        self.show_restart_warnings()
        return description

    def read_property(self, path: Path, name: str) -> Conversation[Any]:
        """Read the current value of a property.

        Raises: as ``call``.
        """
        return self._ask(Call(path, property=name))

    def read_properties(self, paths: Sequence[Path], name: str) -> Conversation[list[Any]]:
        """Read one property of several objects with one request; return the values in order.

        Raises: as ``call``; for the first object whose property cannot be read.
        """
        calls = [Call(path, property=name) for path in paths]
        asked = [call.to_map() for call in calls]
        outcomes = (yield from self.batch(asked, f"the reading of {name!r}")) if calls else ()
        self.show_restart_warnings()
        values = [self.value(*each) for each in zip(outcomes, calls, strict=True)]
        return with_results(values) if self.options.convert_json else values

    def batch(
        self, calls: Sequence[CallMap], called: object, continue_on_error: bool = False
    ) -> Conversation[Outcomes]:
        """Send several calls as one batch; return their outcomes in order.

        Call ``show_restart_warnings`` afterwards, in the thread or task that uses the outcomes.

        Args:
            continue_on_error: whether the calls after a failed one are run. If so, the other calls
                are also run if the arguments of one cannot be encoded.

        Raises:
            EncodeError: an argument cannot be encoded; nothing was sent.
            TuberRemoteError: the server refused the whole batch.
            TuberProtocolError: the reply is malformed.
        """
        sent_under = self.state.run_id
        options = (CONTINUE_ON_ERROR,) if continue_on_error else ()
        request, unsent = yield from self._writer.batch(calls, called, options, continue_on_error)
        if request is None:
            return outcomes_of(unsent.values())
        reply = yield request
        if reply.fields.get(_RUN_ID) != sent_under or self.state.any_stale:
            yield from refresh_after_restart(self, reply, sent_under)
        return self.outcomes(reply, len(calls) - len(unsent), called).with_unsent(unsent)

    def show_restart_warnings(self) -> None:
        """Show pending warnings of restarts, at the line of the caller."""
        if self.state.pending_warnings:
            warn_the_caller(self.state.take_warnings(), TuberRestartWarning)

    def outcomes(self, reply: Reply, count: int, called: object) -> Outcomes:
        """Return the outcomes of a batch of ``count`` calls in order; raise like ``batch``."""
        envelopes = self._decode(reply, called)
        if isinstance(envelopes, dict):  # one failure for the batch as a whole
            self.value(self._parse(parse_reply, envelopes, called), called)
        if not isinstance(envelopes, list) or len(envelopes) != count:
            fault = f"expected an array of {count} envelopes, got {type(envelopes).__name__}"
            raise self._malformed(called, fault)
        return self._parse(read_outcomes, envelopes, called)

    def remote_error(self, failure: Failure, called: object) -> TuberRemoteError:
        """Return the exception for a failure."""
        return remote_error(
            failure.message,
            failure.type,
            failure.traceback,
            f"{called} at {self.url}",
            bases=failure.bases,
            args=failure.args,
            attributes=failure.attributes,
            notes=failure.notes,
        )

    def _ask(self, call: Call) -> Conversation[Any]:
        """Send one call; return its result, converted according to the options."""
        state = self.state
        sent_under = state.run_id
        request = self._writer.plain(call)
        if request is None:
            request = yield from self._writer.call(call)
        reply = yield request
        if reply.fields.get(_RUN_ID) != sent_under or state.any_stale:
            yield from refresh_after_restart(self, reply, sent_under)
        if state.pending_warnings:
            self.show_restart_warnings()
        envelope = self._decode(reply, call)
        if type(envelope) is dict and len(envelope) == 1 and "result" in envelope:  # usually
            value = envelope["result"]
        else:
            value = self.value(self._parse(parse_reply, envelope, call), call)
        if type(value) not in _MAY_HOLD_MAPS or not self.options.convert_json:
            return value
        # The envelope is a map itself. If the text has only one brace, the value contains no map.
        body = reply.body
        if reply.media_type == JSON and not isinstance(body, memoryview) and body.count(b"{") == 1:
            return value
        return with_results(value)

    def _describe(
        self, asked: Call, root: Root | None = None
    ) -> Conversation[tuple[Mapping[str, Any], str | None]]:
        """Return a full description as a map, and the run id.

        Servers before 1.0 need several requests for it.
        """
        sent_under = self.state.run_id
        reply = yield Request(self.codec.encode(asked.to_map()), asked)
        run_id = reply.fields.get(_RUN_ID)
        if run_id != sent_under or self.state.any_stale:
            yield from refresh_after_restart(self, reply, sent_under, root)
        members = self.value(self._parse(parse_reply, self._decode(reply, asked), asked), asked)
        if not isinstance(members, dict):
            raise self._malformed(asked, f"expected a map, got {type(members).__name__}")
        if not is_name_lists(members):
            return members, run_id
        path = asked.object
        calls = member_calls(path, members)
        answers = (yield from self.batch(calls, asked, continue_on_error=True)) if calls else ()
        names = members.get("objects")
        objects = {}
        for name in names if isinstance(names, list) else []:
            inside = Call(path_of_object(path, name), resolve=True)
            objects[name], _ = yield from self._describe(inside)
        return with_answers(members, answers, objects), run_id

    def description(self, members: Any, asked: Call) -> Description:
        """Read a full description; raise TuberProtocolError if it is malformed."""
        return self._parse(Description.from_map, members, asked)

    def value(self, outcome: Outcome, called: object) -> Any:
        """Return the result of a call, and show its warnings again.

        Raises:
            TuberRemoteError: the call failed.
            EncodeError: the call was omitted from its batch.
        """
        if outcome.warnings:
            warn_the_caller(outcome.warnings, TuberRemoteWarning)
        if isinstance(outcome, Failure):
            raise self.remote_error(outcome, called)
        if isinstance(outcome, EncodeFailure):
            raise outcome.error
        return outcome.value

    def _parse(self, parse: Callable[[Any], T], value: Any, called: object) -> T:
        try:
            return parse(value)
        except TuberProtocolError as error:
            raise self._malformed(called, error) from error

    def _decode(self, reply: Reply, called: object) -> Any:
        if reply.status != 200:
            raise status_error(reply, self.url, called)
        codec = self.codec
        if reply.media_type != codec.media_type:
            try:
                codec = codec_for(reply.media_type)
                self.state.answered(codec.media_type)
            except ValueError as error:
                raise self._malformed(called, error, reply.media_type) from None
        try:
            return codec.decode(reply.body)
        except DecodeError as error:
            raise self._malformed(called, error) from error

    def _malformed(
        self, called: object, fault: object, media_type: str | None = None
    ) -> TuberProtocolError:
        return TuberProtocolError(
            f"The reply from {self.url} is malformed: {fault}; {called} may have run. Is a tuber "
            "server listening there?",
            media_type=media_type,
            may_have_run=True,
        )


def warn_the_caller(texts: Sequence[str], category: type[Warning]) -> None:
    """Show warnings at the line of the program that called tuber."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("tuber."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(text, category, stacklevel=level)
