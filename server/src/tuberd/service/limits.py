"""The limits that a server sets to its clients: each with its default and its option.

Each has its reason in core/http/limits.hpp, whose names these are; the defaults are the protocol's.
The core enforces them.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Final, NamedTuple

from tuber import protocol

__all__ = ["FORMER_FLAGS", "OPTIONS", "LimitOption", "Limits"]

# The core counts in 64 bits; a century of seconds is as good as no limit.
_MOST: Final = 2**63 - 1
_MOST_SECONDS: Final = 100 * 365 * 86400.0


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
        waiting: the number of requests that wait for a result without a thread.
        waiting_per_address: the number of such requests of one client address.
        batch_calls: the number of calls in one batch.
        reply: the length of a reply; a call whose result makes it longer fails.
        value_memory: the memory that the values of a request may take, in addition to three times
            its body. The default is enough for a million lists or maps.
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

    request_line: int = protocol.MAX_REQUEST_LINE_BYTES
    head: int = protocol.MAX_HEAD_BYTES
    fields: int = protocol.MAX_FIELDS
    body: int = protocol.MAX_BODY_BYTES
    connections: int = protocol.MAX_CONNECTIONS
    connections_per_address: int = 0
    calls: int = protocol.MAX_CALLS
    waiting: int = protocol.MAX_WAITING
    waiting_per_address: int = 0
    batch_calls: int = protocol.MAX_BATCH_CALLS
    reply: int = protocol.MAX_RESULT_BYTES
    value_memory: int = protocol.MAX_VALUE_BYTES
    chunk_line: int = protocol.MAX_CHUNK_LINE_BYTES
    head_timeout: float = protocol.MAX_HEAD_SECONDS
    stall_timeout: float = protocol.MAX_STALL_SECONDS
    min_upload_rate: int = protocol.MIN_BODY_BYTES_PER_SECOND
    upload_rate_window: float = protocol.BODY_RATE_SECONDS
    min_download_rate: int = protocol.MIN_REPLY_BYTES_PER_SECOND
    idle_timeout: float = protocol.MAX_IDLE_SECONDS

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
        return asdict(self)


class LimitOption(NamedTuple):
    """A limit on the command line.

    Attributes:
        name: the member of `Limits`.
        flag: the option.
        unit: 'BYTES', 'N' or 'SECONDS'.
        help: one line for ``--help``.
    """

    name: str
    flag: str
    unit: str
    help: str

    @property
    def dest(self) -> str:
        """The name under which argparse keeps the value."""
        return self.flag.lstrip("-").replace("-", "_")


_ROWS: Final = (
    ("request_line", "--max-request-line", "BYTES", "maximum length of a request line"),
    ("head", "--max-head", "BYTES", "maximum length of a request head"),
    ("fields", "--max-fields", "N", "maximum number of header fields"),
    ("body", "--max-body", "BYTES", "maximum length of a request body"),
    ("connections", "--max-connections", "N", "maximum number of connections"),
    (
        *("connections_per_address", "--max-connections-per-address", "N"),
        "maximum number of connections of one address",
    ),
    ("calls", "--max-calls", "N", "maximum number of requests that run at the same time"),
    ("waiting", "--max-waiting", "N", "maximum number of requests that wait without a thread"),
    (
        *("waiting_per_address", "--max-waiting-per-address", "N"),
        "maximum number of waiting requests of one address",
    ),
    ("batch_calls", "--max-batch", "N", "maximum number of calls in one batch"),
    ("reply", "--max-reply", "BYTES", "maximum length of a reply"),
    (
        *("value_memory", "--max-value-memory", "BYTES"),
        "maximum memory of a request's values, beyond three times its body",
    ),
    ("chunk_line", "--max-chunk-line", "BYTES", "maximum length of the size line of a chunk"),
    ("head_timeout", "--head-timeout", "SECONDS", "maximum time for a complete request head"),
    ("stall_timeout", "--stall-timeout", "SECONDS", "close a transfer that stalls for this long"),
    ("min_upload_rate", "--min-upload-rate", "BYTES", "minimum upload rate in bytes per second"),
    ("upload_rate_window", "--upload-rate-window", "SECONDS", "averaging time of the upload rate"),
    (
        *("min_download_rate", "--min-download-rate", "BYTES"),
        "minimum download rate in bytes per second",
    ),
    ("idle_timeout", "--idle-timeout", "SECONDS", "close a connection that idles for this long"),
)
OPTIONS: Final = tuple(LimitOption(*row) for row in _ROWS)
# Spellings of earlier versions, which are still accepted.
FORMER_FLAGS: Final = {
    "--max-reply": "--max-result",
    "--head-timeout": "--head-time",
    "--stall-timeout": "--stall-time",
    "--min-upload-rate": "--body-rate",
    "--upload-rate-window": "--body-time",
    "--min-download-rate": "--reply-rate",
    "--idle-timeout": "--idle-time",
}
