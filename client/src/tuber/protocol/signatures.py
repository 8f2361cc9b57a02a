"""Descriptions of methods (PROTOCOL.md section 6): their documentation and ``__signature__``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tuber.protocol.members import malformed, map_of, map_or_none, text_of, text_or_none


class Absent(Enum):
    """Marks an absent member where null would be a value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature.

    Attributes:
        kind: the number of the ``inspect.Parameter`` kind: 0 positional-only, 1 positional or
            keyword, 2 ``*args``, 3 keyword-only, 4 ``**kwargs``.
        default: the default value; ``ABSENT`` if the parameter is required.
        choices: the members of an enumeration, name: value; None if other values are allowed.
    """

    name: str
    kind: int = 1
    default: Any = ABSENT
    annotation: str | None = None
    choices: Mapping[str, Any] | None = None

    @classmethod
    def from_map(cls, members: Any) -> Parameter:
        """Read one entry of ``parameters``; raise TuberProtocolError if it is malformed."""
        members = map_of(members, "a parameter of a signature")
        kind = members.get("kind", 1)
        if type(kind) is not int or not 0 <= kind <= 4:
            raise malformed("a parameter of a signature", "a kind from 0 to 4", kind)
        return cls(
            name=text_of(members, "name", "a parameter of a signature"),
            kind=kind,
            default=members.get("default", ABSENT),
            annotation=text_or_none(members, "annotation", "a parameter of a signature"),
            choices=map_or_none(members, "choices", "a parameter of a signature"),
        )

    def to_map(self) -> dict[str, Any]:
        """Return the parameter as a map."""
        members: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.default is not ABSENT:
            members["default"] = self.default
        if self.annotation is not None:
            members["annotation"] = self.annotation
        if self.choices is not None:
            members["choices"] = dict(self.choices)
        return members


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of a method, including ``self``."""

    parameters: tuple[Parameter, ...] = ()
    return_annotation: str | None = None

    @classmethod
    def from_map(cls, members: Any) -> Signature:
        """Read ``__signature__``; raise TuberProtocolError if it is malformed."""
        members = map_of(members, "a signature")
        parameters = members.get("parameters", ())
        if not isinstance(parameters, (list, tuple)):
            raise malformed("a signature", "member 'parameters' to be an array", parameters)
        return cls(
            parameters=tuple(Parameter.from_map(each) for each in parameters),
            return_annotation=text_or_none(members, "return_annotation", "a signature"),
        )

    def to_map(self) -> dict[str, Any]:
        """Return the signature as a map."""
        members: dict[str, Any] = {"parameters": [each.to_map() for each in self.parameters]}
        if self.return_annotation is not None:
            members["return_annotation"] = self.return_annotation
        return members


@dataclass(frozen=True, slots=True)
class MethodDescription:
    """The description of a method.

    Attributes:
        signature: the signature; None if it is not known. Very old servers send ``(self, n)``.
    """

    doc: str | None = None
    signature: Signature | str | None = None

    @classmethod
    def from_map(cls, members: Any) -> MethodDescription:
        """Read one entry of ``methods``; raise TuberProtocolError if it is malformed."""
        members = map_of(members, "the description of a method")
        signature = members.get("__signature__")
        if signature is not None and not isinstance(signature, str):
            signature = Signature.from_map(signature)
        return cls(text_or_none(members, "__doc__", "the description of a method"), signature)
