"""The words of protocol/PROTOCOL.md as Python names, shared by both ends.

It contains plain values. It does no I/O, encodes no bytes and uses no remote objects. It checks
everything that a peer sent, so that the layers above hold only well-formed values.
"""

from __future__ import annotations

from tuber.protocol.calls import Call, CallMap, Failure, Result, parse_reply
from tuber.protocol.descriptions import Description, find_description
from tuber.protocol.limits import (
    BODY_RATE_SECONDS,
    MAX_BATCH_CALLS,
    MAX_BODY_BYTES,
    MAX_CALLS,
    MAX_CHUNK_LINE_BYTES,
    MAX_CONNECTIONS,
    MAX_DIGITS,
    MAX_EQUAL_HASHES,
    MAX_FIELDS,
    MAX_HEAD_BYTES,
    MAX_HEAD_SECONDS,
    MAX_IDLE_SECONDS,
    MAX_INTEGER_BYTES,
    MAX_NESTING,
    MAX_RANK,
    MAX_REQUEST_LINE_BYTES,
    MAX_RESULT_BYTES,
    MAX_STALL_SECONDS,
    MAX_VALUE_BYTES,
    MAX_WAITING,
    MIN_BODY_BYTES_PER_SECOND,
    MIN_REPLY_BYTES_PER_SECOND,
)
from tuber.protocol.names import attribute_name
from tuber.protocol.paths import (
    Item,
    Path,
    Step,
    checked_path,
    path_of_item,
    path_of_object,
    path_text,
)
from tuber.protocol.properties import PropertyDescription
from tuber.protocol.signatures import ABSENT, MethodDescription, Parameter, Signature
from tuber.protocol.wire import (
    CBOR,
    CONTINUE_ON_ERROR,
    DEFAULT_PORT,
    ENDPOINT,
    JSON,
    LOSSLESS,
    NOT_EXECUTED,
    OPTIONS_FIELD,
    RUN_ID_FIELD,
)

__all__ = [
    "ABSENT",
    "BODY_RATE_SECONDS",
    "CBOR",
    "CONTINUE_ON_ERROR",
    "DEFAULT_PORT",
    "ENDPOINT",
    "JSON",
    "LOSSLESS",
    "MAX_BATCH_CALLS",
    "MAX_BODY_BYTES",
    "MAX_CALLS",
    "MAX_CHUNK_LINE_BYTES",
    "MAX_CONNECTIONS",
    "MAX_DIGITS",
    "MAX_EQUAL_HASHES",
    "MAX_FIELDS",
    "MAX_HEAD_BYTES",
    "MAX_HEAD_SECONDS",
    "MAX_IDLE_SECONDS",
    "MAX_INTEGER_BYTES",
    "MAX_NESTING",
    "MAX_RANK",
    "MAX_REQUEST_LINE_BYTES",
    "MAX_RESULT_BYTES",
    "MAX_STALL_SECONDS",
    "MAX_VALUE_BYTES",
    "MAX_WAITING",
    "MIN_BODY_BYTES_PER_SECOND",
    "MIN_REPLY_BYTES_PER_SECOND",
    "NOT_EXECUTED",
    "OPTIONS_FIELD",
    "RUN_ID_FIELD",
    "Call",
    "CallMap",
    "Description",
    "Failure",
    "Item",
    "MethodDescription",
    "Parameter",
    "Path",
    "PropertyDescription",
    "Result",
    "Signature",
    "Step",
    "attribute_name",
    "checked_path",
    "find_description",
    "parse_reply",
    "path_of_item",
    "path_of_object",
    "path_text",
]
