"""Encode heads and numbers in CBOR with the fewest bytes (RFC 8949 sections 3, 3.4.3, 4.1)."""

from __future__ import annotations

import struct
from typing import Final

from tuber.codec.fault import Fault
from tuber.protocol import MAX_INTEGER_BYTES


def head(major: int, argument: int) -> bytes:
    """Return the shortest head of a major type and an argument (RFC 8949 section 3)."""
    if argument < 24:
        return bytes((major << 5 | argument,))
    if argument < 0x100:
        return bytes((major << 5 | 24, argument))
    size = 2 if argument < 0x1_0000 else 4 if argument < 0x1_0000_0000 else 8
    return bytes((major << 5 | 23 + size.bit_length(),)) + argument.to_bytes(size, "big")


_SMALL: Final = [head(0, number) for number in range(256)]


def integer_item(value: int) -> bytes:
    """Return an integer; raise OverflowError if it is over 64 bits."""
    if 0 <= value < 256:
        return _SMALL[value]
    if 0 <= value < 2**64:
        return head(0, value)
    if -(2**64) <= value < 0:
        return head(1, -1 - value)
    raise OverflowError


def bignum(value: int) -> bytes:
    """Return an integer of any size: tag 2 or 3 (RFC 8949 section 3.4.3)."""
    magnitude = value if value >= 0 else -1 - value
    bits = magnitude.bit_length()
    if bits > MAX_INTEGER_BYTES * 8:
        raise Fault(f"an integer of {bits} bits is over the limit of {MAX_INTEGER_BYTES * 8}")
    size = (bits + 7) // 8
    return (b"\xc2" if value >= 0 else b"\xc3") + head(2, size) + magnitude.to_bytes(size, "big")


_double: Final = struct.Struct(">Bd").pack
_single: Final = struct.Struct(">Bf")
_half: Final = struct.Struct(">Be")
_NAN: Final = b"\xf9\x7e\x00"


def float_item(value: float) -> bytes:
    """Return the shortest of the three widths that holds a float exactly."""
    if value != value:
        return _NAN
    try:
        single = _single.pack(0xFA, value)
    except OverflowError:
        return _double(0xFB, value)
    if _single.unpack(single)[1] != value:
        return _double(0xFB, value)
    try:
        half = _half.pack(0xF9, value)
    except OverflowError:
        return single
    return half if _half.unpack(half)[1] == value else single
