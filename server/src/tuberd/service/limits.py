"""The limits that a server sets to its clients: each with its default and its option.

Each has its reason in core/http/limits.hpp, whose names these are; the defaults are the protocol's.
The core enforces them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Final

from tuber import protocol

__all__ = ["OPTIONS", "LimitOption", "Limits"]

# The core counts in 64 bits; a century of seconds is as good as no limit.
_MOST: Final = 2**63 - 1
_MOST_SECONDS: Final = 100 * 365 * 86400.0


@dataclass(frozen=True, slots=True)
class LimitOption:
    """A limit on the command line.

    Attributes:
        flag: the option.
        unit: 'BYTES', 'N' or 'SECONDS'.
        help: one line for ``--help``.
        former_flag: the spelling of an earlier version, still accepted.
    """

    flag: str
    unit: str
    help: str
    former_flag: str | None = None

    @property
    def dest(self) -> str:
        """The name under which argparse keeps the value."""
        return self.flag.lstrip("-").replace("-", "_")


def _limit(default: float, *option: str) -> Any:
    return field(default=default, metadata={"option": LimitOption(*option)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server; 0 means no limit. Sizes are in bytes, times in seconds.

    PROTOCOL.md section 7 and docs/reference/limits.md say what happens beyond each limit.

    Attributes:
        request_line: the length of the request line; 0 leaves only the limit of the head.
        head: the length of the request line and the fields together. It never exceeds 64 MiB, even
            with 0.
        fields: the number of header fields.
        body: the length of a request body; a longer one is refused before it is read.
        connections: the number of connections. The server also keeps 64 of the process's file
            descriptors free.
        connections_per_address: the number of connections of one client address.
        calls: the number of requests that run at the same time.
        batch_calls: the number of calls in one batch.
        reply: the length of a reply; a call whose result makes it longer fails.
        chunk_line: the length of the size line of a chunk.
        head_timeout: the time for a complete request head, from its first byte.
        stall_timeout: the longest pause in a request body, or in the client's reading of a reply.
        min_upload_rate: the slowest request body, in bytes per second, measured over each
            ``upload_rate_window``.
        upload_rate_window: see ``min_upload_rate``.
        min_download_rate: the slowest reading of a reply, in bytes per second, measured over each
            ``stall_timeout``.
        idle_timeout: the longest pause between two requests of a connection.

    Raises:
        TypeError: A limit is not a number.
        ValueError: A limit is negative, or too large for the core.
    """

    request_line: int = _limit(
        protocol.MAX_REQUEST_LINE_BYTES,
        *("--max-request-line", "BYTES", "maximum length of a request line"),
    )
    head: int = _limit(
        protocol.MAX_HEAD_BYTES,
        *("--max-head", "BYTES", "maximum length of a request head"),
    )
    fields: int = _limit(
        protocol.MAX_FIELDS,
        *("--max-fields", "N", "maximum number of header fields"),
    )
    body: int = _limit(
        protocol.MAX_BODY_BYTES,
        *("--max-body", "BYTES", "maximum length of a request body"),
    )
    connections: int = _limit(
        protocol.MAX_CONNECTIONS,
        *("--max-connections", "N", "maximum number of connections"),
    )
    connections_per_address: int = _limit(
        0,
        *("--max-connections-per-address", "N", "maximum number of connections of one address"),
    )
    calls: int = _limit(
        protocol.MAX_CALLS,
        *("--max-calls", "N", "maximum number of requests that run at the same time"),
    )
    batch_calls: int = _limit(
        protocol.MAX_BATCH_CALLS,
        *("--max-batch", "N", "maximum number of calls in one batch"),
    )
    reply: int = _limit(
        protocol.MAX_RESULT_BYTES,
        *("--max-reply", "BYTES", "maximum length of a reply", "--max-result"),
    )
    chunk_line: int = _limit(
        protocol.MAX_CHUNK_LINE_BYTES,
        *("--max-chunk-line", "BYTES", "maximum length of the size line of a chunk"),
    )
    head_timeout: float = _limit(
        protocol.MAX_HEAD_SECONDS,
        *("--head-timeout", "SECONDS", "maximum time for a complete request head", "--head-time"),
    )
    stall_timeout: float = _limit(
        protocol.MAX_STALL_SECONDS,
        *("--stall-timeout", "SECONDS", "close a transfer that makes no progress for this long"),
        "--stall-time",
    )
    min_upload_rate: int = _limit(
        protocol.MIN_BODY_BYTES_PER_SECOND,
        *("--min-upload-rate", "BYTES", "minimum upload rate in bytes per second", "--body-rate"),
    )
    upload_rate_window: float = _limit(
        protocol.BODY_RATE_SECONDS,
        *("--upload-rate-window", "SECONDS", "time over which the upload rate is measured"),
        "--body-time",
    )
    min_download_rate: int = _limit(
        protocol.MIN_REPLY_BYTES_PER_SECOND,
        *("--min-download-rate", "BYTES", "minimum download rate in bytes per second"),
        "--reply-rate",
    )
    idle_timeout: float = _limit(
        protocol.MAX_IDLE_SECONDS,
        *("--idle-timeout", "SECONDS", "close a connection that is idle for this long"),
        "--idle-time",
    )

    def __post_init__(self) -> None:
        """Check each limit."""
        for each in fields(self):
            value = getattr(self, each.name)
            whole = each.type == "int"
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                kind = "an integer" if whole else "a number of seconds"
                raise TypeError(f"the limit {each.name} must be {kind}; got {value!r}")
            most = _MOST if whole else _MOST_SECONDS
            if not 0 <= value <= most or not math.isfinite(value):
                raise ValueError(
                    f"the limit {each.name} must be from 0 (no limit) to {most}; got {value!r}"
                )

    def to_map(self) -> dict[str, float]:
        """Return the limits by name, for the core."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


OPTIONS: Final[dict[str, LimitOption]] = {
    each.name: each.metadata["option"] for each in fields(Limits)
}
