"""How methods are described (PROTOCOL.md section 6): ``__signature__`` and what stands around it.

Programs import these names from ``tuber.protocol``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tuber.protocol.members import malformed, map_of, text_of, text_or_none


class Absent(Enum):
    """'The member is not there', where null is a value of its own."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature, PROTOCOL.md section 6.

    Attributes:
        kind: the number of the ``inspect.Parameter`` kind: 0 positional-only, 1 positional or
            keyword, 2 ``*args``, 3 keyword-only, 4 ``**kwargs``.
        default: ``ABSENT`` when the parameter is required.
    """

    name: str
    kind: int = 1
    default: Any = ABSENT
    annotation: str | None = None

    @classmethod
    def from_map(cls, members: Any) -> Parameter:
        """Read one entry of ``parameters``; raises TuberProtocolError when it is none."""
        members = map_of(members, "a parameter of a signature")
        kind = members.get("kind", 1)
        if type(kind) is not int or not 0 <= kind <= 4:
            raise malformed("a parameter of a signature", "a kind from 0 to 4", kind)
        return cls(
            name=text_of(members, "name", "a parameter of a signature"),
            kind=kind,
            default=members.get("default", ABSENT),
            annotation=text_or_none(members, "annotation", "a parameter of a signature"),
        )

    def to_map(self) -> dict[str, Any]:
        """The parameter as it travels."""
        members: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.default is not ABSENT:
            members["default"] = self.default
        if self.annotation is not None:
            members["annotation"] = self.annotation
        return members


@dataclass(frozen=True, slots=True)
class Signature:
    """How a method may be called, PROTOCOL.md section 6; a first parameter ``self`` is included."""

    parameters: tuple[Parameter, ...] = ()
    return_annotation: str | None = None

    @classmethod
    def from_map(cls, members: Any) -> Signature:
        """Read ``__signature__``; raises TuberProtocolError when it is none."""
        members = map_of(members, "a signature")
        parameters = members.get("parameters", ())
        if not isinstance(parameters, (list, tuple)):
            raise malformed("a signature", "member 'parameters' to be an array", parameters)
        return cls(
            parameters=tuple(Parameter.from_map(each) for each in parameters),
            return_annotation=text_or_none(members, "return_annotation", "a signature"),
        )

    def to_map(self) -> dict[str, Any]:
        """The signature as it travels."""
        members: dict[str, Any] = {"parameters": [each.to_map() for each in self.parameters]}
        if self.return_annotation is not None:
            members["return_annotation"] = self.return_annotation
        return members


@dataclass(frozen=True, slots=True)
class MethodDescription:
    """What is known of a method, PROTOCOL.md section 6.

    Attributes:
        signature: None when it is not known; very old servers send its text: ``(self, n)``.
    """

    doc: str | None = None
    signature: Signature | str | None = None

    @classmethod
    def from_map(cls, members: Any) -> MethodDescription:
        """Read one entry of ``methods``; raises TuberProtocolError when it is none."""
        members = map_of(members, "the description of a method")
        signature = members.get("__signature__")
        if signature is not None and not isinstance(signature, str):
            signature = Signature.from_map(signature)
        return cls(text_or_none(members, "__doc__", "the description of a method"), signature)

    def to_map(self) -> dict[str, Any]:
        """The description as it travels."""
        signature = self.signature
        return {
            "__doc__": self.doc,
            "__signature__": signature.to_map() if isinstance(signature, Signature) else signature,
        }
