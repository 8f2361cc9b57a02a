"""The token that a client shows its server (RFC 6750): where the user gives it, and its form.

No message may repeat a token, nor what may be one.
"""

from __future__ import annotations

import re
from typing import Final

from tuber.network.environment import TOKEN_VARIABLE, token_from_environment

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1: b64token


def split_token(hostname: str) -> tuple[str, str | None]:
    """What is before ``@`` in a user's ``hostname``, and ``hostname`` without it.

    Raises:
        ValueError: that is no token.
    """
    if not isinstance(hostname, str) or hostname.strip().lower().startswith("unix:"):
        return hostname, None
    scheme, separator, rest = hostname.rpartition("://")
    authority, slash, path = rest.partition("/") if separator else (rest, "", "")
    before, at, place = authority.rpartition("@")
    if not at:
        return hostname, None
    from urllib.parse import unquote  # noqa: PLC0415  # slow to import, and seldom needed

    token = unquote(before)
    if ":" in token:
        raise ValueError("expected one token before '@' of hostname; came a user and a password")
    return f"{scheme}{separator}{place}{slash}{path}", _checked(token, "hostname before '@'")


def chosen_token(in_hostname: str | None, given: str | None) -> str | None:
    """The token to be shown: that of ``hostname``, or the argument, or the environment's.

    Raises:
        TypeError, ValueError: it is no token.
    """
    if given is not None and not isinstance(given, str):
        raise TypeError(f"expected token to be a string; came {type(given).__name__}")
    if in_hostname is not None:
        return in_hostname
    if given is not None:
        return _checked(given, "token=")
    told = token_from_environment()
    return None if told is None else _checked(told, TOKEN_VARIABLE)


def _checked(token: str, place: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError(
            f"expected a token of letters, digits and -._~+/ in {place}; came {len(token)}"
            " characters, some of which are others"
        )
    return token
