"""Values of other classes as values that CBOR has a form of, or the reason why there is none.

It must never answer something that is not equal to the value in the sense of PROTOCOL.md section 9.
"""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import ItemsView, KeysView, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from tuber.codec.cbor_memory import Block, block_of_buffer, block_of_ndarray, block_of_numpy
from tuber.codec.fault import Fault, type_name
from tuber.codec.ndarray import NDArray

__all__ = ["hashable", "simplify"]

# Of a subclass of these the plain value is taken.
_SUBCLASSED: Final[tuple[type[Any], ...]] = (str, int, float, complex, bytes, bytearray)

_HINTS: Final[tuple[tuple[type[Any], str], ...]] = (
    (Decimal, "send str(value) or float(value)"),
    (Fraction, "send str(value) or float(value)"),
    (PurePath, "send str(value)"),
    (time, "send .isoformat()"),
    (timedelta, "send .total_seconds()"),
)
_ANY: Final = "use numbers, strings, bytes, lists, maps, dataclasses, arrays or None"


def simplify(value: Any) -> Any:
    """A value of a class that CBOR has no form of, as one that is nearer to having one.

    Returns:
        A Block for an array of numbers, otherwise a value whose parts may need it again.

    Raises:
        Fault: nothing simplify says the same.
    """
    if isinstance(value, Enum):
        return value.value
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.ndarray):
            return block_of_numpy(value)
        if isinstance(value, numpy.generic):
            return _scalar(value, numpy)
    for kind in _SUBCLASSED:
        if isinstance(value, kind):
            return _plain(kind, value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, (list, tuple, KeysView, ValuesView, ItemsView, deque, range)):
        return list(value)
    if isinstance(value, Mapping):
        return {key: value[key] for key in value}
    if isinstance(value, AbstractSet):
        return frozenset(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return _rare(value)


def _rare(value: Any) -> Any:
    if isinstance(value, NDArray):
        return block_of_ndarray(value)
    if isinstance(value, (memoryview, array)):
        if isinstance(value, memoryview) and value.format in ("B", "@B") and value.ndim == 1:
            return bytes(value)
        return block_of_buffer(value)
    if isinstance(value, datetime):
        parts = (value.year, value.month, value.day, value.hour, value.minute, value.second)
        return datetime(*parts, value.microsecond, value.tzinfo, fold=value.fold)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, UUID):
        return UUID(int=value.int)
    for kind, hint in _HINTS:
        if isinstance(value, kind):
            raise Fault(f"{type_name(type(value))} is not supported; {hint}")
    hint = "convert with numpy.asarray(value)" if hasattr(value, "__array__") else _ANY
    raise Fault(f"{type_name(type(value))} is not supported; {hint}")


def _plain(kind: type[Any], value: Any) -> Any:
    """The value without its subclass, not asking the subclass how it looks as a string."""
    return str.__str__(value) if kind is str else kind.__new__(kind, value)


def _scalar(value: Any, numpy: Any) -> Any:
    """A numpy scalar as Python's own; exact, or refused."""
    if isinstance(value, numpy.longdouble):
        raise Fault("numpy.longdouble is not supported; convert with .astype(numpy.float64)")
    if isinstance(value, numpy.clongdouble):
        raise Fault("numpy.clongdouble is not supported; convert with .astype(numpy.complex128)")
    if isinstance(value, (numpy.datetime64, numpy.timedelta64, numpy.void, numpy.object_)):
        raise Fault(f"{type_name(type(value))} is not supported; send str(value)")
    return value.item()


_KEYS: Final = (str, bytes, bool, int, float, complex, datetime, date, UUID, type(None))


def hashable(value: Any, role: str) -> Any:
    """What a key of a map or an element of a set is plainly.

    Args:
        value: the key.
        role: what it is, for the message: 'a key of a map'.

    Raises:
        Fault: it can't be one.
    """
    if isinstance(value, Enum):
        return hashable(value.value, role)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple([hashable(each, role) for each in value])
    if isinstance(value, int) and not -(2**64) <= value < 2**64:
        raise Fault(f"an integer over 64 bits can't be {role}")
    if type(value) in _KEYS:
        return value
    numpy = sys.modules.get("numpy")
    generic = numpy is not None and isinstance(value, numpy.generic)
    if generic or isinstance(value, _KEYS):
        return hashable(simplify(value), role)
    raise Fault(f"{_kind(value, numpy)} can't be {role}")


def _kind(value: Any, numpy: Any) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, AbstractSet):
        return "a set"
    if isinstance(value, Block) or (numpy is not None and isinstance(value, numpy.ndarray)):
        return "an array of numbers"
    return type_name(type(value))
