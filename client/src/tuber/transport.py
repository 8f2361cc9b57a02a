"""The interface of ``transport=``: your own object that sends requests instead of tuber.

Use it where requests need another HTTP library, for example one that logs in, signs or tunnels. The
how-to guides have complete examples.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

# Status, header fields, body.
Answer: TypeAlias = "tuple[int, Mapping[str, str] | Iterable[tuple[str, str]], bytes]"
Seconds: TypeAlias = "tuple[float | None, float | None]"


class Transport(Protocol):
    """The methods of an object for ``transport=``.

    It must not send a request twice or follow redirects: a call would run twice or get lost.
    """

    def exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout: Seconds
    ) -> Answer | Awaitable[Answer]:
        """Post one request and return the reply, whatever its status; awaitable for asyncio.

        Several threads or tasks may call it at once.

        Args:
            url: the URL of the server.
            headers: the header fields, without Host, Content-Length and Connection.
            body: the body of the request.
            timeout: seconds for connecting and for the whole exchange; None for no limit.

        Raises:
            TimeoutError: the timeout passed.
            ConnectionRefusedError: no program listens there; the call was not run.
            Exception: any other fault. The call may have run, unless the exception has an
                attribute ``may_have_run`` that is false.
        """

    def close(self) -> Any:
        """Release connections; awaitable for asyncio. More exchanges may follow."""
