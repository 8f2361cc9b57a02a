"""The options of the client and their defaults.

``tuber.resolve``, ``tuber.resolve_simple`` and the constructors of remote objects accept each
option as a named argument; contexts accept some. ``Options`` explains them.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tuber.codec import check_media_type
from tuber.protocol import CBOR, JSON

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport

__all__ = ["Options", "Timing"]

TimeoutLike: TypeAlias = "float | tuple[float | None, float | None] | None"

LOSSLESS_TYPES: Final = (JSON, CBOR)
# A crate that is switched off does not answer; the kernel alone would try for two minutes.
CONNECT_SECONDS: Final = 10.0
# poll(2) counts milliseconds in a C int: 24 days.
MAX_SECONDS: Final = (2**31 - 1) // 1000
# The protocol does not limit a result, and arrays of many megabytes are usual. This limit keeps a
# peer that is not a tuber server from filling the memory.
MAX_REPLY_BYTES: Final = 1 << 30
TOKEN_VARIABLE: Final = "TUBER_TOKEN"

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1: b64token


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a call may take, in seconds.

    Attributes:
        connect: limit for making a connection; None for no limit other than the system's.
        total: limit for the whole call, including a new connection; None for no limit. A method
            may run for hours; TCP keepalive still detects a dead peer.
    """

    connect: float | None = CONNECT_SECONDS
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a remote object and of the objects inside it.

    Attributes:
        accept_types: media types for replies, the preferred one first. With both JSON and CBOR
            every value arrives unchanged: values that JSON cannot express are sent in CBOR, also as
            arguments. With JSON alone, values are converted to JSON if possible and refused
            otherwise.
        convert_json: whether maps in results become ``TuberResult`` objects.
        return_exceptions: whether failures in a batch become items of its list of results. If so,
            the calls after a failed one are run.
        timeout: seconds for a whole call, or ``(connect, total)``, with None for no limit. The
            default is 10 s to connect and no limit for a call.
        ssl_context: which authorities and certificates to trust for ``https``; None for the
            authorities that the system trusts.
        transport: sends the requests instead of tuber's own connections; see
            ``tuber.transport.Transport``.
        max_reply_bytes: limit for the body of a reply; None for 1 GiB.
        token: shown to a server that requires one. If it is not given, the client takes the token
            in the hostname, or else in the environment variable ``TUBER_TOKEN``. It is never
            printed, but it is pickled.
    """

    accept_types: tuple[str, ...] = LOSSLESS_TYPES
    convert_json: bool = True
    return_exceptions: bool = False
    timeout: Timing = Timing()
    ssl_context: ssl.SSLContext | None = None
    transport: Transport | None = None
    max_reply_bytes: int = MAX_REPLY_BYTES
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.accept_types:
            raise ValueError("expected accept_types to name a media type; got none")
        for media_type in self.accept_types:
            check_media_type(media_type)
        limit = self.max_reply_bytes
        if not isinstance(limit, int) or isinstance(limit, bool):
            raise TypeError(f"expected max_reply_bytes to be a number of bytes; got {limit!r}")
        if limit <= 0:
            raise ValueError(f"expected max_reply_bytes above 0; got {limit}")
        if self.transport is not None and self.ssl_context is not None:
            raise ValueError(
                "expected either transport or ssl_context; got both. Configure TLS in the "
                "transport itself"
            )

    @property
    def lossless(self) -> bool:
        """Whether the server may choose the media type in which each value arrives unchanged."""
        return JSON in self.accept_types and CBOR in self.accept_types

    def varied(self, **given: Any) -> Options:
        """Return these options with others in place of some; None keeps an option.

        Args:
            given: as a user writes them: ``timeout`` in seconds, any sequence of ``accept_types``.

        Raises:
            ValueError, TypeError: an option is invalid.
        """
        changed = {name: value for name, value in given.items() if value is not None}
        if "accept_types" in changed:
            changed["accept_types"] = tuple(changed["accept_types"])
        if "timeout" in changed:
            changed["timeout"] = parse_timeout(changed["timeout"])
        return replace(self, **changed) if changed else self

    def check_picklable(self) -> None:
        """Raise TypeError, with advice, if the options cannot be sent to another process."""
        import pickle  # noqa: PLC0415  # the caller is pickling, so it is imported already

        for name in ("ssl_context", "transport"):
            value = getattr(self, name)
            if value is None:
                continue
            try:
                pickle.dumps(value)
            except Exception as error:
                raise TypeError(
                    f"a remote object with {name}= cannot be pickled ({error}): resolve it in the "
                    f"process that uses it, or pass a {name}= that can be pickled"
                ) from error


def choose(hostname: str, token: str | None = None, **given: Any) -> tuple[str, Options]:
    """Return the hostname without a token, and the options of a user, with defaults for the rest.

    The token is that of ``hostname``, or else the argument, or else that of the environment.

    Raises:
        ValueError, TypeError: an option is invalid.
    """
    if token is not None and not isinstance(token, str):
        raise TypeError(f"expected token to be a string; got {type(token).__name__}")
    hostname, in_hostname = split_token(hostname)
    if in_hostname is not None:
        token = in_hostname
    elif token is not None:
        _checked(token, "token=")
    elif from_environment := os.environ.get(TOKEN_VARIABLE):
        token = _checked(from_environment, TOKEN_VARIABLE)
    return hostname, Options().varied(token=token, **given)


def parse_timeout(timeout: TimeoutLike) -> Timing:
    """Read what the user gave as ``timeout``: seconds, or ``(connect, total)``.

    Raises:
        TypeError: it is neither.
        ValueError: a time is not above zero, or over MAX_SECONDS.
    """
    if timeout is None:
        return Timing()
    pair = timeout if isinstance(timeout, tuple) else (CONNECT_SECONDS, timeout)
    if len(pair) != 2:
        raise ValueError(f"expected timeout in seconds or (connect, total); got {timeout!r}")
    for seconds in pair:
        if seconds is None:
            continue
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError(f"expected timeout in seconds or (connect, total); got {timeout!r}")
        if not 0 < seconds <= MAX_SECONDS:
            raise ValueError(
                f"expected timeout above 0 and up to {MAX_SECONDS} seconds, or None for no limit; "
                f"got {timeout!r}"
            )
    return Timing(*pair)


# --- the token (RFC 6750); no message may repeat one, nor what may be one


def split_token(hostname: str) -> tuple[str, str | None]:
    """Return a user's ``hostname`` without a token before ``@``, and that token.

    Raises:
        ValueError: the part before ``@`` is not a token.
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
        raise ValueError("expected one token before '@' of hostname; got a user and a password")
    return f"{scheme}{separator}{place}{slash}{path}", _checked(token, "hostname before '@'")


def _checked(token: str, place: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError(
            f"expected a token of letters, digits and -._~+/ in {place}; got {len(token)}"
            " characters, some of which are others"
        )
    return token
