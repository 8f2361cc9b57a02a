"""Reading CBOR items (RFC 8949 section 3) from a buffer: heads, strings, arrays, maps.

What tags mean is in cbor_tags. The reader must never take memory that a length only promises, never
read past the end, and raise nothing but Fault, whatever the bytes are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

from tuber.codec.fault import Fault
from tuber.protocol import MAX_FORESEEABLE_KEYS, MAX_NESTING

__all__ = ["KEY", "Reader", "Tags", "read"]

Tags = Mapping[int, Callable[["Reader", int, int], Any]]

_BREAK: Final = 0xFF
_SELF_DESCRIBED: Final = b"\xd9\xd9\xf7"  # tag 55799, RFC 8949 section 3.4.6

KEY: Final = "a key of a map"

# What a key of a map or an element of a set may be. Not bool, int ...: their subclasses do not come.
_HASHABLE: Final = frozenset(
    {"str", "bytes", "bool", "NoneType", "int", "float", "complex", "datetime", "date", "UUID"}
)
_ODD_KEYS: Final = {
    "set": "a set",
    "ndarray": "an array of numbers",
    "NDArray": "an array of numbers",
}


def read(body: bytes | bytearray | memoryview, tags: Tags) -> Any:
    """The value of a body that holds exactly one item.

    Args:
        body: the item.
        tags: what reads the content of each tag that is known.

    Raises:
        Fault: it does not.
    """
    reader = Reader(body, tags)
    if reader.end == 0:
        raise Fault("the input is empty", 0)
    if reader.view[:3] == _SELF_DESCRIBED:
        reader.position = 3
        reader.depth = 1
    try:
        value = reader.value()
    except RecursionError:
        # The caller's own stack was nearly used up: MAX_NESTING levels fit into an empty one.
        fault = f"nested too deeply for what is left of Python's stack, below {MAX_NESTING} levels"
        raise Fault(fault, reader.position) from None
    if reader.position != reader.end:
        left = reader.end - reader.position
        raise Fault(f"{left} bytes follow the value", reader.position)
    return value


class Reader:
    """A position in a buffer, and the items that begin there.

    Attributes:
        octets: the buffer, for single bytes.
        view: the same, for pieces that are not copied.
        position: the next byte to read.
        end: the length of the buffer.
        depth: the number of arrays, maps and tags that are open.
        tags: what reads the content of a tag; it is given the reader, the tag and the tag's offset.
    """

    __slots__ = ("depth", "end", "octets", "position", "tags", "view")

    def __init__(self, body: bytes | bytearray | memoryview, tags: Tags) -> None:
        self.view = memoryview(body).cast("B")
        self.octets = self.view if isinstance(body, memoryview) else body
        self.position = 0
        self.end = len(self.view)
        self.depth = 0
        self.tags = tags

    def value(self) -> Any:
        """Read one item of any kind."""
        initial = self.initial()
        return _READERS[initial](self, initial)

    def initial(self) -> int:
        """The initial byte of the next item, which is not consumed."""
        if self.position >= self.end:
            raise Fault("expected 1 more bytes, came 0", self.position)
        return self.octets[self.position]

    def argument(self, initial: int) -> int:
        """Consume a head; its additional information is below 28."""
        low = initial & 31
        if low < 24:
            self.position += 1
            return low
        piece = self.piece(self.position, self.position + 1, 1 << (low - 24))
        return int.from_bytes(piece, "big")

    def piece(self, offset: int, start: int, size: int) -> memoryview:
        """Consume ``size`` bytes at ``start``, which belong to the item at ``offset``."""
        stop = start + size
        if stop > self.end:
            raise Fault(f"expected {size} more bytes, came {self.end - start}", offset)
        self.position = stop
        return self.view[start:stop]

    def enter(self, offset: int) -> None:
        """Open one more array, map or tag; whoever closes it counts ``depth`` down."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Fault(f"nested more than {MAX_NESTING} levels deep", offset)

    def count(self, initial: int, kind: str, smallest: int) -> int:
        """Consume the head of an array or a map; ``smallest`` is the least size of one entry."""
        offset = self.position
        count = self.argument(initial)
        left = self.end - self.position
        if count * smallest > left:
            raise Fault(f"{kind.format(count)} can't fit in the {left} bytes left", offset)
        return count

    def at_break(self) -> bool:
        """Whether the break of an indefinite-length item comes next; then it is consumed."""
        if self.initial() != _BREAK:
            return False
        self.position += 1
        return True

    def hashable(self, role: str) -> Any:
        """Read one item that can be a key of a map or an element of a set."""
        offset = self.position
        initial = self.initial()
        major = initial >> 5
        if major == 4 and initial & 31 not in (28, 29, 30):
            return self._tuple(initial, role)
        if major == 5:
            raise Fault(f"a map can't be {role}", offset)
        value = self.value()
        kind = type(value).__name__
        if major == 6 and kind == "int":
            raise Fault(f"an integer over 64 bits can't be {role}", offset)
        if kind not in _HASHABLE:
            raise Fault(f"{_ODD_KEYS[kind]} can't be {role}", offset)
        return value

    def _tuple(self, initial: int, role: str) -> tuple[Any, ...]:
        self.enter(self.position)
        parts: list[Any] = []
        if initial == 0x9F:
            self.position += 1
            while not self.at_break():
                parts.append(self.hashable(role))
        else:
            for _ in range(self.count(initial, _ARRAY, 1)):
                parts.append(self.hashable(role))
        self.depth -= 1
        return tuple(parts)


_ARRAY: Final = "an array of {} items"
_MAP: Final = "a map of {} pairs"

_half: Final = struct.Struct(">e").unpack
_single: Final = struct.Struct(">f").unpack
_double: Final = struct.Struct(">d").unpack


def _small(reader: Reader, initial: int) -> int:
    reader.position += 1
    return initial


def _unsigned(reader: Reader, initial: int) -> int:
    return reader.argument(initial)


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


def _chunks(reader: Reader, initial: int) -> list[Any]:
    """The pieces of an indefinite-length string (RFC 8949 section 3.2.3): each a whole string."""
    major = initial >> 5
    read_chunk = _bytes if major == 2 else _text
    chunks: list[Any] = []
    reader.position += 1
    while not reader.at_break():
        head = reader.initial()
        if head >> 5 != major or head & 31 > 27:
            kind = "byte" if major == 2 else "text"
            fault = f"expected a definite-length {kind} string as chunk, came initial byte"
            raise Fault(f"{fault} 0x{head:02x}", reader.position)
        chunks.append(read_chunk(reader, head))
    return chunks


def _chunked_bytes(reader: Reader, initial: int) -> bytes:
    return b"".join(_chunks(reader, initial))


def _chunked_text(reader: Reader, initial: int) -> str:
    return "".join(_chunks(reader, initial))


def _array(reader: Reader, initial: int) -> list[Any]:
    reader.enter(reader.position)
    count = reader.count(initial, _ARRAY, 1)
    octets, end, readers = reader.octets, reader.end, _READERS
    items: list[Any] = []
    append = items.append
    position = reader.position
    try:
        for _ in range(count):
            if position >= end:
                raise Fault("expected 1 more bytes, came 0", position)
            initial = octets[position]
            if initial < 24:
                append(initial)
                position += 1
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
    foreseeable = 0
    for _ in range(reader.count(initial, _MAP, 2)):
        foreseeable += _pair(reader, pairs, foreseeable)
    reader.depth -= 1
    return pairs


def _open_map(reader: Reader, initial: int) -> dict[Any, Any]:
    reader.enter(reader.position)
    reader.position += 1
    pairs: dict[Any, Any] = {}
    foreseeable = 0
    while not reader.at_break():
        foreseeable += _pair(reader, pairs, foreseeable)
    reader.depth -= 1
    return pairs


def _pair(reader: Reader, pairs: dict[Any, Any], foreseeable: int) -> int:
    """Read a key and its value; 1 when an attacker could foresee the hash of the key.

    Python draws the hashes of strings and bytes at random. Those of numbers and tuples can be made
    to collide, which makes a dict as slow as the square of its size: hence their limit.
    """
    offset = reader.position
    initial = reader.initial()
    known = 0x60 <= initial <= 0x7B
    key = _text(reader, initial) if known else reader.hashable(KEY)
    if not known and not isinstance(key, (str, bytes)):
        if foreseeable == MAX_FORESEEABLE_KEYS:
            raise Fault(f"more than {foreseeable} keys of a map are no strings", offset)
    else:
        known = True
    if key in pairs:
        raise Fault(f"the key {key!r} of a map came twice", offset)
    try:
        pairs[key] = reader.value()
    except Fault as fault:
        fault.steps.append(key)
        raise
    return not known


def _simple(reader: Reader, initial: int) -> Any:
    raise Fault(f"simple value {initial & 31} is not supported", reader.position)


def _undefined(reader: Reader, initial: int) -> Any:
    raise Fault("the value undefined is not supported", reader.position)


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


def _reserved(reader: Reader, initial: int) -> Any:
    raise Fault(f"initial byte 0x{initial:02x} is reserved", reader.position)


def _stray_break(reader: Reader, initial: int) -> Any:
    raise Fault("a break outside of an indefinite-length item", reader.position)


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
    """What reads an item, by its initial byte (RFC 8949 appendix B)."""
    table: list[_Read] = [_reserved] * 256
    majors: tuple[_Read, ...] = (_unsigned, _negative, _bytes, _text, _array, _map, _tag)
    for major, reads in enumerate(majors):
        table[major * 32 : major * 32 + 28] = [reads] * 28
    table[0:24] = [_small] * 24
    table[0x5F], table[0x7F] = _chunked_bytes, _chunked_text
    table[0x9F], table[0xBF] = _open_array, _open_map
    table[0xE0:0xF4] = [_simple] * 20
    table[0xF4], table[0xF5], table[0xF6] = _constant(False), _constant(True), _constant(None)
    table[0xF7], table[0xF8] = _undefined, _long_simple
    table[0xF9], table[0xFA], table[0xFB] = _float(2, _half), _float(4, _single), _float(8, _double)
    table[_BREAK] = _stray_break
    return tuple(table)


_READERS: Final = _table()
