"""Where a server is and how it is to be reached, as a user says it before anything is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuber._timing import TimeoutLike

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport


@dataclass(frozen=True, slots=True)
class Target:
    """A server as the user named it.

    Attributes:
        hostname: see ``_address.parse_address``.
        timeout: see ``_timing.Timing``.
        trust_env: whether the proxies that the environment names are used (HTTP_PROXY, HTTPS_PROXY,
            ALL_PROXY, NO_PROXY). Not by default: a proxy set for the web seldom reaches a board.
        ssl_context: for ``https``: whom to trust; None: the authorities that the system trusts.
        transport: what carries requests in place of tuber's own connections; see
            ``_transport.Transport``.
        token: what is shown to a server that asks for one; never printed, but pickled.
        max_reply_bytes: a longer body is refused; None for ``_chunked.MAX_REPLY_BODY_BYTES``.
    """

    hostname: str
    timeout: TimeoutLike = None
    trust_env: bool = False
    ssl_context: ssl.SSLContext | None = None
    transport: Transport | None = None
    max_reply_bytes: int | None = None
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        limit = self.max_reply_bytes
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool)):
            raise TypeError(f"expected max_reply_bytes to be a number of bytes; came {limit!r}")
        if limit is not None and limit <= 0:
            raise ValueError(f"expected max_reply_bytes above 0; came {limit}")
        if self.transport is not None and (self.ssl_context is not None or self.trust_env):
            raise ValueError(
                "expected either transport, or ssl_context and trust_env: a transport of your own "
                "knows by itself whom to trust and which proxy to take"
            )

    def check_picklable(self) -> None:
        """Raise TypeError when this can't be sent to another process; says what to do instead."""
        import pickle  # noqa: PLC0415  # imported by now, by who pickles

        kept: tuple[tuple[str, Any], ...] = (
            ("ssl_context", self.ssl_context),
            ("transport", self.transport),
        )
        for name, value in kept:
            if value is None:
                continue
            try:
                pickle.dumps(value)
            except Exception as error:
                raise TypeError(
                    f"a remote object with {name}= can't be pickled ({error}): resolve it in the "
                    f"process that uses it, or give {name}= something that pickles"
                ) from error
