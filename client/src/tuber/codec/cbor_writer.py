"""Encode values as CBOR items in preferred serialization (RFC 8949 section 4.1).

This module encodes Python's containers and scalars. ``cbor_values`` converts other types to these
or to a block of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tuber.codec.cbor_arrays import Block
from tuber.codec.cbor_numbers import bignum, float_item, head, integer_item
from tuber.codec.cbor_values import hashable, simplify
from tuber.codec.fault import Fault, raised_text
from tuber.protocol import MAX_NESTING

# Arrays of at least this size become separate pieces. Smaller ones are cheaper to copy.
_PIECE_BYTES: Final = 4096

_TOO_DEEP: Final = f"nested more than {MAX_NESTING} levels deep, or it contains itself"


def write(value: Any) -> list[bytes | memoryview]:
    """Return the encoded item of a value, in pieces.

    Raises:
        Fault: the value or a part of it cannot be encoded.
    """
    writer = _Writer()
    try:
        writer.value(value)
    except RecursionError:
        raise Fault(_TOO_DEEP) from None
    writer.flush()
    return writer.pieces


class _Writer:
    """Collects the pieces of an encoded value.

    Attributes:
        pieces: the finished pieces.
        out: the bytes after them.
        before: the number of bytes in ``pieces``.
        depth: the number of arrays, maps and tags that are open.
    """

    __slots__ = ("before", "depth", "out", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.out = bytearray()
        self.before = 0
        self.depth = 0

    def value(self, value: Any) -> None:
        """Write one value of any type."""
        write_kind = _WRITERS.get(type(value))
        try:
            if write_kind is None:
                self.other(value)
            else:
                write_kind(self, value)
        except (Fault, MemoryError, RecursionError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise Fault(raised_text(error)) from error

    def other(self, value: Any) -> None:
        """Write a value whose class has no direct CBOR form."""
        simpler = simplify(value)
        if isinstance(simpler, Block):
            self.block(simpler)
        else:
            self.value(simpler)

    def block(self, block: Block) -> None:
        """Write an array of numbers."""
        self.enter()
        self.out += block.head(self.before + len(self.out))
        if len(block.memory) < _PIECE_BYTES:
            self.out += block.memory
        else:
            self.flush()
            self.pieces.append(block.memory)
            self.before += len(block.memory)
        self.depth -= 1

    def flush(self) -> None:
        """Finish a piece with the bytes written so far."""
        if self.out:
            self.pieces.append(bytes(self.out))
            self.before += len(self.out)
            self.out = bytearray()

    def enter(self) -> None:
        """Open an array, map or tag; the caller decrements ``depth`` when it ends."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Fault(_TOO_DEEP)

    def tagged(self, item: bytes) -> None:
        """Write a tag with its content, which is one level deeper."""
        self.enter()
        self.out += item
        self.depth -= 1

    def items(self, items: list[Any]) -> None:
        """Write an array."""
        self.enter()
        self.out += head(4, len(items))
        if not self._integers(items):
            for index, item in enumerate(items):
                try:
                    self.value(item)
                except Fault as fault:
                    fault.steps.append(index)
                    raise
        self.depth -= 1

    def _integers(self, items: list[Any]) -> bool:
        """Write the items quickly if all are integers of up to 64 bits; return whether they are."""
        if set(map(type, items)) != _ONLY_INTEGERS:
            return False
        try:
            self.out += b"".join(map(integer_item, items))
        except OverflowError:
            return False
        return True

    def keys(self, keys: Iterable[Any], role: str, kind: str) -> list[Any]:
        """Convert keys or elements to forms that CBOR supports; raise Fault if that fails."""
        plain: list[Any] = []
        converted = False
        for key in keys:
            if type(key) is str or type(key) is bytes:
                plain.append(key)
                continue
            made = hashable(key, role)
            converted = converted or type(made) is not type(key) or type(key) is tuple
            plain.append(made)
        if converted and len(set(plain)) != len(plain):
            same = next(each for n, each in enumerate(plain) if each in plain[:n])
            raise Fault(f"two {kind.replace(' of a ', ' of the ')} become the same {same!r}")
        return plain


_ONLY_INTEGERS: Final = {int}


def _integer(writer: _Writer, value: int) -> None:
    if -(2**64) <= value < 2**64:
        writer.out += integer_item(value)
    else:
        writer.tagged(bignum(value))


def _constant(writer: _Writer, value: bool | None) -> None:
    writer.out += b"\xf6" if value is None else b"\xf5" if value else b"\xf4"


def _float(writer: _Writer, value: float) -> None:
    writer.out += float_item(value)


def _text(writer: _Writer, value: str) -> None:
    try:
        octets = value.encode()
    except UnicodeEncodeError:
        raise Fault("the string holds a lone surrogate, which has no UTF-8 form") from None
    writer.out += head(3, len(octets))
    writer.out += octets


def _bytes(writer: _Writer, value: bytes | bytearray) -> None:
    writer.out += head(2, len(value))
    writer.out += value


def _array(writer: _Writer, value: list[Any] | tuple[Any, ...]) -> None:
    writer.items(list(value))  # a copy: another thread may change the list


def _map(writer: _Writer, value: dict[Any, Any]) -> None:
    pairs = list(value.items())
    writer.enter()
    writer.out += head(5, len(pairs))
    plain = writer.keys([key for key, _ in pairs], "a key of a map", "keys of a map")
    for key, (_, item) in zip(plain, pairs, strict=True):
        writer.value(key)
        try:
            writer.value(item)
        except Fault as fault:
            fault.steps.append(key)
            raise
    writer.depth -= 1


def _set(writer: _Writer, value: set[Any] | frozenset[Any]) -> None:
    writer.enter()
    writer.out += b"\xd9\x01\x02"  # tag 258
    elements = writer.keys(list(value), "an element of a set", "elements of a set")
    writer.items(elements)
    writer.depth -= 1


def _complex(writer: _Writer, value: complex) -> None:
    writer.tagged(b"\xd9\xa7\xf8\x82" + float_item(value.real) + float_item(value.imag))


def _moment(writer: _Writer, value: datetime) -> None:
    offset = value.utcoffset()
    if offset is None:
        raise Fault("a datetime without a time zone is not supported; add one with .astimezone()")
    if offset % timedelta(minutes=1):
        raise Fault(
            "a UTC offset with seconds is not supported; "
            "convert with .astimezone(datetime.timezone.utc)"
        )
    text = value.isoformat().encode()
    writer.tagged(b"\xc0" + head(3, len(text)) + text)


def _day(writer: _Writer, value: date) -> None:
    writer.tagged(b"\xd9\x03\xec\x6a" + value.isoformat().encode())  # tag 1004, RFC 8943


def _uuid(writer: _Writer, value: UUID) -> None:
    writer.tagged(b"\xd8\x25\x50" + value.bytes)  # tag 37


_WRITERS: Final[dict[type[Any], Callable[[_Writer, Any], None]]] = {
    bool: _constant,
    bytearray: _bytes,
    bytes: _bytes,
    complex: _complex,
    date: _day,
    datetime: _moment,
    dict: _map,
    float: _float,
    frozenset: _set,
    int: _integer,
    list: _array,
    set: _set,
    str: _text,
    tuple: _array,
    type(None): _constant,
    UUID: _uuid,
}
