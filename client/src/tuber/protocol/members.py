"""Checks on the members of maps that a peer sent; each raises TuberProtocolError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuber.errors import TuberProtocolError


def map_of(value: Any, where: str) -> Mapping[str, Any]:
    """Return the value, which must be a map."""
    if isinstance(value, Mapping):
        return value
    raise malformed(where, "a map", value)


def text_of(members: Mapping[str, Any], name: str, where: str) -> str:
    """Return a member, which must be a string."""
    value = members.get(name)
    if isinstance(value, str):
        return value
    raise malformed(where, f"member {name!r} to be a string", value)


def text_or_none(members: Mapping[str, Any], name: str, where: str) -> str | None:
    """Return a member, which must be a string or absent."""
    return None if members.get(name) is None else text_of(members, name, where)


def texts_of(members: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """Return a member, which must be an array of strings; an empty tuple if it is absent."""
    value = members.get(name) or ()
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise malformed(where, f"member {name!r} to be an array of strings", value)


def map_or_none(members: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any] | None:
    """Return a member, which must be a map or absent."""
    value = members.get(name)
    return None if value is None else map_of(value, f"member {name!r} of {where}")


def malformed(where: str, expected: str, got: object) -> TuberProtocolError:
    """Create the error with the expected value, the received value, and the place."""
    got_text = repr(got)
    if len(got_text) > 80:
        got_text = got_text[:77] + "..."
    return TuberProtocolError(f"in {where}, expected {expected}, got {got_text}")
