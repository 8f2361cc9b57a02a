"""The way from remote objects to their server: what it consists of in both shells.

What is said (the session), where to, how it is introduced (the head) and how long it may take; and
the driving of a conversation, written once. The shells add connections, and decide who waits.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tuber._target import Target
from tuber._timing import TimeoutLike, parse_timeout
from tuber.errors import TuberError
from tuber.network.exchange import Pool, exchange
from tuber.network.own_transport import close, exchange_over
from tuber.network.request_head import RequestHead
from tuber.network.route import route_to
from tuber.options import Options
from tuber.protocol import LOSSLESS
from tuber.session.session import Conversation, ServerState, Session

T = TypeVar("T")
Self = TypeVar("Self", bound="ServerLink")


class ServerLink:
    """A link under one set of options; shared by an object and those inside it.

    Raises:
        ValueError, TypeError: target or options make no sense.
    """

    def __init__(self, target: Target, options: Options, state: ServerState | None = None) -> None:
        self._route = route_to(target)
        self._state = ServerState() if state is None else state
        self._settle(target, options)

    def _settle(self, target: Target, options: Options) -> None:
        address = self._route.address
        self._target = target
        self.session = Session(address.url, options, self._state)
        self._timing = parse_timeout(target.timeout)
        self._head = RequestHead(
            address.authority,
            options.accept_types,
            self._route.request_target,
            (LOSSLESS,) if options.lossless else (),
            target.token,
        )

    def _connections(self) -> Pool[Any]:
        """The pool of this shell."""
        raise NotImplementedError

    async def _drive(self, conversation: Conversation[T]) -> T:
        """Drive a conversation to its end; returns what it returns."""
        head, timing, transport = self._head, self._timing, self._target.transport
        try:
            request = next(conversation)
            while True:
                try:
                    if transport is None:
                        reply = await exchange(self._connections(), head, timing, request)
                    else:
                        url = self.session.url
                        reply = await exchange_over(transport, url, head, timing, request)
                except TuberError as error:  # some conversations can go on without a reply
                    request = conversation.throw(error)
                else:
                    request = conversation.send(reply)
        except StopIteration as end:
            value: T = end.value
            return value
        finally:
            conversation.close()

    async def _close_transport(self) -> None:
        if self._target.transport is not None:
            await close(self._target.transport)

    def varied(
        self: Self,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> Self:
        """A link over the same connections with other options; None keeps what holds here.

        Raises:
            ValueError, TypeError: an option makes no sense.
        """
        changed: dict[str, Any] = {}
        if accept_types is not None:
            changed["accept_types"] = tuple(accept_types)
        if convert_json is not None:
            changed["convert_json"] = convert_json
        if return_exceptions is not None:
            changed["return_exceptions"] = return_exceptions
        if not changed and timeout is None:
            return self
        made = copy.copy(self)
        options = replace(self.session.options, **changed)
        target = self._target if timeout is None else replace(self._target, timeout=timeout)
        made._settle(target, options)
        return made

    def __copy__(self: Self) -> Self:
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __reduce__(self: Self) -> tuple[type[Self], tuple[Target, Options, ServerState]]:
        self._target.check_picklable()
        return type(self), (self._target, self.session.options, self._state)
