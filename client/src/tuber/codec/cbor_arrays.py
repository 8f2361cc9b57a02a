"""Reading arrays of numbers from CBOR: typed arrays and their shapes (RFC 8746).

Tags 64 to 87 are one dimension of numbers, 41 of booleans, 43001 of complex numbers; 40 and 1040
add a shape. The numbers are neither examined nor copied.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, Final

from tuber.codec.cbor_reader import ARRAY, Reader
from tuber.codec.fault import Fault
from tuber.codec.ndarray import FORMATS, itemsize_of, make_array
from tuber.protocol import MAX_RANK

_BOOLEANS: Final = 41
_COMPLEX: Final = 43001
_MAX_BYTES: Final = 2**63 - 1  # numpy counts bytes with a sign

# The numbers of one dimension: their bytes and their format (PEP 3118).
_Flat = tuple[memoryview, str]


def _shaped(reader: Reader, number: int, offset: int) -> Any:
    """Tags 40 (row-major) and 1040 (column-major): an array of shape and content."""
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
    # numpy multiplies the lengths that are not zero, also for an empty array.
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
    """A typed array without a shape."""
    octets, typecode = _FLAT[number](reader, number, offset)
    return make_array(octets, typecode, (len(octets) // itemsize_of(typecode),), "C")


def _numbers(reader: Reader, number: int, offset: int) -> _Flat:
    """Tags 64 to 87 (RFC 8746 section 2): a byte string of numbers."""
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
    """Tag 41 (RFC 8746 section 3.2), of booleans only: a byte 0xf4 or 0xf5 for each."""
    unfit = Fault(f"tag {number}: expected an array of booleans", offset)
    count = _definite_count(reader, unfit)
    octets = bytes(reader.piece(offset, reader.position, count))
    if octets.strip(b"\xf4\xf5"):  # from both ends up to the first other byte, at memory speed
        raise unfit
    return memoryview(bytearray(octets.translate(_BITS))), "?"


_BITS: Final = bytes((byte == 0xF5) for byte in range(256))


def _complexes(reader: Reader, number: int, offset: int) -> _Flat:
    """Tag 43001 of the registry: a typed array of real and imaginary parts, alternating."""
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
    _BOOLEANS: _booleans,
    _COMPLEX: _complexes,
}

ARRAY_TAGS: Final[dict[int, Callable[[Reader, int, int], Any]]] = {
    40: _shaped,
    1040: _shaped,
    **dict.fromkeys(_FLAT, _flat),
}
