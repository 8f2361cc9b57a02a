"""The CBOR codec (RFC 8949) in Python, for every value of PROTOCOL.md section 9, without loss.

There is a function for each kind of item (sections 3.1 to 3.3). It is called with the reader at the
initial byte of the item, and leaves the reader after the item.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuber.codec.cbor_reader import ARRAY, BREAK, Reader
from tuber.codec.cbor_tags import TAGS
from tuber.codec.cbor_writer import write
from tuber.codec.fault import Fault
from tuber.codec.key_hashes import count_hash
from tuber.protocol import CBOR, MAX_NESTING

_SELF_DESCRIBED: Final = b"\xd9\xd9\xf7"  # tag 55799, RFC 8949 section 3.4.6
_KEY: Final = "a key of a map"
_MAP: Final = "a map of {} pairs"

_half: Final = struct.Struct(">e").unpack
_single: Final = struct.Struct(">f").unpack
_double: Final = struct.Struct(">d").unpack


class CborCodec:
    """CBOR codec that decodes strictly and encodes in preferred serialization."""

    media_type: Final = CBOR

    def encode(self, value: Any) -> bytes:
        """Encode a value; raise EncodeError if that is impossible."""
        return b"".join(self.encode_parts(value))

    def encode_parts(self, value: Any) -> list[bytes | memoryview]:
        """Encode a value as pieces; see ``Codec``."""
        try:
            return write(value)
        except Fault as fault:
            raise EncodeError(fault.fault, fault.place) from fault.__cause__

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Decode a value; raise DecodeError unless the body is one well-formed, known CBOR item.

        Arrays are views of a writable body if their alignment allows it, otherwise copies.
        """
        try:
            return _read(body)
        except Fault as fault:
            raise DecodeError(fault.fault, fault.offset, fault.place) from None

    def __repr__(self) -> str:
        return "CborCodec()"


def _read(body: bytes | bytearray | memoryview) -> Any:
    reader = Reader(body, _ITEMS, TAGS)
    if reader.end == 0:
        raise Fault("the input is empty", 0)
    if reader.view[:3].tobytes() == _SELF_DESCRIBED:
        reader.position = 3
        reader.depth = 1
    try:
        value = reader.value()
    except RecursionError:  # MAX_NESTING levels fit into an empty stack, but the caller used it up
        fault = f"nested too deeply for what is left of Python's stack, below {MAX_NESTING} levels"
        raise Fault(fault, reader.position) from None
    if reader.position != reader.end:
        left = reader.end - reader.position
        raise Fault(f"{left} bytes follow the value", reader.position)
    return value


def _small(reader: Reader, initial: int) -> int:
    reader.position += 1
    return initial


def _negative(reader: Reader, initial: int) -> int:
    return -1 - reader.argument(initial)


def _bytes(reader: Reader, initial: int) -> bytes:
    offset = reader.position
    size = reader.argument(initial)
    return bytes(reader.piece(offset, reader.position, size))


def _text(reader: Reader, initial: int) -> str:
    offset = reader.position
    size = reader.argument(initial)
    piece = reader.piece(offset, reader.position, size)
    try:
        return str(piece, "utf-8")
    except UnicodeDecodeError:
        raise Fault("invalid UTF-8 in a text string", offset) from None


def _short_text(reader: Reader, initial: int) -> str:
    """Read text of up to 23 bytes, the fast path for names."""
    offset = reader.position
    stop = offset + initial - 0x5F
    if stop > reader.end:
        return _text(reader, initial)
    reader.position = stop
    try:
        return str(reader.octets[offset + 1 : stop], "utf-8")
    except UnicodeDecodeError:
        raise Fault("invalid UTF-8 in a text string", offset) from None


def _chunked(reader: Reader, initial: int) -> Any:
    """Read an indefinite-length string (RFC 8949 section 3.2.3), whose chunks are whole strings."""
    major = initial >> 5
    read_chunk = _bytes if major == 2 else _text
    chunks: list[Any] = []
    reader.position += 1
    while not reader.at_break():
        head = reader.initial()
        if head >> 5 != major or head & 31 > 27:
            kind = "byte" if major == 2 else "text"
            fault = f"expected a definite-length {kind} string as chunk, got initial byte"
            raise Fault(f"{fault} 0x{head:02x}", reader.position)
        chunks.append(read_chunk(reader, head))
    return b"".join(chunks) if major == 2 else "".join(chunks)


def _array(reader: Reader, initial: int) -> list[Any]:
    reader.enter(reader.position)
    count = reader.count(initial, ARRAY, 1)
    octets, end, readers = reader.octets, reader.end, reader.items
    items: list[Any] = []
    append = items.append
    position = reader.position
    try:
        for _ in range(count):
            initial = octets[position] if position < end else reader.nothing(position)
            if initial < 24:
                append(initial)
                position += 1
            elif initial == 24 and position + 1 < end:
                append(octets[position + 1])
                position += 2
            else:
                reader.position = position
                append(readers[initial](reader, initial))
                position = reader.position
    except Fault as fault:
        fault.steps.append(len(items))
        raise
    reader.position = position
    reader.depth -= 1
    return items


def _open_array(reader: Reader, initial: int) -> list[Any]:
    reader.enter(reader.position)
    reader.position += 1
    items: list[Any] = []
    try:
        while not reader.at_break():
            items.append(reader.value())
    except Fault as fault:
        fault.steps.append(len(items))
        raise
    reader.depth -= 1
    return items


def _map(reader: Reader, initial: int) -> dict[Any, Any]:
    reader.enter(reader.position)
    pairs: dict[Any, Any] = {}
    hashes: dict[int, int] = {}
    for _ in reader.entries(initial, _MAP, 2):
        _pair(reader, pairs, hashes)
    reader.depth -= 1
    return pairs


def _pair(reader: Reader, pairs: dict[Any, Any], hashes: dict[int, int]) -> None:
    offset = reader.position
    if 0x60 <= reader.initial() <= 0x7B:
        key = reader.value()
    else:
        key = reader.hashable(_KEY)
        count_hash(key, hashes, "keys of a map", offset)
    if key in pairs:
        raise Fault(f"the key {key!r} of a map appears twice", offset)
    try:
        pairs[key] = reader.value()
    except Fault as fault:
        fault.steps.append(key)
        raise


def _refuse(fault: str) -> Callable[[Reader, int], Any]:
    def refuse(reader: Reader, initial: int) -> Any:
        raise Fault(fault.format(initial=initial, simple=initial & 31), reader.position)

    return refuse


def _long_simple(reader: Reader, initial: int) -> Any:
    offset = reader.position
    number = reader.argument(initial)
    if number < 32:
        fault = f"simple value {number} written in two bytes is not well-formed"
        raise Fault(fault, offset)
    raise Fault(f"simple value {number} is not supported", offset)


def _constant(value: bool | None) -> Callable[[Reader, int], bool | None]:
    def constant(reader: Reader, initial: int) -> bool | None:
        reader.position += 1
        return value

    return constant


def _float(size: int, unpack: Callable[[memoryview], tuple[Any, ...]]) -> Callable[..., float]:
    def read_float(reader: Reader, initial: int) -> float:
        number: float = unpack(reader.piece(reader.position, reader.position + 1, size))[0]
        return number

    return read_float


def _tag(reader: Reader, initial: int) -> Any:
    offset = reader.position
    number = reader.argument(initial)
    read_tagged = reader.tags.get(number)
    if read_tagged is None:
        raise Fault(f"tag {number} is not supported", offset)
    reader.enter(offset)
    value = read_tagged(reader, number, offset)
    reader.depth -= 1
    return value


_Read = Callable[[Reader, int], Any]


def _table() -> tuple[_Read, ...]:
    """Return the reading functions by initial byte (RFC 8949 appendix B)."""
    table: list[_Read] = [_refuse("initial byte 0x{initial:02x} is reserved")] * 256
    majors: tuple[_Read, ...] = (Reader.argument, _negative, _bytes, _text, _array, _map, _tag)
    for major, reads in enumerate(majors):
        table[major * 32 : major * 32 + 28] = [reads] * 28
    table[0:24] = [_small] * 24
    table[0x60:0x78] = [_short_text] * 24
    table[0x5F], table[0x7F] = _chunked, _chunked
    table[0x9F], table[0xBF] = _open_array, _map
    table[0xE0:0xF4] = [_refuse("simple value {simple} is not supported")] * 20
    table[0xF4], table[0xF5], table[0xF6] = _constant(False), _constant(True), _constant(None)
    table[0xF7] = _refuse("the value undefined is not supported")
    table[0xF8] = _long_simple
    table[0xF9], table[0xFA], table[0xFB] = _float(2, _half), _float(4, _single), _float(8, _double)
    table[BREAK] = _refuse("a break outside of an indefinite-length item")
    return tuple(table)


_ITEMS: Final = _table()
