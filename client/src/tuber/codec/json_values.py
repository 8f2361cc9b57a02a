"""Values in JSON: which are exact in it, and the forms of those that it has no type for.

Values only, no text. Nothing here may lose a part of a value silently.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from math import isfinite
from typing import Any, Final
from uuid import UUID

from tuber.codec import EncodeError
from tuber.codec.classes import as_list_or_map, is_enum
from tuber.codec.fault import place_of, type_name
from tuber.protocol import MAX_INTEGER_BYTES

# --- Which values are exact: this decides between JSON and CBOR for a request.

# Types whose every value is itself in JSON. (No format takes a string with a lone surrogate.)
_ALWAYS_EXACT: Final = frozenset({type(None), bool, int, str})
_STRING: Final = frozenset({str})
_DEPTH: Final = 64  # deeper values go to CBOR, whose writer says how deep is too deep


def is_exact_in_json(value: Any, depth: int = _DEPTH) -> bool:
    """Return whether JSON is sure to carry a value as it is; False is safe: CBOR carries it.

    Args:
        depth: how many levels of lists and maps are examined.
    """
    kind = type(value)
    if kind in _ALWAYS_EXACT:
        return True
    if kind is float:
        return isfinite(value)
    if kind is list or kind is tuple:
        return depth > 0 and _are_exact(value, depth - 1)
    if kind is dict:
        if depth == 0 or not _STRING.issuperset(map(type, value)):
            return False
        # {"bytes": [...]} would arrive as bytes (PROTOCOL.md section 9).
        return not (len(value) == 1 and "bytes" in value) and _are_exact(
            list(value.values()), depth - 1
        )
    return False


def _are_exact(values: Collection[Any], depth: int) -> bool:
    kinds = set(map(type, values))
    if kinds <= _ALWAYS_EXACT:  # the usual case
        return True
    if kinds == {float}:
        return all(map(isfinite, values))
    return all(is_exact_in_json(value, depth) for value in values)


# --- Values of other types

_SUBCLASSED: Final[tuple[type[Any], ...]] = (str, float, int, list)


def simplify(value: Any) -> Any:
    """Return a value that JSON has no type for as a simpler one, whose parts may need it again.

    Raises:
        TypeError: there is no simpler value that says the same.
    """
    if _is_octets(value):
        return {"bytes": list(value)}
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
    if hasattr(value, "tolist") and not isinstance(value, type):
        return _array_to_list(value)
    for kind in _SUBCLASSED:
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(_cannot_carry(value))


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
        raise TypeError(_cannot_carry(value))
    return simpler


def _times_to_list(value: Any) -> Any:
    """A numpy datetime64, if it is in microseconds of the years 1 to 9999 and not NaT."""
    times = value.astype("datetime64[us]")  # .tolist() of nanoseconds would be bare integers
    kept = (times.astype(value.dtype) == value).all()  # NaT is not equal to itself
    if not kept or set(map(type, times.ravel().tolist())) - {datetime}:
        raise TypeError(
            f"JSON cannot carry this {value.dtype}: a time is missing (NaT), finer than "
            "microseconds, or outside the years 1 to 9999; use value.astype(str)"
        )
    return times.tolist()


def _cannot_carry(value: object) -> str:
    dtype = getattr(value, "dtype", None)
    name = type_name(type(value)) + (f" of {dtype}" if dtype is not None else "")
    return (
        f"JSON cannot carry a value of type {name}; "
        "use numbers, strings, bytes, lists, maps, dataclasses or None"
    )


_CONSTANTS: Final = frozenset({bool, type(None)})
_MAX_BITS: Final = 8 * MAX_INTEGER_BYTES
_BEYOND: Final = 1 << _MAX_BITS


def plain_value(value: Any, strict: bool = False) -> Any:
    """Return the value in None, bool, int, finite float, str, list and dict with string keys.

    Args:
        strict: see ``JsonCodec``.

    Raises:
        EncodeError: the value, or something in it, can't be carried.
    """
    steps: list[str | int] = []
    try:
        return _plain(value, steps, strict)
    except RecursionError:
        raise EncodeError("nested too deeply, or it contains itself") from None
    except (TypeError, ValueError) as error:
        raise EncodeError(str(error), place_of(steps)) from error


def _plain(value: Any, steps: list[str | int], strict: bool) -> Any:
    """One level of a value. On a fault, ``steps`` holds the way to it, innermost first."""
    kind = type(value)
    if kind in _CONSTANTS:
        return value
    if kind is int:
        if value.bit_length() > _MAX_BITS:
            bits = value.bit_length()
            raise ValueError(f"an integer of {bits} bits is over the limit of {_MAX_BITS}")
        return value
    if kind is float:
        if isfinite(value):
            return value
        if strict:
            raise ValueError(f"JSON has no form of {value}; send None, or a string")
        return None
    if kind is str:
        return _checked_text(value)
    if kind is list or kind is tuple:
        return _plain_list(value, steps, strict)
    if kind is dict:
        return _plain_dict(value, steps, strict)
    if isinstance(value, dict):
        return _plain_dict(dict(value), steps, strict)
    simpler = simplify(value)
    return simpler if _is_octets(value) else _plain(simpler, steps, strict)


def _checked_text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            fault = "the string holds a lone surrogate, which has no UTF-8 form"
            raise ValueError(fault) from None
    return value


def _plain_list(value: list[Any] | tuple[Any, ...], steps: list[str | int], strict: bool) -> Any:
    kinds = set(map(type, value))
    if kinds <= _CONSTANTS or (kinds == {int} and min(value) > -_BEYOND and max(value) < _BEYOND):
        return value
    plain: list[Any] = []
    try:
        for item in value:
            plain.append(_plain(item, steps, strict))  # its length is the place of a fault
    except (TypeError, ValueError):
        steps.append(len(plain))
        raise
    return plain


def _plain_dict(value: dict[Any, Any], steps: list[str | int], strict: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        name = _plain_key(key, strict)
        if name in plain:
            raise TypeError(f"two keys of the map become the same string {name!r}")
        try:
            plain[name] = _plain(item, steps, strict)
        except (TypeError, ValueError):
            steps.append(name)
            raise
    if strict and _octets_of(plain) is not None:
        raise ValueError(
            'a map {"bytes": [...]} would arrive as bytes; send bytes(...), or use another key'
        )
    return plain


def _plain_key(key: Any, strict: bool) -> str:
    """A key of a map as a string: strings as they are, others as JSON writes their value."""
    plain = _plain(key, [], strict)
    if isinstance(plain, str):
        return plain
    if strict:
        raise TypeError(f"the key {key!r} of a map is no string; send a map with str(key) as key")
    if isinstance(plain, (int, float)) or plain is None:
        return json.dumps(plain)
    raise TypeError(f"the key {key!r} of a map can't become a string")


# --- Bytes, PROTOCOL.md section 9


def with_bytes(value: Any) -> Any:
    """Return the value with each map ``{"bytes": [0..255, ...]}`` turned into bytes."""
    if type(value) is list:
        if value and set(map(type, value)) <= {int, float, str}:
            return value
        return [with_bytes(item) for item in value]
    if type(value) is not dict:
        return value
    octets = _octets_of(value)
    if octets is not None:
        return octets
    return {key: with_bytes(item) for key, item in value.items()}


def _octets_of(value: dict[str, Any]) -> bytes | None:
    """The bytes that a map stands for; None for an ordinary map."""
    numbers = value.get("bytes") if len(value) == 1 else None
    if isinstance(numbers, (list, tuple)) and set(map(type, numbers)) <= {int}:
        try:
            return bytes(numbers)
        except ValueError:  # an integer outside 0..255
            return None
    return None
