"""The way from remote objects to their server: what it consists of in both shells.

What is said (the session), where to, how it is introduced (the head) and how long it may take. The
shells add connections and the driving of conversations.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from tuber._address import parse_address
from tuber._http1 import RequestHead
from tuber._session import Options, ServerState, Session
from tuber._target import Target
from tuber._timing import TimeoutLike, parse_timeout

Self = TypeVar("Self", bound="ServerLink")


class ServerLink:
    """A link under one set of options; shared by an object and those inside it.

    Raises:
        ValueError, TypeError: target or options make no sense.
    """

    def __init__(self, target: Target, options: Options) -> None:
        self._address = parse_address(target.hostname)
        self._state = ServerState()
        self._settle(target, options)

    def _settle(self, target: Target, options: Options) -> None:
        self._target = target
        self.session = Session(self._address.url, options, self._state)
        self._timing = parse_timeout(target.timeout)
        self._head = RequestHead(
            self._address.authority, self.session.codec.media_type, options.accept_types
        )

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

    def __reduce__(self: Self) -> tuple[type[Self], tuple[Target, Options]]:
        return type(self), (self._target, self.session.options)
