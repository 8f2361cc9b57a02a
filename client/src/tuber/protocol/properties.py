"""Descriptions of properties (PROTOCOL.md section 6), without their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from tuber.protocol.members import malformed, map_of, text_or_none


@dataclass(frozen=True, slots=True)
class PropertyDescription:
    """What is known of a property; None is unknown, or that there is none.

    Attributes:
        min, max: the limits of a new value.
        choices: the allowed values; of an enumeration, its members: name: value.
        writable: of a live property, whether it can be set.
    """

    doc: str | None = None
    annotation: str | None = None
    unit: str | None = None
    min: Any = None
    max: Any = None
    choices: Mapping[str, Any] | Sequence[Any] | None = None
    writable: bool | None = None

    @classmethod
    def from_map(cls, members: Any) -> PropertyDescription:
        """Read one entry of ``property_descriptions``; raise TuberProtocolError if it is none."""
        where = "the description of a property"
        members = map_of(members, where)
        choices, writable = members.get("choices"), members.get("writable")
        if not isinstance(choices, (Mapping, list, tuple, type(None))):
            raise malformed(where, "member 'choices' to be a map or an array", choices)
        if not isinstance(writable, (bool, type(None))):
            raise malformed(where, "member 'writable' to be a bool", writable)
        return cls(
            doc=text_or_none(members, "__doc__", where),
            annotation=text_or_none(members, "annotation", where),
            unit=text_or_none(members, "unit", where),
            min=members.get("min"),
            max=members.get("max"),
            choices=choices,
            writable=writable,
        )

    def to_map(self) -> dict[str, Any]:
        """Return the description as it travels, without members that are None."""
        members = {each.name: getattr(self, each.name) for each in fields(self)}
        members["__doc__"] = members.pop("doc")
        return {name: value for name, value in members.items() if value is not None}

    @property
    def details(self) -> str:
        """Unit and limits for people: ``mm, from 0 to 30``."""
        parts = [self.unit] if self.unit else []
        if self.min is not None and self.max is not None:
            parts.append(f"from {self.min} to {self.max}")
        elif self.min is not None:
            parts.append(f"at least {self.min}")
        elif self.max is not None:
            parts.append(f"at most {self.max}")
        if self.choices:
            values = self.choices.values() if isinstance(self.choices, Mapping) else self.choices
            parts.append(f"one of {', '.join(map(repr, values))}")
        return ", ".join(parts)
