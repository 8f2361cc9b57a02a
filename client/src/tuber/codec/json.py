"""The JSON codec (RFC 8259), over orjson, msgspec or the standard library.

The library does the fast, usual case; what it would refuse or change silently goes through an
exact path in Python. This module must never hand out a value other than the one that travelled.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, MappingView
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from math import isfinite
from typing import Any, Final
from uuid import UUID

from tuber.codec import DecodeError, EncodeError
from tuber.protocol import JSON

__all__ = ["DEFAULT", "JsonCodec", "default", "orjson_options"]

LIBRARIES: Final = ("orjson", "msgspec", "json")


class JsonCodec:
    """JSON, in the values of PROTOCOL.md section 9.

    Args:
        library: 'orjson', 'msgspec' or 'json'; None takes orjson when it is installed, otherwise
            json.

    Raises:
        ImportError: the library asked for is not installed.
        ValueError: no such library is known.
    """

    media_type: Final = JSON

    def __init__(self, library: str | None = None) -> None:
        self.library, self._dumps, self._loads = _load(library)
        # orjson calls the hook for what it does not know and refuses what it can't write exactly;
        # the others write some values in their own way (msgspec: bytes as base64, json: named
        # tuples as arrays), so they are only given plain ones.
        self._takes_any_value = self.library == "orjson"

    def encode(self, value: Any) -> bytes:
        """Write a value; raises EncodeError when it can't be carried."""
        if self._takes_any_value:
            try:
                return self._dumps(value)
            except TypeError:
                return _json_dumps(_plain_at_root(value))
        plain = _plain_at_root(value)
        try:
            return self._dumps(plain)
        except (OverflowError, ValueError):  # msgspec, for integers over 64 bits
            return _json_dumps(plain)

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value; raises DecodeError when the body is not strict JSON."""
        if not isinstance(body, bytes):
            body = bytes(body)
        # orjson turns integers over 64 bits into floats without a word.
        loads = _json_loads if _has_long_number(body) else self._loads
        try:
            value = loads(body)
            return _with_bytes(value) if b'"bytes"' in body else value
        except RecursionError:
            raise DecodeError("not JSON: nested too deeply") from None
        except ValueError as error:
            raise DecodeError(f"not JSON: {error}") from error

    def __repr__(self) -> str:
        return f"JsonCodec({self.library!r})"

    def __reduce__(self) -> tuple[type[JsonCodec], tuple[str]]:
        return type(self), (self.library,)


def orjson_options() -> int:
    """The option bits for ``orjson.dumps(value, default, options)``."""
    import orjson

    # By itself orjson leaves out fields of a dataclass whose names begin with an underscore.
    return orjson.OPT_PASSTHROUGH_DATACLASS


def default(value: Any) -> Any:
    """A value that JSON libraries do not know, as a plainer one; its parts may need it again.

    Raises:
        TypeError: nothing plainer says the same.
    """
    if isinstance(value, (bytes, bytearray)) or (
        isinstance(value, memoryview) and value.format == "B" and value.ndim == 1
    ):
        return {"bytes": list(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if isinstance(value, (tuple, AbstractSet, MappingView, deque, range)):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "tolist") and not isinstance(value, type):
        return _array_to_list(value)
    for plainer in (str, float, int, list):  # subclasses, among them numpy.float64 and numpy.str_
        if isinstance(value, plainer):
            return plainer(value)
    raise TypeError(_cannot_carry(value))


def _array_to_list(value: Any) -> Any:
    """A numpy array or scalar, an array.array: nested lists of Python's own numbers."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    if kind == "M":  # .tolist() of nanoseconds would be bare integers
        return value.astype("datetime64[us]").tolist()
    plainer = value.tolist()
    # Structured and object arrays and spans of time have no plain form; long double stays itself.
    if kind in "OVmc" or type(plainer) is type(value):
        raise TypeError(_cannot_carry(value))
    return plainer


def _cannot_carry(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    dtype = getattr(value, "dtype", None)
    name += f" of {dtype}" if dtype is not None else ""
    return (
        f"JSON cannot carry a value of type {name}; "
        "use numbers, strings, bytes, lists, maps, dataclasses or None"
    )


# --- the exact path: values -------------------------------------------------------------------

_NUMBERS: Final = frozenset({int, bool, type(None)})


def _plain_at_root(value: Any) -> Any:
    """The value in None, bool, int, finite float, str, list and dict with string keys only."""
    steps: list[str | int] = []
    try:
        return _plain(value, steps)
    except RecursionError:
        raise EncodeError("nested too deeply, or it contains itself") from None
    except (TypeError, ValueError) as error:
        raise EncodeError(str(error), _place(steps)) from error


def _plain(value: Any, steps: list[str | int]) -> Any:
    """One level of it. On a fault, ``steps`` is left holding the way to it, innermost first."""
    kind = type(value)
    if kind in _NUMBERS:
        return value
    if kind is float:
        return value if isfinite(value) else None
    if kind is str:
        if not value.isascii():
            value.encode()  # a lone surrogate has no UTF-8 form
        return value
    if kind is list or kind is tuple:
        return _plain_list(value, steps)
    if kind is dict:
        return _plain_dict(value, steps)
    if isinstance(value, dict):
        return _plain_dict(dict(value), steps)
    return _plain(default(value), steps)


def _plain_list(value: list[Any] | tuple[Any, ...], steps: list[str | int]) -> Any:
    if set(map(type, value)) <= _NUMBERS:
        return value
    index = 0
    plain = []
    try:
        for index, item in enumerate(value):
            plain.append(_plain(item, steps))
    except (TypeError, ValueError):
        steps.append(index)
        raise
    return plain


def _plain_dict(value: dict[Any, Any], steps: list[str | int]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        name = _plain_key(key)
        if name in plain:
            raise TypeError(f"two keys of the map become the same string {name!r}")
        try:
            plain[name] = _plain(item, steps)
        except (TypeError, ValueError):
            steps.append(name)
            raise
    return plain


def _plain_key(key: Any) -> str:
    """A map's key as a string: strings as they are, others as JSON writes their value."""
    plain = _plain(key, [])
    if isinstance(plain, str):
        return plain
    if isinstance(plain, (int, float)) or plain is None:
        return json.dumps(plain)
    raise TypeError(f"the key {key!r} of a map can't become a string")


def _place(steps: list[str | int]) -> str:
    """Steps, innermost first, as a path from the root: ``$.args[3].gain``."""
    place = "$"
    for step in reversed(steps):
        if isinstance(step, int):
            place += f"[{step}]"
        elif step.isidentifier():
            place += f".{step}"
        else:
            place += f"[{step!r}]"
    return place


# --- the exact path: bodies -------------------------------------------------------------------

# Every 64-bit integer of fewer digits than this is exact in all libraries.
_LONG: Final = b"0" * 19
_DIGITS_TO_ZERO: Final = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))


def _has_long_number(body: bytes) -> bool:
    """Whether 19 or more digits stand in a row; two passes in C, about 1 ns a byte."""
    return len(body) >= len(_LONG) and _LONG in body.translate(_DIGITS_TO_ZERO)


def _with_bytes(value: Any) -> Any:
    """The value with each map ``{"bytes": [0..255, ...]}`` turned into bytes (section 9)."""
    if type(value) is list:
        if value and set(map(type, value)) <= {int, float, str}:
            return value
        return [_with_bytes(item) for item in value]
    if type(value) is not dict:
        return value
    if len(value) == 1 and type(octets := value.get("bytes")) is list:
        try:
            if set(map(type, octets)) <= {int}:
                return bytes(octets)
        except ValueError:  # an integer outside 0..255: an ordinary map, after all
            return value
    return {key: _with_bytes(item) for key, item in value.items()}


# --- the libraries ----------------------------------------------------------------------------

_Dumps = Callable[[Any], bytes]
_Loads = Callable[[bytes], Any]


def _load(library: str | None) -> tuple[str, _Dumps, _Loads]:
    if library is None:
        try:
            return _load("orjson")
        except ImportError:
            return _load("json")
    if library not in LIBRARIES:
        raise ValueError(f"expected a JSON library out of {', '.join(LIBRARIES)}; came {library!r}")
    try:
        return _LOADERS[library]()
    except ImportError as error:
        raise ImportError(
            f"the JSON library {library!r} is not installed; try: pip install {library}",
            name=library,
        ) from error


def _load_orjson() -> tuple[str, _Dumps, _Loads]:
    import orjson

    options = orjson_options()
    dumps = orjson.dumps
    return "orjson", lambda value: dumps(value, default, options), orjson.loads


def _load_msgspec() -> tuple[str, _Dumps, _Loads]:
    import msgspec

    return "msgspec", msgspec.json.Encoder().encode, msgspec.json.Decoder().decode


def _load_json() -> tuple[str, _Dumps, _Loads]:
    return "json", _json_dumps, _json_loads


_LOADERS: Final = {"orjson": _load_orjson, "msgspec": _load_msgspec, "json": _load_json}


def _json_dumps(plain: Any) -> bytes:
    try:
        return _standard_encoder.encode(plain).encode()
    except ValueError as error:  # an integer of more than 4300 digits: CPython refuses its text
        raise EncodeError(str(error)) from error


def _json_loads(body: bytes) -> Any:
    # The text is decoded here because json.loads() would also take UTF-16 and UTF-32.
    return _standard_decoder.decode(str(body, "utf-8"))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)


_standard_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)
_standard_decoder: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)

DEFAULT: Final = JsonCodec()
