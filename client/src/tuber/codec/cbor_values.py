"""Values of other classes as values that CBOR has a form of, or the reason why there is none.

The result must be equal to the value in the sense of PROTOCOL.md section 9.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from tuber.codec.cbor_arrays import Block, block_of_buffer, block_of_ndarray, block_of_numpy
from tuber.codec.classes import advice, as_list_or_map, is_enum, plain_scalar
from tuber.codec.fault import Fault, type_name
from tuber.codec.ndarray import NDArray

_SUBCLASSED: Final[tuple[type[Any], ...]] = (complex, bytes, bytearray)
_ANY: Final = "use numbers, strings, bytes, lists, maps, dataclasses, arrays or None"


def simplify(value: Any) -> Any:
    """Return a value of a class that CBOR has no form of as a simpler one.

    Returns:
        A Block for an array of numbers, otherwise a value whose parts may need it again.

    Raises:
        Fault: there is no simpler value that says the same.
    """
    if is_enum(value):
        return value.value
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.ndarray):
            return block_of_numpy(value)
        if isinstance(value, numpy.generic):
            return _scalar(value, numpy)
    if (plain := plain_scalar(value)) is not None:
        return plain
    for kind in _SUBCLASSED:
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, list):
        return list(value)
    simpler = as_list_or_map(value)
    if simpler is not None:
        return simpler
    if isinstance(value, AbstractSet):
        return frozenset(value)
    return _rare(value)


def _rare(value: Any) -> Any:
    if isinstance(value, NDArray):
        return block_of_ndarray(value)
    if isinstance(value, (memoryview, array)):
        if isinstance(value, memoryview) and value.format in ("B", "@B") and value.ndim == 1:
            return bytes(value)
        return block_of_buffer(value)
    if isinstance(value, datetime):
        if value != value:  # pandas.NaT
            raise Fault("a missing time (NaT) is not supported; send None")
        if getattr(value, "nanosecond", 0):  # pandas.Timestamp
            raise Fault("a time finer than microseconds is not supported; send value.isoformat()")
        parts = (value.year, value.month, value.day, value.hour, value.minute, value.second)
        return datetime(*parts, value.microsecond, value.tzinfo, fold=value.fold)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, UUID):
        return UUID(int=value.int)
    raise Fault(f"{type_name(type(value))} is not supported; {advice(value) or _ANY}")


def _scalar(value: Any, numpy: Any) -> Any:
    """A numpy scalar as Python's own; exact, or refused."""
    if isinstance(value, numpy.longdouble):
        raise Fault("numpy.longdouble is not supported; send str(value)")
    if isinstance(value, numpy.clongdouble):
        raise Fault("numpy.clongdouble is not supported; send str(value)")
    if isinstance(value, (numpy.datetime64, numpy.timedelta64, numpy.void, numpy.object_)):
        raise Fault(f"{type_name(type(value))} is not supported; send str(value)")
    return value.item()


_KEYS: Final = (str, bytes, bool, int, float, complex, datetime, date, UUID, type(None))


def hashable(value: Any, role: str) -> Any:
    """Return a key of a map or an element of a set as one that CBOR has a form of.

    Args:
        role: what it is, for the message: 'a key of a map'.

    Raises:
        Fault: it can't be one.
    """
    if is_enum(value):
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
    if isinstance(value, Mapping):
        kind = "a map"
    elif isinstance(value, AbstractSet):
        kind = "a set"
    elif isinstance(value, Block) or (numpy is not None and isinstance(value, numpy.ndarray)):
        kind = "an array of numbers"
    else:
        kind = type_name(type(value))
    raise Fault(f"{kind} can't be {role}")
