"""The memory of arrays of numbers, as it is in a CBOR body (RFC 8746).

An array is written as a head and its own memory, which is copied only if its elements are not
contiguous in either order.
"""

from __future__ import annotations

import sys
from array import array
from typing import Any, Final, NamedTuple

from tuber.codec.cbor_numbers import head
from tuber.codec.fault import Fault, type_name
from tuber.codec.ndarray import FORMATS, NDArray, itemsize_of
from tuber.protocol import MAX_RANK

__all__ = ["Block", "block_of_buffer", "block_of_ndarray", "block_of_numpy"]

# An array of at least this many bytes begins at a multiple of 8 in the body, so that a receiver
# need not copy it. Heads longer than necessary fill the gap; every decoder takes them (RFC 8949
# section 4.1: the shortest head is preferred, not required).
_ALIGNED_BYTES: Final = 1024
_ALIGNMENT: Final = 8
_ALIGNED_RANK: Final = 23  # the shape's head is one byte

# Additional bytes in the heads of the outer array, of the shape, and of the typed array's tag.
_PADDING: Final = (
    (0, 0, 0), (1, 0, 0), (2, 0, 0), (1, 2, 0), (4, 0, 0), (4, 1, 0), (4, 2, 0), (4, 2, 1),
)  # fmt: skip

_TAGS: Final = {typecode: tag for tag, typecode in FORMATS.items() if tag != 68}
_NATIVE: Final = "<" if sys.byteorder == "little" else ">"
_COMPLEX: Final = b"\xd9\xa7\xf9"  # tag 43001
_BOOLEANS: Final = b"\xd8\x29"  # tag 41


class Block(NamedTuple):
    """An array of numbers: the contiguous bytes of its elements.

    Attributes:
        memory: the bytes, format 'B'; of booleans 0xf4 and 0xf5, their CBOR items.
        typecode: the format of one element, as in NDArray.
        shape: the length of each dimension.
        order: 'C' or 'F'.
    """

    memory: memoryview
    typecode: str
    shape: tuple[int, ...]
    order: str

    def head(self, offset: int) -> bytes:
        """Return the bytes before the memory of an array that begins at ``offset`` in the body."""
        shortest = self._head(0)
        if (
            self.typecode == "?"
            or len(self.memory) < _ALIGNED_BYTES
            or len(self.shape) > _ALIGNED_RANK
        ):
            return shortest
        return self._head(-(offset + len(shortest)) % _ALIGNMENT)

    def _head(self, padding: int) -> bytes:
        outer, inner, tag = _PADDING[padding]
        begin = b"\xd8\x28" if self.order == "C" else b"\xd9\x04\x10"  # tags 40 and 1040
        begin += _count(2, outer) + _count(len(self.shape), inner)
        begin += b"".join(head(0, each) for each in self.shape)
        if self.typecode == "?":
            return begin + _BOOLEANS + head(4, len(self.memory))
        typecode = self.typecode
        if "Z" in typecode:
            begin += _COMPLEX
            typecode = typecode.replace("Z", "")
        number = _TAGS[typecode]
        begin += bytes((0xD9, 0, number)) if tag else bytes((0xD8, number))
        return begin + head(2, len(self.memory))


def _count(count: int, padding: int) -> bytes:
    """The head of an array, ``padding`` bytes longer than necessary."""
    if not padding:
        return head(4, count)
    return bytes((0x97 + padding.bit_length(),)) + count.to_bytes(padding, "big")


def block_of_numpy(value: Any) -> Block:
    """Return the block of a numpy.ndarray.

    Raises:
        Fault: its elements have no form in CBOR, or it is more than an array.
    """
    import numpy  # noqa: PLC0415  # optional; installed, because the value is an array of it

    if isinstance(value, numpy.ma.MaskedArray):
        fault = "a masked array is not supported; send .filled(value), or data and mask"
        raise Fault(fault)
    if hasattr(value, "unit"):  # astropy.units.Quantity
        name = type_name(type(value))
        raise Fault(f"{name} carries a unit that would be lost; send its value and its unit apart")
    typecode = _typecode_of(value.dtype, numpy)
    if value.ndim > MAX_RANK:
        raise Fault(f"an array of {value.ndim} dimensions is over the limit of {MAX_RANK}")
    plain = numpy.asarray(value)
    order = "C"
    if not plain.flags.c_contiguous:
        if plain.flags.f_contiguous:
            order, plain = "F", plain.T
        else:
            plain = plain.copy(order="C")
    octets = plain.reshape(-1).view(numpy.uint8)
    if typecode == "?":
        octets = (octets != 0).view(numpy.uint8) + numpy.uint8(0xF4)
    return Block(octets.data, typecode, value.shape, order)


def _typecode_of(dtype: Any, numpy: Any) -> str:
    """The format of the elements of a dtype; raises Fault if CBOR has none."""
    kind, size = dtype.kind, dtype.itemsize
    if dtype in (numpy.longdouble, numpy.clongdouble) and dtype.char in "gG":
        name, other = ("longdouble", "float64") if kind == "f" else ("clongdouble", "complex128")
        raise Fault(
            f"an array of numpy.{name} is not supported; convert with .astype(numpy.{other})"
        )
    if kind == "O":
        fault = "an array of object is not supported; send a list, or convert with .astype()"
        raise Fault(fault)
    if dtype.fields is not None:
        fault = f"an array of {dtype} is not supported; send each field as an array of its own"
        raise Fault(fault)
    letter = _LETTERS.get((kind, size))
    if letter is None:
        raise Fault(f"an array of {dtype} is not supported; send .astype(str).tolist()")
    if size == 1:
        return letter
    return (dtype.byteorder if dtype.byteorder in "<>" else _NATIVE) + letter


_LETTERS: Final = {
    ("b", 1): "?", ("i", 1): "b", ("i", 2): "h", ("i", 4): "i", ("i", 8): "q",
    ("u", 1): "B", ("u", 2): "H", ("u", 4): "I", ("u", 8): "Q",
    ("f", 2): "e", ("f", 4): "f", ("f", 8): "d", ("c", 8): "Zf", ("c", 16): "Zd",
}  # fmt: skip


def block_of_ndarray(value: NDArray) -> Block:
    """Return the block of an array made without numpy."""
    memory = value.data
    typecode = value.typecode
    if typecode[0] not in "<>" and value.itemsize > 1:
        typecode = _NATIVE + typecode
    if typecode == "?":
        memory = memoryview(bytes(memory).translate(_ITEMS))
    return Block(memory, typecode, value.shape, value.order)


_ITEMS: Final = bytes([0xF4] + [0xF5] * 255)


def block_of_buffer(value: memoryview | array[Any]) -> Block:
    """Return the block of an array.array or a memoryview; raise Fault unless it has numbers."""
    view = memoryview(value)
    byte_order, letter = _split(view.format)
    # In the native mode of struct the sizes of 'l', 'n' ... depend on the machine.
    letter = _BY_SIZE.get((_FAMILIES.get(letter, ""), view.itemsize), letter)
    typecode = letter if view.itemsize == 1 else byte_order + letter
    if letter not in _NAMES or itemsize_of(typecode) != view.itemsize:
        name = "array.array" if isinstance(value, array) else "memoryview"
        raise Fault(
            f"{name} of format {view.format!r} is not supported; "
            "send a list, or a numpy array of numbers"
        )
    # A view of complex numbers, or of the other byte order, can't be cast where it is.
    octets = memoryview(view.tobytes()) if not view.c_contiguous or view.nbytes == 0 else view
    flat = octets if octets.format == "B" and octets.ndim == 1 else _cast(octets)
    if typecode == "?":
        flat = memoryview(bytes(flat).translate(_ITEMS))
    return Block(flat, typecode, tuple(view.shape or ()), "C")


def _cast(view: memoryview) -> memoryview:
    try:
        return view.cast("B")
    except (TypeError, ValueError):
        return memoryview(view.tobytes())


def _split(form: str) -> tuple[str, str]:
    """The byte order and the letter of a format (PEP 3118)."""
    if form[:1] in ("<", ">", "!", "=", "@"):
        return {"!": ">", "=": _NATIVE, "@": _NATIVE}.get(form[0], form[0]), form[1:]
    return _NATIVE, form


_FAMILIES: Final = {**dict.fromkeys("bhilqn", "i"), **dict.fromkeys("BHILQN", "u")}
_BY_SIZE: Final = {key: letter for key, letter in _LETTERS.items() if key[0] in "iu"}
_NAMES: Final = frozenset(_LETTERS.values())
