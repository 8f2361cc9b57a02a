"""Values of other classes as lists and maps, for both formats."""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def as_list_or_map(value: Any) -> list[Any] | dict[Any, Any] | None:
    """Return a collection as a list, a record or mapping as a dict; None for any other value."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, (tuple, KeysView, ValuesView, ItemsView, deque, range)):
        return list(value)
    if isinstance(value, Mapping):
        return {key: value[key] for key in value}
    if is_dataclass(value) and not isinstance(value, (type, AbstractSet)):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return None


def plain_scalar(value: Any) -> str | int | float | None:
    """Return a string, integer or float of a subclass as the plain one that it holds, or None.

    No method of the subclass is called: ``str(value)`` could be another text.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__index__(value)
    return float.__float__(value) if isinstance(value, float) else None


def is_enum(value: object) -> bool:
    """Return whether a value is a member of an enumeration, also of pybind11's ``py::enum_``."""
    kind = type(value)
    return isinstance(value, Enum) or ("__entries" in vars(kind) and hasattr(kind, "__members__"))
