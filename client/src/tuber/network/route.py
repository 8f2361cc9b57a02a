"""The way to a server: what a connection to it goes over. No I/O but for trusted certificates.

A route is the key of a pool: connections over equal routes are as good as one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuber._target import Target
from tuber.network.address import HTTP, HTTPS, Address, parse_address
from tuber.network.chunked import MAX_REPLY_BODY_BYTES

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Route:
    """How connections to a server are made.

    Attributes:
        proxy: connect to this one, and through it to the server; None: directly.
        ssl_context: for TLS; None: none is spoken.
        max_reply_bytes: the limit for the body of a reply on these connections.
    """

    address: Address
    proxy: Address | None = None
    ssl_context: ssl.SSLContext | None = None
    max_reply_bytes: int = MAX_REPLY_BODY_BYTES

    @property
    def next_hop(self) -> Address:
        """Whom the socket is connected to."""
        return self.proxy or self.address

    @property
    def tunnelled(self) -> bool:
        """Whether the proxy only passes bytes on (CONNECT), as it must when they are encrypted."""
        return self.proxy is not None and self.ssl_context is not None

    @property
    def request_target(self) -> str:
        """What a request line asks for; the whole URL when a proxy reads it.

        RFC 9112 sections 3.2.1 and 3.2.2.
        """
        if self.proxy is not None and not self.tunnelled:
            return f"{HTTP}://{self.address.authority}{self.address.path}"
        return self.address.path


def route_to(target: Target) -> Route:
    """The route to a server as the user named it.

    Raises:
        ValueError, TypeError: what was given makes no sense.
    """
    address = parse_address(target.hostname)
    proxy = None
    if target.trust_env:
        from tuber.network.environment import proxy_from_environment  # noqa: PLC0415  # seldom needed

        proxy = proxy_from_environment(address)
    return Route(
        address,
        proxy,
        _ssl_context(address, target),
        target.max_reply_bytes or MAX_REPLY_BODY_BYTES,
    )


def _ssl_context(address: Address, target: Target) -> ssl.SSLContext | None:
    given = target.ssl_context
    if address.scheme == HTTPS and target.transport is None:
        from tuber.network.tls import default_context, is_context  # noqa: PLC0415  # ssl is slow to import

        if given is None:
            return default_context()
        if not is_context(given):
            raise TypeError(f"expected ssl_context to be an ssl.SSLContext; came {given!r}")
        return given
    if given is not None:
        raise ValueError(
            f"ssl_context is for https: expected hostname as '{HTTPS}://board'; "
            f"came {target.hostname!r}, which is spoken to by plain {HTTP}"
        )
    return None
