"""What a failure carries of an exception for programs: bases, arguments, attributes and notes.

Only plain values are sent, so that a failure can be encoded in every media type and arrives
unchanged; others are left out. No getter of an exception is run.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from math import isfinite
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any, Final

__all__ = ["class_name", "members_of"]

# In characters and values together: all calls of a batch may fail.
MAX_SIZE: Final = 16 * 1024
MAX_NESTING: Final = 8
_MAX_INTEGER_BITS: Final = 64

_DESCRIPTORS: Final = (GetSetDescriptorType, MemberDescriptorType)
_NOT_ATTRIBUTES: Final = frozenset(vars(BaseException))
_UNNAMED: Final = (Exception, BaseException, object)


class _NotPlainError(Exception):
    """A value is not plain, or the values are too large."""


def class_name(cls: type) -> str:
    """Return the name of a class as Python prints it in a traceback."""
    module = cls.__module__
    if module == builtins.__name__ or not isinstance(module, str):
        return cls.__qualname__
    return f"{module}.{cls.__qualname__}"


def members_of(error: BaseException) -> dict[str, Any]:
    """Return the members ``bases``, ``args``, ``attributes`` and ``notes`` of a failure."""
    members: dict[str, Any] = {}
    left = [MAX_SIZE]
    cls = type(error)
    if cls.__module__ != builtins.__name__:
        bases = [class_name(each) for each in cls.__mro__[1:] if _is_named(each)]
        if bases and _is_plain(bases, left):
            members["bases"] = bases
    args = list(BaseException.args.__get__(error))  # type: ignore[attr-defined]
    if (plain := _plain_or_none(args, left)) is not None:
        members["args"] = plain
    attributes = {}
    for name, value in _attributes(error):
        if value is None or (plain := _plain_or_none(value, left)) is not None:
            attributes[name] = plain if value is not None else None
    if attributes:
        members["attributes"] = attributes
    notes = vars(error).get("__notes__")
    if isinstance(notes, list) and notes and (texts := _plain_or_none(notes, left)):
        members["notes"] = [each for each in texts if isinstance(each, str)]
    return members


def _is_named(cls: type) -> bool:
    return issubclass(cls, BaseException) and cls not in _UNNAMED


def _attributes(error: BaseException) -> Iterator[tuple[str, Any]]:
    """Yield the public attributes that are values, without running a getter."""
    found: dict[str, Any] = {}
    for name, held, owner in _class_attributes(type(error)):  # type: ignore[arg-type]
        if owner is not None:
            found[name] = vars(owner).get(name)
        elif (value := _read(held, error)) is not None:
            found[name] = value
    found.update(vars(error))
    for name, value in found.items():
        if isinstance(name, str) and not name.startswith("_") and name not in _NOT_ATTRIBUTES:
            yield name, value


@lru_cache(maxsize=256)
def _class_attributes(cls: type) -> list[tuple[str, Any, type | None]]:
    """Return names with the descriptor that reads them, or with the class that has the value."""
    found: list[tuple[str, Any, type | None]] = []
    for each in reversed(cls.__mro__):
        for name, held in list(vars(each).items()):
            if name.startswith("_") or name in _NOT_ATTRIBUTES:
                continue
            if isinstance(held, _DESCRIPTORS):
                found.append((name, held, None))
            elif each.__module__ != builtins.__name__:
                found.append((name, None, each))
    return found


def _read(held: Any, error: BaseException) -> Any:
    try:
        return held.__get__(error)
    except AttributeError:  # not set
        return None


def _plain_or_none(value: Any, left: list[int]) -> Any:
    """Return the value as it travels; None if it is not plain."""
    before = left[0]
    try:
        return _plain(value, left, 0)
    except Exception:  # noqa: BLE001 (_NotPlainError, or the border of user code)
        left[0] = before
        return None


def _is_plain(value: Any, left: list[int]) -> bool:
    return _plain_or_none(value, left) is not None


def _plain(value: Any, left: list[int], depth: int) -> Any:
    kind = type(value)
    left[0] -= len(value) + 1 if kind is str else 1
    if left[0] < 0 or depth > MAX_NESTING:
        raise _NotPlainError
    if value is None or kind is bool:
        return value
    if kind is str:
        value.encode()  # refuses lone surrogates
        return value
    if kind is int and value.bit_length() <= _MAX_INTEGER_BITS:
        return value
    if kind is float and isfinite(value):
        return value
    if kind is list or kind is tuple:
        return [_plain(each, left, depth + 1) for each in value]
    if kind is dict and value.keys() != {"bytes"}:  # which are bytes in JSON
        return {_key(name, left): _plain(each, left, depth + 1) for name, each in value.items()}
    if isinstance(value, Enum):
        return _plain(value._value_, left, depth + 1)
    if kind.__module__ == "numpy" and hasattr(kind, "item"):
        return _plain(value.item(), left, depth + 1)
    raise _NotPlainError


def _key(name: Any, left: list[int]) -> str:
    if type(name) is not str:
        raise _NotPlainError
    text: str = _plain(name, left, 0)
    return text
