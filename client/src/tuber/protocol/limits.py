"""All limits of PROTOCOL.md, each with its reason. A test compares them with those of the core."""

from __future__ import annotations

from typing import Final

# --- Requests and connections, section 7

# Targets are "/tuber" or a file; anything longer is an attack or a mistake.
MAX_REQUEST_LINE_BYTES: Final = 8 * 1024
# Room for cookies and the fields of proxies; 10,000 unfinished heads still fit into memory.
MAX_HEAD_BYTES: Final = 32 * 1024
MAX_FIELDS: Final = 100  # real requests have about a dozen
MAX_BODY_BYTES: Final = 64 * 1024 * 1024  # the largest array that one call is likely to take
MAX_CONNECTIONS: Final = 16_384  # more than a crate of boards needs; each costs a descriptor
MAX_CALLS: Final = 1_024  # in flight; each holds a thread until its reply has been read
MAX_WAITING: Final = 10_000  # requests without a thread; each holds a connection and some 100 kB
MAX_BATCH_CALLS: Final = 10_000  # some seconds of work, with replies that fit into memory
MAX_CHUNK_LINE_BYTES: Final = 256  # only libraries write chunk sizes and extensions: short ones
MAX_RESULT_BYTES: Final = 1024 * 1024 * 1024  # a reply stays in memory until it has been read
# For the values of a request, in addition to three times its body: a million containers.
MAX_VALUE_BYTES: Final = 256 * 1024 * 1024
MAX_HEAD_SECONDS: Final = 10.0  # a slow peer holds a worker no longer than this
MAX_STALL_SECONDS: Final = 30.0  # a peer that makes no progress for this long is gone
MIN_BODY_BYTES_PER_SECOND: Final = 16 * 1024  # slower than any link in use
BODY_RATE_SECONDS: Final = 10.0  # the window for that rate: long enough for pauses of a link
MIN_REPLY_BYTES_PER_SECOND: Final = 1024  # a reader holds a worker; slower than any link in use
MAX_IDLE_SECONDS: Final = 3600.0  # notebooks stay open overnight, each with a connection

# --- Values, section 9

MAX_NESTING: Final = 256  # each level costs both ends some of their stack
MAX_INTEGER_BYTES: Final = 1786  # 4300 digits: Python, and therefore JSON, takes no longer text
MAX_DIGITS: Final = 4300  # of an integer in JSON
MAX_RANK: Final = 32  # dimensions of an array: what every numpy takes
MAX_EQUAL_HASHES: Final = 64  # in one map or set: keys of equal hash take quadratic time
