"""Read heads and bytes of CBOR items (RFC 8949 section 3) from a buffer, and check their limits.

The reader never allocates memory for a length that exceeds the buffer, never reads past its end,
and raises only Fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from tuber.codec.fault import Fault
from tuber.protocol import MAX_NESTING

Items = Sequence[Callable[["Reader", int], Any]]
Tags = Mapping[int, Callable[["Reader", int, int], Any]]

BREAK: Final = 0xFF
ARRAY: Final = "an array of {} items"

# The classes of keys of maps and elements of sets.
_HASHABLE: Final = frozenset(
    {"str", "bytes", "bool", "NoneType", "int", "float", "complex", "datetime", "date", "UUID"}
)
_ODD_KEYS: Final = {
    "set": "a set",
    "ndarray": "an array of numbers",
    "NDArray": "an array of numbers",
}


class Reader:
    """A position in a buffer of CBOR items, with methods that read from there.

    Attributes:
        octets: the buffer, for single bytes.
        view: the buffer, for pieces that are not copied.
        position: the next byte to read.
        end: the length of the buffer.
        depth: the number of arrays, maps and tags that are open.
        items: the functions that read items, by initial byte.
        tags: the functions that read the content of tags, given the tag and its offset.
    """

    __slots__ = ("depth", "end", "items", "octets", "position", "tags", "view")

    def __init__(self, body: bytes | bytearray | memoryview, items: Items, tags: Tags) -> None:
        self.view = memoryview(body).cast("B")
        self.octets = self.view if isinstance(body, memoryview) else body
        self.position = 0
        self.end = len(self.view)
        self.depth = 0
        self.items = items
        self.tags = tags

    def value(self) -> Any:
        """Read one item of any kind."""
        initial = self.initial()
        return self.items[initial](self, initial)

    def initial(self) -> int:
        """Return the initial byte of the next item without consuming it."""
        if self.position >= self.end:
            self.nothing(self.position)
        return self.octets[self.position]

    def nothing(self, offset: int) -> NoReturn:
        """Raise the error for input that ends where an item should begin."""
        raise Fault("expected 1 more bytes, got 0", offset)

    def argument(self, initial: int) -> int:
        """Consume a head whose additional information is below 28; return its argument."""
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
            raise Fault(f"expected {size} more bytes, got {self.end - start}", offset)
        self.position = stop
        return self.view[start:stop]

    def enter(self, offset: int) -> None:
        """Open an array, map or tag; the caller decrements ``depth`` when it ends."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise Fault(f"nested more than {MAX_NESTING} levels deep", offset)

    def count(self, initial: int, kind: str, smallest: int) -> int:
        """Consume the head of an array or map whose entries need at least ``smallest`` bytes."""
        offset = self.position
        count = self.argument(initial)
        left = self.end - self.position
        if count * smallest > left:
            raise Fault(f"{kind.format(count)} can't fit in the {left} bytes left", offset)
        return count

    def entries(self, initial: int, kind: str, smallest: int) -> Iterable[object]:
        """Consume the head of an array or map of any length; yield once for each entry."""
        low = initial & 31
        if low < 28:
            return range(self.count(initial, kind, smallest))
        if low < 31:
            self.value()  # raises, because the byte is reserved
        self.position += 1
        return iter(self.at_break, True)

    def at_break(self) -> bool:
        """Return whether a break comes next, and consume it."""
        if self.initial() != BREAK:
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
        parts = tuple([self.hashable(role) for _ in self.entries(initial, ARRAY, 1)])
        self.depth -= 1
        return parts
