"""What the environment tells the client: a token, and for ``trust_env=True`` the proxies.

The one place where tuber reads the environment. What HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and
NO_PROXY mean is left to ``urllib.request``, so that they mean here what they mean elsewhere.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Final

from tuber.network.address import HTTP, UNIX, Address, parse_address

TOKEN_VARIABLE: Final = "TUBER_TOKEN"


def token_from_environment() -> str | None:
    """The token in ``TUBER_TOKEN``; None when there is none."""
    return os.environ.get(TOKEN_VARIABLE) or None


def proxy_from_environment(address: Address) -> Address | None:
    """The proxy for connections to a server; None when it is to be reached directly.

    Raises:
        ValueError: the environment names a proxy that tuber can't use.
    """
    if address.scheme == UNIX:
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  # slow, and seldom needed

    proxies = getproxies()
    named = proxies.get(address.scheme) or proxies.get("all")
    if not named or proxy_bypass(f"{address.host}:{address.port}"):
        return None
    try:
        proxy = parse_address(named)
    except ValueError as error:
        raise ValueError(f"the proxy for {address.url} in the environment: {error}") from None
    if proxy.scheme != HTTP:
        raise ValueError(
            f"the proxy for {address.url} in the environment is {proxy.url}: expected one that is "
            "spoken to by plain http. Name it in NO_PROXY, or leave trust_env=False"
        )
    return replace(proxy, path="")  # for messages: a proxy has no endpoint
