"""Encode bodies of requests: JSON, or CBOR if an argument needs it (PROTOCOL.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tuber.codec import Codec, EncodeError, codec_for
from tuber.codec.compiled import json_codec
from tuber.errors import TuberNetworkError, TuberProtocolError
from tuber.options import Options
from tuber.protocol import CBOR, JSON, RUN_ID_FIELD, Call, CallMap
from tuber.session.messages import Conversation, Request
from tuber.session.replies import EncodeFailure, status_error
from tuber.session.server_state import ServerState


class RequestWriter:
    """Encodes the requests of a session, in CBOR only if its ``accept_types`` include it."""

    def __init__(self, options: Options, state: ServerState) -> None:
        self._options = options
        self._state = state
        self._json: Final = json_codec()

    def plain(self, call: Call) -> Request | None:
        """Return the request for one call in JSON; None if JSON may change an argument."""
        body = self._json.encode_exact(call.to_map())
        return None if body is None else Request(body, call)

    def call(self, call: Call) -> Conversation[Request]:
        """Return the request for a call with arguments that JSON may change.

        Raises:
            EncodeError: an argument cannot be encoded; nothing was sent.
        """
        try:
            return (yield from self._exactly(call.to_map(), call, ()))
        except EncodeError as error:
            raise _at(error, f"of {call}") from None

    def batch(
        self, calls: Sequence[CallMap], called: object, options: Sequence[str], leave_out: bool
    ) -> Conversation[tuple[Request | None, Mapping[int, EncodeFailure]]]:
        """Return the request for several calls.

        Args:
            leave_out: whether to omit calls whose arguments cannot be encoded.

        Returns:
            The request, or None if no call is left; and the failures of omitted calls, by place.

        Raises:
            EncodeError: an argument cannot be encoded; nothing was sent.
        """
        body = self._json.encode_exact(calls)
        if body is not None:
            return Request(body, called, options), {}
        try:
            return (yield from self._exactly(calls, called, options)), {}
        except EncodeError:
            unsent = yield from self._faults(calls)
            if not unsent:  # no single call is the cause
                raise
            if not leave_out:
                raise next(iter(unsent.values())).error from None
        kept = [call for place, call in enumerate(calls) if place not in unsent]
        request = (yield from self._exactly(kept, called, options)) if kept else None
        return request, unsent

    def _faults(self, calls: Sequence[CallMap]) -> Conversation[Mapping[int, EncodeFailure]]:
        """Return the failures of calls that cannot be encoded, by place."""
        unsent = {}
        for place, call in enumerate(calls):
            try:
                yield from self._exactly(call, Call(**call), ())
            except EncodeError as error:
                where = f"of {Call(**call)}, call {place} of the batch"
                unsent[place] = EncodeFailure(_at(error, where))
        return unsent

    def _exactly(self, asked: Any, called: object, options: Sequence[str]) -> Conversation[Request]:
        """Return the request in CBOR, or in strict JSON if the server or the user requires that."""
        pieces: Sequence[bytes | memoryview] = ()
        refused = None
        if CBOR in self._options.accept_types and self._state.reads_cbor is not False:
            try:
                pieces = codec_for(CBOR).encode_parts(asked)
            except EncodeError as error:
                refused = error
            if self._state.reads_cbor is None:
                if refused is not None and _refusal(self._json, asked) is not None:
                    raise refused
                yield from self._ask_what_it_reads()
            if self._state.reads_cbor:
                if refused is not None:
                    raise refused
                # The first piece is sent with the head. The others are the memory of arrays.
                rest = [memoryview(piece).cast("B") for piece in pieces[1:]]
                return Request(bytes(pieces[0]), called, options, None, CBOR, rest)
        return self._in_json(asked, called, options)

    def _in_json(self, asked: Any, called: object, options: Sequence[str]) -> Request:
        try:
            return Request(self._json.encode(asked), called, options)
        except EncodeError as error:
            refused = _refusal(codec_for(CBOR), asked)
            if refused is not None:  # its advice is valid for both media types
                raise refused from None
            if CBOR not in self._options.accept_types:
                why = f"accept_types leaves only {JSON}"
            else:
                why = f"the server at {self._state.url} reads only {JSON}"
            raise EncodeError(f"{error.fault} ({why})", error.place) from None

    def _ask_what_it_reads(self) -> Conversation[None]:
        """Request the names of the registry, only to learn from the reply whether it reads CBOR."""
        try:
            reply = yield Request(b"{}", Call())
        except (TuberNetworkError, TuberProtocolError) as error:
            error.may_have_run = False  # the call itself was not sent
            raise
        if reply.status != 200:  # perhaps from a proxy
            refused = status_error(reply, self._state.url, Call())
            refused.may_have_run = False
            raise refused
        self._state.note(reply.fields.get(RUN_ID_FIELD.lower()), None)
        self._state.answered(reply.media_type)


def _refusal(codec: Codec, asked: Any) -> EncodeError | None:
    """Return the error of encoding a value with a codec; None if it succeeds."""
    try:
        codec.encode_parts(asked)
    except EncodeError as error:
        return error
    return None


def _at(error: EncodeError, where: str) -> EncodeError:
    """Return the error with its place in the user's terms: ``args[0].gain of Board.load()``."""
    return EncodeError(error.fault, f"{error.place.removeprefix('$').removeprefix('.')} {where}")
