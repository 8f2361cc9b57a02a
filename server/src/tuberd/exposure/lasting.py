"""Which classes last: a cache must not keep those that a served object makes in each call."""

from __future__ import annotations

from functools import partial
from weakref import ref

__all__ = ["LastingClasses"]


class LastingClasses:
    """Finds classes that were seen before and still exist. Thread-safe, as a dict's operations are.

    It refers to classes weakly, and by identity: not every class can be hashed.
    """

    def __init__(self) -> None:
        self._seen: dict[int, ref[type]] = {}

    def lasts(self, cls: type) -> bool:
        """Return whether an earlier call of this saw the class."""
        if id(cls) in self._seen:
            return True
        self._seen[id(cls)] = ref(cls, partial(self._seen.pop, id(cls)))
        return False
