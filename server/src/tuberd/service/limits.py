"""What a server bears of its peers: every limit, with its default and its option.

Each has its reason in core/http/limits.hpp, whose names these are; the defaults are the protocol's.
Nothing is enforced here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any, Final

from tuber import protocol

__all__ = ["OPTIONS", "LimitOption", "Limits"]

# The core counts in 64 bits; a century of seconds is as good as none.
_MOST: Final = 2**63 - 1
_MOST_SECONDS: Final = 100 * 365 * 86400.0


@dataclass(frozen=True, slots=True)
class LimitOption:
    """How a limit is given on the command line.

    Attributes:
        flag: the option.
        unit: 'BYTES', 'N' or 'SECONDS'.
        help: what happens to whom, in a few words.
    """

    flag: str
    unit: str
    help: str

    @property
    def dest(self) -> str:
        """The name under which argparse keeps it."""
        return self.flag.lstrip("-").replace("-", "_")


def _limit(default: float, flag: str, unit: str, help: str) -> Any:
    return field(default=default, metadata={"option": LimitOption(flag, unit, help)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server; 0 stands for none. Sizes are in bytes, times in seconds.

    What happens beyond a limit is in PROTOCOL.md section 7, and in docs/reference/limits.md.

    Attributes:
        request_line: its length; without a limit as long as the head.
        head: the length of request line and fields together; 64 MiB at most, also with 0.
        fields: the number of header fields.
        body: the length of a body; refused before it is read.
        connections: at one time; the descriptors of the process less 64 when these are fewer.
        connections_per_address: the same for each address of clients.
        calls: requests that are run at one time.
        batch_calls: the calls of one batch.
        reply: the length of a reply; a result that makes it longer fails its call.
        chunk_line: the length of a chunk's line.
        head_time: for a complete head, from its first byte.
        stall_time: for the next byte of a body, or of a reply that the client reads.
        body_rate: bytes a second of a body, over each ``body_time``.
        body_time: see ``body_rate``.
        reply_rate: bytes a second that a client reads of a reply, over each ``stall_time``.
        idle_time: between two requests of a connection.

    Raises:
        TypeError, ValueError: a limit is no number, or below 0.
    """

    request_line: int = _limit(
        protocol.MAX_REQUEST_LINE_BYTES,
        "--max-request-line",
        "BYTES",
        "refuse longer request lines",
    )
    head: int = _limit(protocol.MAX_HEAD_BYTES, "--max-head", "BYTES", "refuse longer heads")
    fields: int = _limit(protocol.MAX_FIELDS, "--max-fields", "N", "refuse more header fields")
    body: int = _limit(
        protocol.MAX_BODY_BYTES, "--max-body", "BYTES", "refuse requests with more in their body"
    )
    connections: int = _limit(
        protocol.MAX_CONNECTIONS, "--max-connections", "N", "answer 503 to further connections"
    )
    connections_per_address: int = _limit(
        0, "--max-connections-per-address", "N", "the same for each address of clients"
    )
    calls: int = _limit(
        protocol.MAX_CALLS, "--max-calls", "N", "answer 503 while so many requests are running"
    )
    batch_calls: int = _limit(
        protocol.MAX_BATCH_CALLS, "--max-batch", "N", "refuse batches of more calls"
    )
    reply: int = _limit(
        protocol.MAX_RESULT_BYTES, "--max-result", "BYTES", "refuse to send more in one reply"
    )
    chunk_line: int = _limit(
        protocol.MAX_CHUNK_LINE_BYTES, "--max-chunk-line", "BYTES", "refuse longer lines of chunks"
    )
    head_time: float = _limit(
        protocol.MAX_HEAD_SECONDS, "--head-time", "SECONDS", "a whole head must come in"
    )
    stall_time: float = _limit(
        protocol.MAX_STALL_SECONDS,
        "--stall-time",
        "SECONDS",
        "no body or reply may stand still for",
    )
    body_rate: int = _limit(
        protocol.MIN_BODY_BYTES_PER_SECOND,
        "--body-rate",
        "BYTES",
        "a body must come with each second",
    )
    body_time: float = _limit(
        protocol.BODY_RATE_SECONDS, "--body-time", "SECONDS", "over which --body-rate is looked at"
    )
    reply_rate: int = _limit(
        protocol.MIN_REPLY_BYTES_PER_SECOND,
        "--reply-rate",
        "BYTES",
        "a client must read with each second",
    )
    idle_time: float = _limit(
        protocol.MAX_IDLE_SECONDS,
        "--idle-time",
        "SECONDS",
        "close connections without a request for",
    )

    def __post_init__(self) -> None:
        """Refuse what no server can keep."""
        for each in fields(self):
            value = getattr(self, each.name)
            whole = each.type == "int"
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                kind = "an integer" if whole else "a number of seconds"
                raise TypeError(f"the limit {each.name} must be {kind}; came {value!r}")
            most = _MOST if whole else _MOST_SECONDS
            if not 0 <= value <= most or not math.isfinite(value):
                raise ValueError(
                    f"the limit {each.name} must be from 0 (none) to {most}; came {value!r}"
                )

    def to_map(self) -> dict[str, float]:
        """The limits by their names, for the core."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


OPTIONS: Final[dict[str, LimitOption]] = {
    each.name: each.metadata["option"] for each in fields(Limits)
}
