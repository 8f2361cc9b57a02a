"""Arrays of numbers: numpy's if numpy is installed, otherwise a small class with a similar API.

Formats of elements are those of PEP 3118 with an explicit byte order: '<d', '>H', 'B', '?', '<Zf'.
"""

from __future__ import annotations

import struct
from math import prod
from typing import Any, Final

# Format of the elements by the tag of a typed array (RFC 8746 section 2.1). 76 is reserved, 83 and
# 87 (binary128) have no type here. 68 is uint8 too; its saturating arithmetic does not matter.
FORMATS: Final = {
    64: "B", 65: ">H", 66: ">I", 67: ">Q", 68: "B", 69: "<H", 70: "<I", 71: "<Q",
    72: "b", 73: ">h", 74: ">i", 75: ">q", 77: "<h", 78: "<i", 79: "<q",
    80: ">e", 81: ">f", 82: ">d", 84: "<e", 85: "<f", 86: "<d",
}  # fmt: skip

_SIZES: Final = {"?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "q": 8, "Q": 8,
                 "e": 2, "f": 4, "d": 8, "Zf": 8, "Zd": 16}  # fmt: skip

# Their kinds in numpy. The size is added, so that '<q' is numpy's int64 and not its longlong.
_KINDS: Final = {"?": "b", "b": "i", "h": "i", "i": "i", "q": "i", "B": "u", "H": "u", "I": "u",
                 "Q": "u", "e": "f", "f": "f", "d": "f", "Zf": "c", "Zd": "c"}  # fmt: skip

# The formats by numpy's kind and size.
LETTERS: Final = {(_KINDS[letter], size): letter for letter, size in _SIZES.items()}


def itemsize_of(typecode: str) -> int:
    """Return the size of one element in bytes."""
    return _SIZES[typecode.lstrip("<>")]


class NDArray:
    """An array of numbers, for a Python without numpy.

    Args:
        octets: the bytes of the elements, without gaps; not copied.
        typecode: the format of one element, as in PEP 3118: '<d', '>H', 'B', '?'; complex: '<Zf'.
        shape: the length of each dimension.
        order: 'C' if the last dimension is contiguous in ``data``, 'F' if the first is.

    Attributes:
        data: the bytes of the elements, as a memoryview of format 'B'.

    Raises:
        ValueError: the number of bytes does not match the shape, or the format is unknown.
    """

    __slots__ = ("data", "order", "shape", "typecode")

    def __init__(
        self,
        octets: bytes | bytearray | memoryview,
        typecode: str,
        shape: tuple[int, ...],
        order: str = "C",
    ) -> None:
        if typecode.lstrip("<>") not in _SIZES:
            raise ValueError(f"expected a format such as '<d', 'B' or '<Zf'; got {typecode!r}")
        if order not in ("C", "F"):
            raise ValueError(f"expected the order 'C' or 'F'; got {order!r}")
        self.data = memoryview(octets).cast("B")
        self.typecode = typecode
        self.shape = tuple(shape)
        self.order = order
        expected = prod(self.shape) * itemsize_of(typecode)
        if expected != len(self.data):
            raise ValueError(
                f"expected {expected} bytes for the shape {self.shape} of {typecode!r}; "
                f"got {len(self.data)}"
            )

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def itemsize(self) -> int:
        """The size of one element in bytes."""
        return itemsize_of(self.typecode)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("an array of no dimensions has no length")
        return self.shape[0]

    def tolist(self) -> Any:
        """Return the elements as nested lists; for an array without dimensions, the element."""
        flat = self._elements()
        shape = self.shape
        if not shape:
            return flat[0]
        steps = [1] * len(shape)
        axes = range(len(shape) - 1, 0, -1) if self.order == "C" else range(len(shape) - 1)
        for axis in axes:
            after = axis - 1 if self.order == "C" else axis + 1
            steps[after] = steps[axis] * shape[axis]

        def nested(axis: int, start: int) -> list[Any]:
            step, stop = steps[axis], start + steps[axis] * shape[axis]
            if axis == len(shape) - 1:
                return flat[start:stop:step] if stop > start else []
            return [nested(axis + 1, start + each * step) for each in range(shape[axis])]

        return nested(0, 0)

    def _elements(self) -> list[Any]:
        byte_order, letter = self.typecode[:-1].rstrip("Z"), self.typecode[-1]
        count = len(self.data) // struct.calcsize(f"={letter}")
        numbers = list(struct.unpack(f"{byte_order or '='}{count}{letter}", self.data))
        if "Z" not in self.typecode:
            return numbers
        return list(map(complex, numbers[::2], numbers[1::2]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NDArray):
            return NotImplemented
        return self.shape == other.shape and self.tolist() == other.tolist()

    __hash__ = None  # type: ignore[assignment]  # its memory can change

    def __reduce__(self) -> tuple[Any, ...]:
        return NDArray, (bytearray(self.data), self.typecode, self.shape, self.order)

    def __repr__(self) -> str:
        return f"NDArray({self.tolist()}, typecode={self.typecode!r}, shape={self.shape})"


def make_array(octets: memoryview, typecode: str, shape: tuple[int, ...], order: str) -> Any:
    """Create an array that is a view of the bytes if they are writable and aligned, else a copy.

    Args:
        octets: the bytes of the elements; their number matches shape and typecode.
        order: 'C' or 'F'.
    """
    try:
        import numpy  # noqa: PLC0415  # optional, and slow to load
    except ImportError:
        return NDArray(bytearray(octets) if octets.readonly else octets, typecode, shape, order)
    letter = typecode.lstrip("<>")
    byte_order = typecode[0] if typecode[0] in "<>" else "|"
    dtype = numpy.dtype(f"{byte_order}{_KINDS[letter]}{_SIZES[letter]}")
    if not octets:
        return numpy.empty(shape, dtype, order="F" if order == "F" else "C")
    flat = numpy.frombuffer(octets, dtype)
    if octets.readonly or not flat.flags.aligned:
        flat = flat.copy()
    return flat.reshape(shape, order="F" if order == "F" else "C")
