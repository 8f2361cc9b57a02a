"""The limit of keys with equal hashes, which bounds the time that a body may take."""

from __future__ import annotations

from typing import Any, Final

from tuber.codec.fault import Fault
from tuber.protocol import MAX_EQUAL_HASHES

# Python randomizes the hashes of strings and bytes, and only a few hundred numbers of 64 bits can
# have the same hash.
_SAFE_KEYS: Final = frozenset({str, bytes, int, float, bool, type(None)})


def count_hash(key: Any, hashes: dict[int, int], what: str, offset: int) -> None:
    """Refuse a key of a map or an element of a set if too many before it have the same hash.

    A dict compares a key with all keys of the same hash, and an attacker can choose tuples, complex
    numbers and UUIDs that collide.
    """
    if type(key) not in _SAFE_KEYS:
        number = hash(key)
        count = hashes[number] = hashes.get(number, 0) + 1
        if count > MAX_EQUAL_HASHES:
            raise Fault(f"more than {MAX_EQUAL_HASHES} {what} have the same hash", offset)
