"""Encode and decode arrays of numbers in CBOR: typed arrays and their shapes (RFC 8746).

Tags 64 to 87 are one-dimensional arrays of numbers, 41 of booleans, 43001 of complex numbers. Tags
40 and 1040 add a shape. The numbers are never examined, and are copied only if necessary.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from math import prod
from typing import Any, Final, NamedTuple

from tuber.codec.cbor_numbers import head
from tuber.codec.cbor_reader import ARRAY, Reader
from tuber.codec.fault import Fault, type_name
from tuber.codec.ndarray import FORMATS, LETTERS, NDArray, itemsize_of, make_array
from tuber.protocol import MAX_RANK

_MAX_BYTES: Final = 2**63 - 1  # numpy's byte counts are signed

# A one-dimensional array: its bytes and the format of its numbers (PEP 3118).
_Flat = tuple[memoryview, str]


def _shaped(reader: Reader, number: int, offset: int) -> Any:
    """Read tag 40 (row-major) or 1040 (column-major): an array of shape and content."""
    unfit = Fault(f"tag {number}: expected an array of two: the shape and a typed array", offset)
    if _definite_count(reader, unfit) != 2:
        raise unfit
    rank = _definite_count(reader, unfit)
    if rank > MAX_RANK:
        raise Fault(f"tag {number}: more than {MAX_RANK} dimensions", offset)
    shape = tuple(_dimension(reader, unfit) for _ in range(rank))
    inner = reader.position
    initial = reader.initial()
    if not 0xC0 <= initial <= 0xDB:
        raise unfit
    inner_number = reader.argument(initial)
    read_flat = _FLAT.get(inner_number)
    if read_flat is None:
        raise unfit
    octets, typecode = read_flat(reader, inner_number, inner)
    itemsize = itemsize_of(typecode)
    # numpy multiplies the nonzero lengths, even for an empty array.
    fits = prod(filter(None, shape)) * itemsize <= _MAX_BYTES
    takes = str(prod(shape) * itemsize) if fits else "more than 2**63 - 1"
    if takes != str(len(octets)):
        fault = f"the shape {shape} takes {takes} bytes, got {len(octets)}"
        raise Fault(f"tag {number}: {fault}", offset)
    return make_array(octets, typecode, shape, "C" if number == 40 else "F")


def _definite_count(reader: Reader, unfit: Fault) -> int:
    initial = reader.initial()
    if not 0x80 <= initial <= 0x9B:
        raise unfit
    return reader.count(initial, ARRAY, 1)


def _dimension(reader: Reader, unfit: Fault) -> int:
    initial = reader.initial()
    if initial > 0x1B:
        raise unfit
    return reader.argument(initial)


def _flat(reader: Reader, number: int, offset: int) -> Any:
    """Read a typed array without a shape."""
    octets, typecode = _FLAT[number](reader, number, offset)
    return make_array(octets, typecode, (len(octets) // itemsize_of(typecode),), "C")


def _numbers(reader: Reader, number: int, offset: int) -> _Flat:
    """Read tags 64 to 87 (RFC 8746 section 2): a byte string of numbers."""
    initial = reader.initial()
    if initial >> 5 != 2:
        raise Fault(f"tag {number}: expected a byte string", offset)
    if initial <= 0x5B:
        head = reader.position
        size = reader.argument(initial)
        octets = reader.piece(head, reader.position, size)
    else:
        octets = memoryview(reader.value())  # chunks are joined
    typecode = FORMATS[number]
    itemsize = itemsize_of(typecode)
    if len(octets) % itemsize:
        fault = f"{len(octets)} bytes are not a whole number of items of {itemsize} bytes"
        raise Fault(f"tag {number}: {fault}", offset)
    return octets, typecode


def _booleans(reader: Reader, number: int, offset: int) -> _Flat:
    """Read tag 41 (RFC 8746 section 3.2) with booleans: one byte 0xf4 or 0xf5 for each."""
    unfit = Fault(f"tag {number}: expected an array of booleans", offset)
    count = _definite_count(reader, unfit)
    octets = bytes(reader.piece(offset, reader.position, count))
    if octets.strip(b"\xf4\xf5"):  # from both ends up to the first other byte, at memory speed
        raise unfit
    return memoryview(bytearray(octets.translate(_BITS))), "?"


_BITS: Final = bytes((byte == 0xF5) for byte in range(256))


def _complexes(reader: Reader, number: int, offset: int) -> _Flat:
    """Read tag 43001 of the registry: a typed array of alternating real and imaginary parts."""
    unfit = Fault(f"tag {number}: expected a typed array of float32 or float64 in pairs", offset)
    inner = reader.position
    initial = reader.initial()
    if not 0xC0 <= initial <= 0xDB:
        raise unfit
    inner_number = reader.argument(initial)
    if inner_number not in (81, 82, 85, 86):
        raise unfit
    octets, typecode = _numbers(reader, inner_number, inner)
    if len(octets) % (2 * itemsize_of(typecode)):
        raise unfit
    return octets, f"{typecode[0]}Z{typecode[1]}"


_FLAT: Final[dict[int, Callable[[Reader, int, int], _Flat]]] = {
    **dict.fromkeys(FORMATS, _numbers),
    41: _booleans,
    43001: _complexes,
}

ARRAY_TAGS: Final[dict[int, Callable[[Reader, int, int], Any]]] = {
    40: _shaped,
    1040: _shaped,
    **dict.fromkeys(_FLAT, _flat),
}


# --- writing

# An array of at least this many bytes begins at a multiple of 8 in the body, so that a receiver
# need not copy it. Heads longer than necessary fill the gap. Every decoder accepts them (RFC 8949
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


class Block(NamedTuple):
    """An array of numbers, as the contiguous bytes of its elements.

    Attributes:
        memory: the bytes, format 'B'; for booleans, their CBOR items 0xf4 and 0xf5.
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
            return begin + b"\xd8\x29" + head(4, len(self.memory))
        typecode = self.typecode
        if "Z" in typecode:
            begin += b"\xd9\xa7\xf9"
            typecode = typecode.replace("Z", "")
        number = _TAGS[typecode]
        begin += bytes((0xD9, 0, number)) if tag else bytes((0xD8, number))
        return begin + head(2, len(self.memory))


def _count(count: int, padding: int) -> bytes:
    """Return the head of an array, ``padding`` bytes longer than necessary."""
    if not padding:
        return head(4, count)
    return bytes((0x97 + padding.bit_length(),)) + count.to_bytes(padding, "big")


def block_of_numpy(value: Any) -> Block:
    """Return the block of a numpy.ndarray.

    Raises:
        Fault: CBOR cannot represent its elements, or its class adds something to the array.
    """
    import numpy  # noqa: PLC0415  # optional, but present if the value is a numpy array

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
    """Return the format of a dtype's elements; raise Fault if CBOR has none."""
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
    letter = LETTERS.get((kind, size))
    if letter is None:
        raise Fault(f"an array of {dtype} is not supported; send .astype(str).tolist()")
    if size == 1:
        return letter
    return (dtype.byteorder if dtype.byteorder in "<>" else _NATIVE) + letter


def block_of_ndarray(value: NDArray) -> Block:
    """Return the block of an NDArray."""
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
    byte_order = {"<": "<", ">": ">", "!": ">"}.get(view.format[0], _NATIVE)
    letter = view.format.lstrip("<>!=@")
    # In the native mode of struct the sizes of 'l', 'n' ... depend on the machine.
    letter = _BY_SIZE.get((_FAMILIES.get(letter, ""), view.itemsize), letter)
    typecode = letter if view.itemsize == 1 else byte_order + letter
    if letter not in _NAMES or itemsize_of(typecode) != view.itemsize:
        name = "array.array" if isinstance(value, array) else "memoryview"
        raise Fault(
            f"{name} of format {view.format!r} is not supported; "
            "send a list, or a numpy array of numbers"
        )
    try:
        flat = view.cast("B")
    except (TypeError, ValueError):  # empty, with gaps, complex, or in the other byte order
        flat = memoryview(view.tobytes())
    if typecode == "?":
        flat = memoryview(bytes(flat).translate(_ITEMS))
    return Block(flat, typecode, tuple(view.shape or ()), "C")


_FAMILIES: Final = {**dict.fromkeys("bhilqn", "i"), **dict.fromkeys("BHILQN", "u")}
_BY_SIZE: Final = {key: letter for key, letter in LETTERS.items() if key[0] in "iu"}
_NAMES: Final = frozenset(LETTERS.values())
