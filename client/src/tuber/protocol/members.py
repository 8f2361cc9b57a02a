"""Checks on the members of maps that a peer sent: the value asked for, or TuberProtocolError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuber.errors import TuberProtocolError


def map_of(value: Any, where: str) -> Mapping[str, Any]:
    """The value, when it is a map."""
    if isinstance(value, Mapping):
        return value
    raise malformed(where, "a map", value)


def map_or_empty(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The member of a description, a map; an empty one when it is absent."""
    value = members.get(name)
    return {} if value is None else map_of(value, f"member {name!r} of a description")


def text_of(members: Mapping[str, Any], name: str, where: str) -> str:
    """The member, a string."""
    value = members.get(name)
    if isinstance(value, str):
        return value
    raise malformed(where, f"member {name!r} to be a string", value)


def text_or_none(members: Mapping[str, Any], name: str, where: str) -> str | None:
    """The member, a string; None when it is absent."""
    return None if members.get(name) is None else text_of(members, name, where)


def with_maps(members: Any) -> Any:
    """A description of an object inside, in full also where the server gave only names.

    It does so for an object that leads back to one that holds it, and for what is nested too deep.
    Methods can be called by their names alone; of properties it is said how to read them.
    """
    if not isinstance(members, Mapping) or not isinstance(members.get("methods"), list):
        return members
    unread = {
        "message": "not read yet, because this object leads back to one that holds it, or is nested"
        " very deep; call tuber_resolve(force=True) of this object to read it"
    }
    methods, properties = members["methods"], members.get("properties")
    if not isinstance(properties, list):
        properties = []
    for names in (methods, properties):
        if not all(isinstance(name, str) for name in names):
            raise malformed("a description", "an array of names", names)
    return {
        **members,
        "methods": {name: {} for name in methods},
        "properties": {},
        "failed": dict.fromkeys(properties, unread),
    }


def malformed(where: str, expected: str, came: object) -> TuberProtocolError:
    """The error that says what was expected, what came, and where."""
    came_text = repr(came)
    if len(came_text) > 80:
        came_text = came_text[:77] + "..."
    return TuberProtocolError(f"in {where}, expected {expected}, came {came_text}")
