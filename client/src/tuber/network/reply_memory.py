"""Memory for the body of a reply that is being received, whose arrays are views of it."""

from __future__ import annotations

import sys
from typing import Final

from tuber.protocol import CBOR

# Below this, the clearing of a bytearray costs less than asking NumPy.
_LARGE: Final = 64 * 1024


def memory_for(length: int, media_type: str) -> bytearray | memoryview:
    """Writable memory of ``length`` bytes, which it may hold any of until they are written.

    NumPy does not clear what it gives, and has the kernel map large blocks in large pages (on
    Linux): asked where it is there already, and only for what may hold arrays.
    """
    if length >= _LARGE and media_type == CBOR:
        empty = getattr(sys.modules.get("numpy"), "empty", None)  # another thread may be importing
        if empty is not None:
            return memoryview(empty(length, "u1"))
    return bytearray(length)
