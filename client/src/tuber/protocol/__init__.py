"""The words of protocol/PROTOCOL.md as Python names: calls, results, failures, limits.

Plain values that both ends share. Nothing here does I/O, encodes bytes or knows a remote object;
what a peer sent is checked here once, so that the layers above hold only well-formed values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from tuber.protocol.members import malformed, map_of, map_or_empty, text_of, text_or_none, with_maps
from tuber.protocol.paths import Item, Path, Step, path_text
from tuber.protocol.signatures import ABSENT, MethodDescription, Parameter, Signature

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
    "MAX_FIELDS",
    "MAX_FORESEEABLE_KEYS",
    "MAX_HEAD_BYTES",
    "MAX_HEAD_SECONDS",
    "MAX_IDLE_SECONDS",
    "MAX_INTEGER_BYTES",
    "MAX_NESTING",
    "MAX_RANK",
    "MAX_REQUEST_LINE_BYTES",
    "MAX_RESULT_BYTES",
    "MAX_STALL_SECONDS",
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
    "Result",
    "Signature",
    "Step",
    "parse_reply",
]

ENDPOINT: Final = "/tuber"
DEFAULT_PORT: Final = 80
JSON: Final = "application/json"
CBOR: Final = "application/cbor"
RUN_ID_FIELD: Final = "X-Tuber-Run"
OPTIONS_FIELD: Final = "X-Tuber-Options"
CONTINUE_ON_ERROR: Final = "continue-on-error"
LOSSLESS: Final = "lossless"
NOT_EXECUTED: Final = "tuber.NotExecuted"

# The wire limits, twins of core/http/limits.hpp where each has its reason; a test compares them.
MAX_REQUEST_LINE_BYTES: Final = 8 * 1024
MAX_HEAD_BYTES: Final = 32 * 1024
MAX_FIELDS: Final = 100
MAX_BODY_BYTES: Final = 64 * 1024 * 1024
MAX_CONNECTIONS: Final = 16_384
MAX_CALLS: Final = 1_024  # in flight
MAX_BATCH_CALLS: Final = 10_000
MAX_CHUNK_LINE_BYTES: Final = 256
MAX_RESULT_BYTES: Final = 1024 * 1024 * 1024
MAX_HEAD_SECONDS: Final = 10.0
MAX_STALL_SECONDS: Final = 30.0
MIN_BODY_BYTES_PER_SECOND: Final = 16 * 1024
BODY_RATE_SECONDS: Final = 10.0
MIN_REPLY_BYTES_PER_SECOND: Final = 1024
MAX_IDLE_SECONDS: Final = 3600.0

# The limits of values in CBOR, section 9. Twins of those of the compiled codec.
MAX_NESTING: Final = 256  # levels; each costs both ends some of their stack
MAX_INTEGER_BYTES: Final = 1786  # holds 4300 digits, over which Python refuses text, so JSON too
MAX_RANK: Final = 32  # dimensions of an array: what every numpy takes
MAX_FORESEEABLE_KEYS: Final = 8192  # in one map or set; the hashes of all but strings can collide

# A call as it travels, of which batches are made: in a quarter of a Call's time. See Call(**it).
CallMap: TypeAlias = "Mapping[str, Any]"


class Call(NamedTuple):
    """One call, PROTOCOL.md section 3: a tuple, made in a third of a dataclass's time."""

    object: Path = None
    method: str | None = None
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = MappingProxyType({})
    property: str | None = None
    resolve: bool = False

    def __str__(self) -> str:
        """What the call asks for, as messages name it: ``Boards[3].read()``."""
        path = path_text(self.object)
        if self.method is not None:
            return f"{path}.{self.method}()"
        if self.property is not None:
            return f"{path}.{self.property}"
        return f"the description of {path or 'the registry'}"

    def to_map(self) -> CallMap:
        """The call as it travels: members that say nothing are left out."""
        path, method, args, kwargs, name, resolve = self
        members: dict[str, Any] = {} if path is None else {"object": path}
        if method is not None:
            members["method"] = method
        if args:
            members["args"] = args
        if kwargs:
            members["kwargs"] = kwargs
        if name is not None:
            members["property"] = name
        if resolve:
            members["resolve"] = True
        return members


class Result(NamedTuple):
    """The envelope of a call that succeeded, PROTOCOL.md section 4."""

    value: Any
    warnings: tuple[str, ...] = ()

    def to_map(self) -> dict[str, Any]:
        """The envelope as it travels."""
        envelope: dict[str, Any] = {"result": self.value}
        if self.warnings:
            envelope["warnings"] = list(self.warnings)
        return envelope


@dataclass(frozen=True, slots=True)
class Failure:
    """The envelope of a call that failed, PROTOCOL.md section 4.

    Attributes:
        message: class and text of the exception; from servers before 1.0 the traceback's text.
        type: the name of the exception's class; None from servers before 1.0.
        traceback: the server's traceback; None when no code of the served object was entered.
    """

    message: str
    type: str | None = None
    traceback: str | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_map(cls, members: Mapping[str, Any], warnings: tuple[str, ...] = ()) -> Failure:
        """Read the map that stands under ``error``, or in ``failed`` of a description.

        Raises:
            TuberProtocolError: it is not a failure.
        """
        where = "a failure"
        return cls(
            message=text_of(members, "message", where),
            type=text_or_none(members, "type", where),
            traceback=text_or_none(members, "traceback", where),
            warnings=warnings,
        )

    def to_map(self) -> dict[str, Any]:
        """The envelope as it travels."""
        failure: dict[str, Any] = {"message": self.message}
        if self.type is not None:
            failure["type"] = self.type
        if self.traceback is not None:
            failure["traceback"] = self.traceback
        envelope: dict[str, Any] = {"error": failure}
        if self.warnings:
            envelope["warnings"] = list(self.warnings)
        return envelope


def parse_reply(envelope: Any) -> Result | Failure:
    """Read one envelope.

    Raises:
        TuberProtocolError: it is not an envelope.
    """
    if type(envelope) is dict and len(envelope) == 1 and "result" in envelope:
        return Result(envelope["result"])
    envelope = map_of(envelope, "a reply")
    warnings = envelope.get("warnings") or ()
    if not isinstance(warnings, (list, tuple)) or not all(isinstance(w, str) for w in warnings):
        raise malformed("a reply", "member 'warnings' to be an array of strings", warnings)
    error = envelope.get("error")
    if error is not None:
        return Failure.from_map(map_of(error, "the member 'error' of a reply"), tuple(warnings))
    if "result" not in envelope:
        raise malformed("a reply", "a member 'result' or 'error'", sorted(envelope))
    return Result(envelope["result"], tuple(warnings))


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of an object or, with ``objects`` alone, of the registry: section 6.

    Attributes:
        keys: of a container of a map of objects, its keys; of a list sharing one description, its
            length; otherwise None.
        values: of a container, the descriptions of its items in order, or the one they share.
        type: the name of the object's class; None from servers before 1.0.
        failed: the properties that could not be read, and why.
        dynamic: the properties that are live: read at each access, and may be set.
    """

    doc: str | None = None
    methods: Mapping[str, MethodDescription] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    objects: Mapping[str, Description] = field(default_factory=dict)
    keys: tuple[Item, ...] | int | None = None
    values: tuple[Description, ...] | Description | None = None
    type: str | None = None
    failed: Mapping[str, Failure] = field(default_factory=dict)
    dynamic: frozenset[str] = frozenset()

    @classmethod
    def from_map(cls, members: Any) -> Description:
        """Read a full description (section 6).

        Raises:
            TuberProtocolError: it is not one; also when it has name lists where maps belong.
        """
        where = "a description"
        members = map_of(members, where)
        described = {name: map_or_empty(members, name) for name in _MAPS}
        return cls(
            doc=text_or_none(members, "__doc__", where),
            methods={n: MethodDescription.from_map(m) for n, m in described["methods"].items()},
            properties=described["properties"],
            objects={n: cls.from_map(with_maps(o)) for n, o in described["objects"].items()},
            keys=_keys(members.get("keys")),
            values=_values(members.get("values")),
            type=text_or_none(members, "type", where),
            failed={n: Failure.from_map(map_of(f, where)) for n, f in described["failed"].items()},
            dynamic=_dynamic(members.get("dynamic"), described),
        )

    @property
    def is_container(self) -> bool:
        """Whether the object has items."""
        return self.values is not None

    def __post_init__(self) -> None:
        """Refuse members that contradict each other."""
        keys, values = self.keys, self.values
        if isinstance(keys, int) and not isinstance(values, Description):
            raise malformed("a container", "a count with one shared description", values)
        if isinstance(keys, tuple) and values is None:
            raise malformed("a container", "member 'values' beside 'keys'", None)
        if isinstance(keys, tuple) and isinstance(values, tuple) and len(keys) != len(values):
            raise malformed("a container", f"{len(keys)} values", len(values))
        if keys is None and isinstance(values, Description):
            raise malformed("a container", "member 'keys' beside one shared description", None)


_MAPS: Final = ("methods", "properties", "objects", "failed")


def _keys(keys: Any) -> tuple[Item, ...] | int | None:
    if keys is None or (type(keys) is int and keys >= 0):
        return keys
    if isinstance(keys, (list, tuple)) and all(isinstance(key, (str, int)) for key in keys):
        return tuple(keys)
    raise malformed("a container", "member 'keys' to be a count or an array of keys", keys)


def _dynamic(names: Any, described: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The live ones among the properties, those that failed included."""
    if names is None:
        return frozenset()
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise malformed("a description", "member 'dynamic' to be an array of strings", names)
    return frozenset(names).intersection([*described["properties"], *described["failed"]])


def _values(values: Any) -> tuple[Description, ...] | Description | None:
    if values is None:
        return None
    if isinstance(values, (list, tuple)):
        return tuple(Description.from_map(with_maps(each)) for each in values)
    return Description.from_map(with_maps(values))
