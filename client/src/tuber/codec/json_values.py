"""Values in JSON: which are exact in it, and the forms of those that it has no type for.

Values only, no text. Nothing here may lose a part of a value silently.
"""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from math import isfinite
from typing import Any, Final
from uuid import UUID

from tuber.codec.classes import advice, as_list_or_map, has_unit, is_enum, plain_scalar
from tuber.codec.fault import Fault, encode_error, type_name
from tuber.protocol import MAX_DIGITS, MAX_INTEGER_BYTES, MAX_NESTING

# --- Which values are exact: this decides between JSON and CBOR for a request.

# Types whose every value is itself in JSON. (No format takes a string with a lone surrogate.)
_ALWAYS_EXACT: Final = frozenset({type(None), bool, int, str})
_STRING: Final = frozenset({str})
_DEPTH: Final = 64  # deeper values go to CBOR, whose writer says how deep is too deep


class Inexact(Exception):
    """JSON may change the value."""


def exact_copy(value: Any, depth: int = _DEPTH) -> Any:
    """Return a copy of a value that JSON is sure to carry as it is: other threads can't change it.

    Args:
        depth: how many levels of lists and maps are examined.

    Raises:
        Inexact: JSON may change the value; CBOR carries it.
    """
    kind = type(value)
    if kind in _ALWAYS_EXACT or (kind is float and isfinite(value)):
        return value
    if kind is list or kind is tuple:
        items = list(value)
    elif kind is dict:
        members = dict(value)
        # {"bytes": [...]} would arrive as bytes (PROTOCOL.md section 9).
        if not _STRING.issuperset(map(type, members)) or (len(members) == 1 and "bytes" in members):
            raise Inexact
        items = list(members.values())
    else:
        raise Inexact
    if depth == 0:
        raise Inexact
    if not _ALWAYS_EXACT.issuperset(map(type, items)):
        items = [exact_copy(item, depth - 1) for item in items]
    return dict(zip(members, items, strict=True)) if kind is dict else items


# --- Values of other types


def simplify(value: Any) -> Any:
    """Return a value that JSON has no type for as a simpler one, whose parts may need it again.

    Returns:
        A value of JSON's own types, bytes, or a value that is simplified again.

    Raises:
        Fault: there is no simpler value that says the same.
    """
    if isinstance(value, dict):
        return dict(value)
    if _is_octets(value):
        return bytes(value)
    if is_enum(value):
        return value.value
    simpler = as_list_or_map(value)
    if simpler is not None:
        return simpler
    if isinstance(value, AbstractSet):
        return list(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "tolist") and not isinstance(value, type) and not has_unit(value):
        return _array_to_list(value)
    if (plain := plain_scalar(value)) is not None:
        return plain
    if isinstance(value, list):
        return list(value)
    raise Fault(_cannot_carry(value))


def _is_octets(value: Any) -> bool:
    return isinstance(value, (bytes, bytearray)) or (
        isinstance(value, memoryview) and value.format == "B" and value.ndim == 1
    )


def _array_to_list(value: Any) -> Any:
    """A numpy array or scalar, or an array.array, as nested lists of Python's numbers."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if kind == "M":
        return _times_to_list(value)
    simpler = value.tolist()
    # Structured and object arrays and time spans have no list form; long double stays itself.
    if kind in "OVmc" or type(simpler) is type(value):
        raise Fault(_cannot_carry(value))
    return simpler


def _times_to_list(value: Any) -> Any:
    """A numpy datetime64, if it is in microseconds of the years 1 to 9999 and not NaT."""
    times = value.astype("datetime64[us]")  # .tolist() of nanoseconds would be bare integers
    kept = (times.astype(value.dtype) == value).all()  # NaT is not equal to itself
    if not kept or set(map(type, times.ravel().tolist())) - {datetime}:
        raise Fault(
            f"JSON cannot carry this {value.dtype}: a time is missing (NaT), finer than "
            "microseconds, or outside the years 1 to 9999; use value.astype(str)"
        )
    return times.tolist()


def _cannot_carry(value: object) -> str:
    dtype = getattr(value, "dtype", None)
    name = type_name(type(value)) + (f" of {dtype}" if dtype is not None else "")
    other = "use numbers, strings, bytes, lists, maps, dataclasses or None"
    if dtype is None or has_unit(value) or hasattr(value, "to_dict"):
        other = advice(value) or other
    return f"JSON cannot carry a value of type {name}; {other}"


_CONSTANTS: Final = frozenset({bool, type(None)})
_MAX_BITS: Final = 8 * MAX_INTEGER_BYTES
_BEYOND: Final = 10**MAX_DIGITS
_TOO_DEEP: Final = f"nested more than {MAX_NESTING} levels deep, or it contains itself"


def plain_value(value: Any, strict: bool = False) -> Any:
    """Return the value in None, bool, int, finite float, str, list and dict with string keys.

    Args:
        strict: see ``JsonCodec``.

    Raises:
        EncodeError: the value, or something in it, can't be carried.
    """
    steps: list[str | int] = []
    try:
        return _plain(value, steps, strict, MAX_NESTING)
    except (MemoryError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 (the border of user code)
        raise encode_error(error, steps) from error.__cause__


def _plain(value: Any, steps: list[str | int], strict: bool, depth: int) -> Any:
    """One level of a value. On a fault, ``steps`` holds the way to it, innermost first."""
    for _ in range(MAX_NESTING):
        kind = type(value)
        if kind in _CONSTANTS:
            return value
        if kind is int:
            return _checked_integer(value)
        if kind is float:
            if isfinite(value):
                return value
            if strict:
                raise Fault(f"JSON has no form of {value}; send None, or a string")
            return None
        if kind is str:
            return _checked_text(value)
        if kind is list or kind is tuple:
            return _plain_list(list(value), steps, strict, _deeper(depth))
        if kind is dict:
            return _plain_dict(dict(value), steps, strict, _deeper(depth))
        if kind is bytes or kind is bytearray:
            _deeper(_deeper(depth))
            return {"bytes": list(value)}
        value = simplify(value)
    raise Fault(_TOO_DEEP)


def _deeper(depth: int) -> int:
    if depth == 0:
        raise Fault(_TOO_DEEP)
    return depth - 1


def _checked_integer(value: int) -> int:
    bits = value.bit_length()
    if bits > _MAX_BITS:
        raise Fault(f"an integer of {bits} bits is over the limit of {_MAX_BITS}")
    if not -_BEYOND < value < _BEYOND:
        digits = MAX_DIGITS + 1  # as many as _MAX_BITS hold
        raise Fault(f"an integer of {digits} digits is over the limit of {MAX_DIGITS} of JSON")
    return value


def _checked_text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            fault = "the string holds a lone surrogate, which has no UTF-8 form"
            raise Fault(fault) from None
    return value


def _plain_list(value: list[Any], steps: list[str | int], strict: bool, depth: int) -> list[Any]:
    kinds = set(map(type, value))
    if kinds <= _CONSTANTS or (kinds == {int} and min(value) > -_BEYOND and max(value) < _BEYOND):
        return value
    plain: list[Any] = []
    try:
        for item in value:
            plain.append(_plain(item, steps, strict, depth))  # its length is the place of a fault
    except BaseException:
        steps.append(len(plain))
        raise
    return plain


def _plain_dict(
    value: dict[Any, Any], steps: list[str | int], strict: bool, depth: int
) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, item in zip(text_keys(list(value), strict), value.values(), strict=True):
        _checked_text(name)
        try:
            plain[name] = _plain(item, steps, strict, depth)
        except BaseException:
            steps.append(name)
            raise
    if strict and octets_of(plain) is not None:
        raise Fault(
            'a map {"bytes": [...]} would arrive as bytes; send bytes(...), or use another key'
        )
    return plain


def text_keys(keys: list[Any], strict: bool) -> list[str]:
    """Return the keys of a map as strings, in order.

    Args:
        keys: none twice.
        strict: refuse keys that are not strings, and do not stand for one.

    Raises:
        Fault: a key can't become a string, or two become the same.
    """
    if _STRING.issuperset(map(type, keys)):
        return keys
    names: dict[str, None] = {}
    for key in keys:
        name = _text_key(key, strict)
        if name in names:
            raise Fault(f"two keys of the map become the same string {name!r}")
        names[name] = None
    return list(names)


def _text_key(key: Any, strict: bool) -> str:
    """A key of a map as a string: strings as they are, others as JSON writes their value."""
    plain = _plain(key, [], strict, MAX_NESTING)
    if isinstance(plain, str):
        return plain
    if strict:
        raise Fault(f"the key {key!r} of a map is no string; send a map with str(key) as key")
    if isinstance(plain, (int, float)) or plain is None:
        return json.dumps(plain)
    raise Fault(f"the key {key!r} of a map can't become a string")


# --- Bytes, PROTOCOL.md section 9


def octets_of(value: dict[str, Any]) -> bytes | None:
    """Return the bytes that a map ``{"bytes": [0..255, ...]}`` stands for; None for others."""
    numbers = value.get("bytes") if len(value) == 1 else None
    if isinstance(numbers, (list, tuple)) and set(map(type, numbers)) <= {int}:
        try:
            return bytes(numbers)
        except ValueError:  # an integer outside 0..255
            return None
    return None
