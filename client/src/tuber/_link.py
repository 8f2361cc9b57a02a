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
from tuber._session import Options, Session
from tuber._timing import TimeoutLike, parse_timeout

Self = TypeVar("Self", bound="ServerLink")


class ServerLink:
    """A link under one set of options; shared by an object and those inside it.

    Raises:
        ValueError, TypeError: hostname, options or timeout make no sense.
    """

    def __init__(self, hostname: str, options: Options, timeout: TimeoutLike) -> None:
        self.hostname = hostname
        self._address = parse_address(hostname)
        self._settle(options, timeout)

    def _settle(self, options: Options, timeout: TimeoutLike) -> None:
        self.session = Session(self._address.url, options)
        self._timeout = timeout
        self._timing = parse_timeout(timeout)
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
        made._settle(options, self._timeout if timeout is None else timeout)
        return made

    def __copy__(self: Self) -> Self:
        made = type(self).__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    def __reduce__(self: Self) -> tuple[type[Self], tuple[str, Options, TimeoutLike]]:
        return type(self), (self.hostname, self.session.options, self._timeout)
