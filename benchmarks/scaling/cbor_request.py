"""A request with an array, written by hand: the benchmark's own Python needs no client installed.

RFC 8949 for the items, RFC 8746 section 2.1 for the typed array (tag 86: float64, little-endian).
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

_TEXT, _LIST, _MAP, _TAG, _BYTES = 3, 4, 5, 6, 2
_FLOAT64_LITTLE_ENDIAN = 86
_ROW_MAJOR = 40


def call_with_floats(object_name: str, method: str, array: npt.NDArray[np.float64]) -> bytes:
    """The call of a method with an array of float64 of one dimension as its argument."""
    if sys.byteorder != "little":
        array = array.byteswap()
    items = array.tobytes()
    typed = _head(_TAG, _FLOAT64_LITTLE_ENDIAN) + _head(_BYTES, len(items)) + items
    shape = _head(_LIST, 1) + _head(0, array.size)
    argument = _head(_TAG, _ROW_MAJOR) + _head(_LIST, 2) + shape + typed
    return b"".join(
        [
            _head(_MAP, 3),
            *(_text("object"), _text(object_name)),
            *(_text("method"), _text(method)),
            *(_text("args"), _head(_LIST, 1), argument),
        ]
    )


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _head(_TEXT, len(encoded)) + encoded


def _head(major: int, number: int) -> bytes:
    """The head of an item in its shortest form."""
    if number < 24:
        return bytes([major << 5 | number])
    for size, code in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise ValueError(number)
