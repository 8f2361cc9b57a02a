"""After a restart of the server: what was read from it is read again, and the user is told.

A part of every conversation, entered when a reply has another run id than the one before
(PROTOCOL.md section 2). Nothing here fails: the result of a call is waiting for its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from tuber.codec import Codec
from tuber.errors import TuberError, TuberNetworkError, TuberProtocolError, TuberRemoteError
from tuber.protocol import CONTINUE_ON_ERROR, RUN_ID_FIELD, Call, Description, Failure, Result
from tuber.protocol.paths import path_text
from tuber.session.messages import Conversation, Reply, Request
from tuber.session.replies import Outcome
from tuber.session.server_state import Root, ServerState

# Of a server that answers calls but does not describe its objects: a result is waiting.
REFRESH_SECONDS: Final = 10.0

_RUN_ID: Final = RUN_ID_FIELD.lower()
_CALLED: Final = "the reading of descriptions after a restart"


class Asking(Protocol):
    """What is used of a Session."""

    url: str
    state: ServerState
    codec: Codec

    def outcomes(self, reply: Reply, count: int, called: object) -> Iterable[Outcome]: ...
    def description(self, members: Any, asked: Call) -> Description: ...
    def remote_error(self, failure: Failure, called: object) -> TuberRemoteError: ...


def follow(
    session: Asking, reply: Reply, sent_under: str | None, resolving: Root | None = None
) -> Conversation[None]:
    """A reply has another run id than the one before, or something is stale: read that again.

    What there is to say is put into the state, for who is in the caller's thread or task.

    Args:
        sent_under: the run id that was known when the request was sent.
        resolving: the root whose description this is about, which needs no other.
    """
    state = session.state
    noticed = state.note(reply.fields.get(_RUN_ID), sent_under, session.url)
    if noticed and resolving is None and not state.behind:
        state.unsaid.append(_restarted(session, ""))
    # After a refusal more requests would only add to what is wrong; the next reply will do.
    if state.behind and reply.status == 200:
        roots = state.begin_refresh(resolving)
        if roots:
            try:
                yield from _refresh(session, roots)
            finally:
                state.end_refresh()


def _refresh(session: Asking, roots: list[Root]) -> Conversation[None]:
    """Ask for the descriptions of roots again, all in one request."""
    state = session.state
    sent_under = state.run_id
    calls = [Call(root._tuber_path, resolve=True) for root in roots]
    body = session.codec.encode([call.to_map() for call in calls])
    again: list[Root] = []
    vanished: list[Root] = []
    failed: list[Root] = []
    fault: TuberError | None = None
    try:
        reply = yield Request(body, _CALLED, (CONTINUE_ON_ERROR,), REFRESH_SECONDS)
        run_id = reply.fields.get(_RUN_ID)
        state.note(run_id, sent_under, session.url)
        outcomes = session.outcomes(reply, len(calls), _CALLED)
    except (TuberNetworkError, TuberProtocolError, TuberRemoteError) as error:
        failed, fault = roots, error
    else:
        for root, call, outcome in zip(roots, calls, outcomes, strict=True):
            try:
                (again if _take_on(session, root, call, outcome) else vanished).append(root)
                state.described(root, run_id)
            except (TuberProtocolError, TuberRemoteError) as error:
                failed.append(root)
                fault = error
    text = _what_came(again, vanished)
    if fault is not None:
        text += _what_failed(failed, fault, state.give_up())
    state.unsaid.append(_restarted(session, text))


def _take_on(session: Asking, root: Root, call: Call, outcome: Outcome) -> bool:
    """Give a root its new description; False when it is not there any more, of which it is told.

    Raises:
        TuberRemoteError: it is there, but can't be described.
        TuberProtocolError: what came is no description.
    """
    if isinstance(outcome, Result):
        root._tuber_adopt(session.description(outcome.value, call))
        return True
    assert isinstance(outcome, Failure)  # nothing was left out
    error = session.remote_error(outcome, call)
    # A path that names nothing, PROTOCOL.md section 3; a traceback is of the object's own code.
    names_nothing = isinstance(error, (AttributeError, KeyError, IndexError))
    if not names_nothing or outcome.traceback is not None:
        raise error
    root._tuber_removed(error)
    return False


def _restarted(session: Asking, outcome: str) -> str:
    """The text of the warning; the id lets Python's filters tell one restart from the next."""
    run_id = session.state.run_id or ""
    return f"the server at {session.url} was restarted (run {run_id[:8]}){outcome}"


def _what_came(again: Sequence[Root], vanished: Sequence[Root]) -> str:
    text = f"; what is known of {_names(again)} was read again" if again else ""
    if vanished:
        text += f"; {_names(vanished)} is not there any more, its use raises TuberStateError"
    return text


def _what_failed(roots: Sequence[Root], fault: TuberError, last: bool) -> str:
    until = "tuber_resolve(force=True)" if last else "a later call, or tuber_resolve(force=True),"
    return (
        f"; what is known of {_names(roots)} could not be read again ({fault}), so its static "
        f"properties have the values of before the restart until {until} reads them"
    )


def _names(roots: Sequence[Root]) -> str:
    return ", ".join(sorted({path_text(root._tuber_path) or "the registry" for root in roots}))
