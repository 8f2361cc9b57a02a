"""Read descriptions again after a restart of the server, and warn the user.

This is part of every conversation. It runs if the run id of a reply differs from the last one
(PROTOCOL.md section 2). It must never fail, because the caller needs the result of its call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tuber.errors import TuberError, TuberNetworkError, TuberProtocolError, TuberRemoteError
from tuber.protocol import CONTINUE_ON_ERROR, RUN_ID_FIELD, Call, Failure, Result
from tuber.protocol.paths import path_text
from tuber.session.messages import Conversation, Reply, Request
from tuber.session.replies import Outcome
from tuber.session.server_state import Root

if TYPE_CHECKING:
    from tuber.session.session import Session

# A server may answer calls but hang when it describes its objects, and the caller is waiting.
REFRESH_SECONDS: Final = 10.0

_RUN_ID: Final = RUN_ID_FIELD.lower()
_CALLED: Final = "the reading of descriptions after a restart"


def refresh_after_restart(
    session: Session, reply: Reply, sent_under: str | None, resolving: Root | None = None
) -> Conversation[None]:
    """Record the run id of a reply, and read stale descriptions again.

    Warnings are stored in the state. They are shown later, in the thread or task of the caller.

    Args:
        sent_under: the known run id when the request was sent.
        resolving: the root that this reply describes, which needs no refresh.
    """
    state = session.state
    noticed = state.note(reply.fields.get(_RUN_ID), sent_under)
    if noticed and resolving is None and not state.any_stale:
        state.pending_warnings.append(_restarted(session, ""))
    # After a refusal the refresh waits for the next reply.
    if state.any_stale and reply.status == 200:
        roots = state.begin_refresh(resolving)
        if roots:
            try:
                yield from _refresh(session, roots)
            finally:
                state.end_refresh()


def _refresh(session: Session, roots: list[Root]) -> Conversation[None]:
    """Request the descriptions of all stale roots again, in one batch."""
    state = session.state
    sent_under = state.run_id
    calls = [Call(root._tuber_path, resolve=True) for root in roots]
    body = session.codec.encode([call.to_map() for call in calls])
    refreshed: list[Root] = []
    removed: list[Root] = []
    failed: list[Root] = []
    fault: TuberError | None = None
    try:
        reply = yield Request(body, _CALLED, (CONTINUE_ON_ERROR,), REFRESH_SECONDS)
        run_id = reply.fields.get(_RUN_ID)
        state.note(run_id, sent_under)
        outcomes = session.outcomes(reply, len(calls), _CALLED)
    except (TuberNetworkError, TuberProtocolError, TuberRemoteError) as error:
        failed, fault = roots, error
    else:
        for root, call, outcome in zip(roots, calls, outcomes, strict=True):
            try:
                (refreshed if _adopt(session, root, call, outcome) else removed).append(root)
                state.described(root, run_id)
            except (TuberProtocolError, TuberRemoteError) as error:
                failed.append(root)
                fault = error
    text = f"; {_names(refreshed)} was read again" if refreshed else ""
    if removed:
        text += f"; {_names(removed)} no longer exists, and using it raises TuberStateError"
    if fault is not None:
        text += _failed_text(failed, fault, state.count_failed_refresh())
    state.pending_warnings.append(_restarted(session, text))


def _adopt(session: Session, root: Root, call: Call, outcome: Outcome) -> bool:
    """Give a root its new description; return False if the server no longer has the object.

    Raises:
        TuberRemoteError: it exists, but cannot be described.
        TuberProtocolError: the description is malformed.
    """
    if isinstance(outcome, Result):
        root._tuber_adopt(session.description(outcome.value, call))
        return True
    assert isinstance(outcome, Failure)  # no call was omitted
    error = session.remote_error(outcome, call)
    # The path names nothing (PROTOCOL.md section 3). A traceback comes from the object's own code.
    names_nothing = isinstance(error, (AttributeError, KeyError, IndexError))
    if not names_nothing or outcome.traceback is not None:
        raise error
    root._tuber_removed(error)
    return False


def _restarted(session: Session, outcome: str) -> str:
    """Return the text of the warning; Python's filters distinguish restarts by the run id."""
    run_id = session.state.run_id or ""
    return f"the server at {session.url} was restarted (run {run_id[:8]}){outcome}"


def _failed_text(roots: Sequence[Root], fault: TuberError, last: bool) -> str:
    until = "tuber_resolve(force=True)" if last else "a later call, or tuber_resolve(force=True),"
    return (
        f"; {_names(roots)} could not be read again ({fault}), so static properties keep "
        f"their values from before the restart until {until} reads them"
    )


def _names(roots: Sequence[Root]) -> str:
    return ", ".join(sorted({path_text(root._tuber_path) or "the registry" for root in roots}))
