"""What a transport of the user's own has to be, in place of tuber's connections: ``transport=``.

For sites where requests have to go another way: over a library that logs in, signs or tunnels.
docs/how-to/transports.md has complete examples. The interface alone: ``_own_transport`` uses it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

# Status, header fields, body.
Answer: TypeAlias = "tuple[int, Mapping[str, str] | Iterable[tuple[str, str]], bytes]"
Seconds: TypeAlias = "tuple[float | None, float | None]"


class Transport(Protocol):
    """What ``transport=`` accepts.

    It must not send a request twice, nor follow redirects: a call would run twice or get lost.
    """

    def exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout: Seconds
    ) -> Answer | Awaitable[Answer]:
        """Post one request and return the reply, whatever its status; awaitable for asyncio.

        It is called by several threads or tasks at once.

        Args:
            headers: what goes with the body; Host, Content-Length and Connection are not in it.
            timeout: seconds for connecting and for the whole exchange; None: no limit.

        Raises:
            TimeoutError: the time-out passed.
            ConnectionRefusedError: nobody listens there; the call was not run.
            Exception: anything else. The call may have run then, unless the exception has an
                attribute ``may_have_run`` that is false.
        """

    def close(self) -> Any:
        """Give back what is held; awaitable for asyncio. An exchange may follow all the same."""
