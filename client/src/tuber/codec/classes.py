"""Values of other classes as lists and maps, for both formats."""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, ItemsView, Iterator, KeysView, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Final

_ADVICE: Final[tuple[tuple[type[Any], str], ...]] = (
    (Decimal, "send str(value)"),
    (Fraction, "send str(value)"),
    (PurePath, "send str(value)"),
    (time, "send .isoformat()"),
    (timedelta, "send .total_seconds()"),
    (Coroutine, "it did not run: wait for it with asyncio.run() in a plain method"),
    (Iterator, "send list(...) of it"),
)


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


def has_unit(value: object) -> bool:
    """Return whether a value carries a unit, as those of pint and astropy do."""
    cls = type(value)
    return (hasattr(cls, "magnitude") and hasattr(cls, "units")) or (
        hasattr(cls, "unit") and hasattr(cls, "to_value")
    )


def advice(value: object) -> str | None:
    """Return what to send instead of a value that has no form, without losing a part of it."""
    for kind, text in _ADVICE:
        if isinstance(value, kind):
            return text
    cls = type(value)
    if has_unit(value):
        if hasattr(cls, "magnitude"):
            return "send value.magnitude and str(value.units)"
        return "send value.value and str(value.unit)"
    if not hasattr(cls, "__array__"):
        return None
    if hasattr(cls, "to_dict"):  # pandas, xarray
        return "send value.to_dict(), or numpy.asarray(value) without the labels"
    return "send numpy.asarray(value) and what it does not carry, such as units"
