"""Calls and their outcomes (PROTOCOL.md sections 3 and 4), as values and as maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from tuber.protocol.members import malformed, map_of, text_of, text_or_none, texts_of
from tuber.protocol.paths import Path, path_text

# A call as a map, the form on the wire. Batches hold these, because creating one takes a quarter of
# the time of a Call. ``Call(**call_map)`` converts it.
CallMap: TypeAlias = "Mapping[str, Any]"


class Call(NamedTuple):
    """One call. It is a tuple, because creating a dataclass takes three times as long."""

    object: Path = None
    method: str | None = None
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = MappingProxyType({})
    property: str | None = None
    resolve: bool = False

    def __str__(self) -> str:
        """Name the call in a message: ``Boards[3].read()``."""
        path = path_text(self.object)
        if self.method is not None:
            return f"{path}.{self.method}()"
        if self.property is not None:
            return f"{path}.{self.property}"
        return f"the request to describe {path or 'the registry'}"

    def to_map(self) -> CallMap:
        """Return the call as a map, without members that have their default."""
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
    """The outcome of a call that succeeded."""

    value: Any
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """The outcome of a call that failed.

    Attributes:
        message: class and text of the exception; from servers before 1.0 the traceback's text.
        type: the name of the exception's class; None from servers before 1.0.
        traceback: the server's traceback; None if no code of the served object was run.
        bases: the names of the base classes, the nearest first, without ``Exception``.
        args: of the exception; None if the server does not send them.
        attributes: the public attributes of the exception that are plain values, by name.
        notes: of the exception.
    """

    message: str
    type: str | None = None
    traceback: str | None = None
    warnings: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    args: tuple[Any, ...] | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_map(cls, members: Mapping[str, Any], warnings: tuple[str, ...] = ()) -> Failure:
        """Read the member ``error`` of a reply, or a member of a description's ``failed``.

        Raises:
            TuberProtocolError: the map is not a failure.
        """
        where = "a failure"
        args = members.get("args")
        if args is not None and not isinstance(args, (list, tuple)):
            raise malformed(where, "member 'args' to be an array", args)
        return cls(
            message=text_of(members, "message", where),
            type=text_or_none(members, "type", where),
            traceback=text_or_none(members, "traceback", where),
            warnings=warnings,
            bases=texts_of(members, "bases", where),
            args=None if args is None else tuple(args),
            attributes=map_of(members.get("attributes") or {}, "the attributes of a failure"),
            notes=texts_of(members, "notes", where),
        )

    def to_map(self) -> dict[str, Any]:
        """Return the failure as the map in a reply."""
        failure: dict[str, Any] = {"message": self.message}
        for name in ("type", "traceback", "args"):
            if (value := getattr(self, name)) is not None:
                failure[name] = value
        for name in ("bases", "attributes", "notes"):
            if value := getattr(self, name):
                failure[name] = value
        envelope: dict[str, Any] = {"error": failure}
        if self.warnings:
            envelope["warnings"] = list(self.warnings)
        return envelope


def parse_reply(envelope: Any) -> Result | Failure:
    """Read one envelope.

    Raises:
        TuberProtocolError: the value is not an envelope.
    """
    if type(envelope) is dict and len(envelope) == 1 and "result" in envelope:
        return Result(envelope["result"])
    envelope = map_of(envelope, "a reply")
    warnings = texts_of(envelope, "warnings", "a reply")
    error = envelope.get("error")
    if error is not None:
        return Failure.from_map(map_of(error, "the member 'error' of a reply"), warnings)
    if "result" not in envelope:
        raise malformed("a reply", "a member 'result' or 'error'", sorted(envelope))
    return Result(envelope["result"], warnings)
