"""Routes: the address and settings of connections. No I/O except to load trusted certificates.

A route is the key of a pool, because connections over equal routes are interchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuber.network.address import HTTP, HTTPS, Address
from tuber.options import MAX_REPLY_BYTES, Options

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Route:
    """The settings of connections to a server.

    Attributes:
        ssl_context: the context for TLS; None without TLS.
        max_reply_bytes: limit for the body of a reply on these connections.
    """

    address: Address
    ssl_context: ssl.SSLContext | None = None
    max_reply_bytes: int = MAX_REPLY_BYTES


def route_to(address: Address, options: Options) -> Route:
    """Return the route to a server.

    Raises:
        ValueError, TypeError: the options do not match the address.
    """
    context = options.ssl_context
    if address.scheme == HTTPS and options.transport is None:
        from tuber.network import tls  # noqa: PLC0415  # ssl is slow to import

        context = tls.checked_context(context)
    elif context is not None:
        raise ValueError(
            f"ssl_context requires https: expected hostname as '{HTTPS}://board'; "
            f"got {address.url!r}, which uses plain {HTTP}"
        )
    return Route(address, context, options.max_reply_bytes)
