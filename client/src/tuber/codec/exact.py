"""Whether JSON carries a value as it is: what decides between JSON and CBOR for a request.

It must never say yes to a value that would arrive as another one. A no costs little: CBOR carries
what JSON does.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from typing import Any, Final

__all__ = ["is_exact_in_json"]

# Types whose every value is itself in JSON. (A string with a lone surrogate is nothing in either.)
_ALWAYS_EXACT: Final = frozenset({type(None), bool, int, str})

# Deeper values go to CBOR, whose writer says how deep is too deep.
_DEPTH: Final = 64


def is_exact_in_json(value: Any, depth: int = _DEPTH) -> bool:
    """Whether JSON is sure to carry the value; subclasses are not looked into.

    Args:
        depth: how many levels of lists and maps are looked at.
    """
    kind = type(value)
    if kind in _ALWAYS_EXACT:
        return True
    if kind is float:
        return isfinite(value)
    if kind is list or kind is tuple:
        return depth > 0 and _are_exact(value, depth - 1)
    if kind is dict:
        if depth == 0 or not _NAMES.issuperset(map(type, value)):
            return False
        # {"bytes": [...]} would arrive as bytes (PROTOCOL.md section 9).
        return not (len(value) == 1 and "bytes" in value) and _are_exact(
            list(value.values()), depth - 1
        )
    return False


_NAMES: Final = frozenset({str})


def _are_exact(values: Collection[Any], depth: int) -> bool:
    kinds = set(map(type, values))
    if kinds <= _ALWAYS_EXACT:  # the usual case, at the cost of a look at each type
        return True
    if kinds == {float}:
        return all(map(isfinite, values))
    return all(is_exact_in_json(value, depth) for value in values)
