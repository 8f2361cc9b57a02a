"""Links from remote objects to their server: the part that both shells share.

A link has a session, a route and the head of its requests, and it drives conversations. The shells
add the connections and the waiting.

If the user passes a transport, the link checks its replies, converts its exceptions to errors of
tuber, and never sends anything twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any, TypeVar

from tuber.errors import (
    TuberConnectionRefused,
    TuberError,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)
from tuber.network.address import Address
from tuber.network.errors import shortened
from tuber.network.exchange import Pool, exchange_over_pool
from tuber.network.http1 import HttpReply, ReplyHead
from tuber.network.request_head import RequestHead
from tuber.network.route import route_to
from tuber.options import Options
from tuber.session.messages import Conversation, Request
from tuber.session.server_state import ServerState
from tuber.session.session import Session

T = TypeVar("T")
Self = TypeVar("Self", bound="ServerLink")


class ServerLink:
    """A link with one set of options, which an object shares with its nested objects.

    Raises:
        ValueError, TypeError: the options do not match the address.
    """

    def __init__(
        self, address: Address, options: Options, state: ServerState | None = None
    ) -> None:
        self._route = route_to(address, options)
        self._settle(Session(options, ServerState(address.url) if state is None else state))

    def _settle(self, session: Session) -> None:
        self.session = session
        self._head = RequestHead(self._route.address, session.options)

    def _connections(self) -> Pool[Any]:
        """Return the pool of this shell."""
        raise NotImplementedError

    async def _drive(self, conversation: Conversation[T]) -> T:
        """Drive a conversation to its end; return its value."""
        options = self.session.options
        try:
            request = next(conversation)
            while True:
                try:
                    if options.transport is None:
                        reply = await exchange_over_pool(
                            self._connections(), self._head, options.timeout, request
                        )
                    else:
                        reply = await exchange_over_transport(self.session, self._head, request)
                except TuberError as error:  # some conversations can continue without a reply
                    request = conversation.throw(error)
                else:
                    request = conversation.send(reply)
        except StopIteration as end:
            value: T = end.value
            return value
        except TuberNetworkError as error:
            raise shortened(error)  # noqa: B904  # the cause stays
        finally:
            conversation.close()

    async def _close_transport(self) -> None:
        transport = self.session.options.transport
        if transport is not None:
            closing = transport.close()
            if isawaitable(closing):
                await closing

    def varied(self: Self, **given: Any) -> Self:
        """Return a link over the same connections with other options; None keeps an option.

        Raises:
            ValueError, TypeError: an option is invalid.
        """
        options = self.session.options.varied(**given)
        if options is self.session.options:
            return self
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._settle(Session(options, self.session.state))
        return made

    def __reduce__(self: Self) -> tuple[type[Self], tuple[Address, Options, ServerState]]:
        session = self.session
        session.options.check_picklable()
        return type(self), (self._route.address, session.options, session.state)


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
