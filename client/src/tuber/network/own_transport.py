"""One request and its reply over a transport of the user's own.

Its replies are checked, and its exceptions become errors of tuber; nothing is sent twice. These are
coroutines as in ``exchange``: they suspend only where the transport returns an awaitable.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

from tuber.errors import (
    TuberConnectionRefused,
    TuberError,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)
from tuber.network.http1 import HttpReply, ReplyHead
from tuber.network.request_head import RequestHead
from tuber.session.messages import Request
from tuber.session.session import Session
from tuber.transport import Transport


async def exchange_over_transport(
    session: Session, head: RequestHead, request: Request
) -> HttpReply:
    """Send a request once over the transport of a session's options.

    Raises:
        TuberNetworkError: the transport failed.
        TuberProtocolError: it returned something that is not a reply.
    """
    transport, timing, url = session.options.transport, session.options.timeout, session.url
    assert transport is not None
    times = (timing.connect, request.limited(timing.total))
    try:
        fields = head.fields(request.options, request.media_type)
        body = b"".join((request.body, *request.rest)) if request.rest else request.body
        answer = transport.exchange(url, fields, body, times)
        if isawaitable(answer):
            answer = await answer
    except TuberError:
        raise
    except Exception as error:
        raise _transport_error(error, url, request.called) from error
    return _reply(answer, url, request.called)


async def close(transport: Transport) -> None:
    """Close a transport, which may be used again."""
    closing = transport.close()
    if isawaitable(closing):
        await closing


def _transport_error(error: Exception, url: str, called: object) -> TuberNetworkError:
    refused = isinstance(error, ConnectionRefusedError)
    may_have_run = bool(getattr(error, "may_have_run", not refused))
    kind = TuberNetworkError
    if refused:
        kind = TuberConnectionRefused
    elif isinstance(error, TimeoutError):
        kind = TuberTimeout
    return kind(
        f"The transport got no reply from {url}: {type(error).__name__}: {error}; "
        f"{called} {'may have run' if may_have_run else 'was not run'}",
        may_have_run=may_have_run,
        errno=getattr(error, "errno", None),
    )


def _reply(answer: Any, url: str, called: object) -> HttpReply:
    try:
        status, headers, body = answer
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        fields = {str(name).lower(): str(value) for name, value in pairs}
        well_formed = isinstance(status, int) and isinstance(body, (bytes, bytearray))
    except (TypeError, ValueError):
        well_formed = False
    if not well_formed:
        raise TuberProtocolError(
            f"{url}: expected the transport to return (status, headers, body) with a number, a map "
            f"or pairs, and bytes; got {answer!r:.200}; {called} may have run",
            may_have_run=True,
        )
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    head = ReplyHead(status, fields, media_type, len(body), chunked=False, keep_alive=True)
    return HttpReply(head, body, keep_alive=True)
