"""Replies with another HTTP status than 200: what they tell of the call, and what to try.

They come from a tuber server that refused the request, from a proxy on the way, or from something
else that listens at the address. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Protocol

from tuber.errors import TuberProtocolError
from tuber.protocol import ENDPOINT, RUN_ID_FIELD

# PROTOCOL.md section 2: with these a request is refused before anything is called; so it is with
# 503 when a tuber server says it. Others may come from a proxy that lost a request it had passed on
# (RFC 9110 sections 15.6.3 and 15.6.5), or from an old server whose method had run.
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 417, 431, 505})
_UNAVAILABLE: Final = 503

_WHAT_TO_TRY: Final[Mapping[int, str]] = {
    401: "Give a token that the server, or what is before it, takes: token=, hostname "
    "'TOKEN@board', or TUBER_TOKEN in the environment",
    403: "The server, or something before it, refuses this client: see the server's log",
    404: "Something else than a tuber server listens there: is the port right?",
    405: "Something else than a tuber server listens there: is the port right?",
    406: "The server writes none of the media types asked for: is accept_types right?",
    407: "The proxy on the way asks for a login: reach the server without it",
    413: "The arguments are too big for the server: send them in several calls",
    415: "The server does not read what the arguments were written in",
    429: "Something before the server limits how often it is called",
    500: "The server, or a proxy before it, failed: see its log",
    502: "The proxy on the way got no answer of the server: is the server running behind it?",
    503: "The server, or a proxy before it, is overloaded or not ready: try again later",
    504: "The proxy on the way got no answer of the server in its own time-out",
}
_OTHERWISE: Final = "Is it a tuber server that listens there?"
_ABSOLUTE: Final = re.compile(r"(https?)://([^/?#]+)([^?#]*)", re.IGNORECASE)


class RefusingReply(Protocol):
    """What is looked at of a reply; ``_session.Reply`` has it all."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes | bytearray | memoryview: ...
    @property
    def fields(self) -> Mapping[str, str]: ...


def status_error(reply: RefusingReply, url: str, called: object) -> TuberProtocolError:
    """The error for a reply whose status is not 200: only a refusal says that nothing ran."""
    status = reply.status
    refused = status in _REFUSED or (
        status == _UNAVAILABLE and RUN_ID_FIELD.lower() in reply.fields
    )
    text = bytes(reply.body[:200]).decode("utf-8", "replace").strip().partition("\n")[0]
    location = reply.fields.get("location") if 300 <= status < 400 else None
    if location is not None:
        text, hint = f"redirect to {location}", _instead_of(location)
    else:
        hint = _WHAT_TO_TRY.get(status, _OTHERWISE)
    return TuberProtocolError(
        f"{url} answered HTTP {status}{f' ({text})' if text else ''}; "
        f"{called} {'was not run' if refused else 'may have run'}. {hint}",
        status=status,
        location=location,
        may_have_run=not refused,
    )


def _instead_of(location: str) -> str:
    """What to give as hostname so that the redirect is not needed."""
    match = _ABSOLUTE.match(location)
    if match is None:  # another path of the same host
        return f"Redirects are not followed. {_OTHERWISE}"
    scheme, authority, path = match.groups()
    if path.rstrip("/") in ("", ENDPOINT):
        path = ""
    plain = scheme.lower() == "http" and not path
    hostname = authority if plain else f"{scheme.lower()}://{authority}{path}"
    return f"Redirects are not followed: give hostname {hostname!r} if that is the server"
