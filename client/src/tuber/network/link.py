"""The way from remote objects to their server: what it consists of in both shells.

A link has a session, a route, the head of its requests, and drives conversations. The shells add
connections, and decide what waits.
"""

from __future__ import annotations

from typing import Any, TypeVar

from tuber.errors import TuberError, TuberNetworkError
from tuber.network.address import Address
from tuber.network.errors import shortened
from tuber.network.exchange import Pool, exchange_over_pool
from tuber.network.own_transport import close, exchange_over_transport
from tuber.network.request_head import RequestHead
from tuber.network.route import route_to
from tuber.options import Options
from tuber.session.messages import Conversation
from tuber.session.server_state import ServerState
from tuber.session.session import Session

T = TypeVar("T")
Self = TypeVar("Self", bound="ServerLink")


class ServerLink:
    """A link under one set of options; shared by an object and those inside it.

    Raises:
        ValueError, TypeError: the options do not fit the address.
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
                except TuberError as error:  # some conversations can go on without a reply
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
            await close(transport)

    def varied(self: Self, **given: Any) -> Self:
        """Return a link over the same connections with other options; None keeps an option.

        Raises:
            ValueError, TypeError: an option makes no sense.
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
