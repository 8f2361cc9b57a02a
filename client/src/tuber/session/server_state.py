"""The client's knowledge of a server: its run id, and the run id of each object's description.

This module sends nothing. ``restart`` requests the descriptions again.
"""

from __future__ import annotations

import os
import weakref
from _thread import allocate_lock
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from tuber.errors import TuberRemoteError
from tuber.protocol import CBOR, MAX_BATCH_CALLS, Description, Path

# Each failed refresh may delay a working call by REFRESH_SECONDS. After this many failures, only
# tuber_resolve(force=True) refreshes, as the warning says.
MAX_ATTEMPTS: Final = 3

# No reply has this id (PROTOCOL.md section 2), so the next one will count as a restart.
_NO_RUN: Final = ""


class Root(Protocol):
    """A remote object that was resolved directly, not as part of another one."""

    _tuber_path: Path

    def _tuber_adopt(self, description: Description) -> None: ...
    def _tuber_removed(self, error: TuberRemoteError) -> None: ...


class Roots:
    """A weak set of remote objects, by identity. Thread-safe, like the operations of a dict.

    It is no WeakSet, because containers and users' subclasses may define equality or have no hash.
    """

    def __init__(self) -> None:
        self._roots: weakref.WeakValueDictionary[int, Root] = weakref.WeakValueDictionary()

    def add(self, root: Root) -> None:
        """Add a root."""
        self._roots[id(root)] = root

    def discard(self, root: Root) -> None:
        """Remove a root if it is in the set."""
        self._roots.pop(id(root), None)

    def __contains__(self, root: object) -> bool:
        return id(root) in self._roots

    def clear(self) -> None:
        """Remove all roots."""
        self._roots.clear()

    def __iter__(self) -> Iterator[Root]:
        alive = [reference() for reference in self._roots.valuerefs()]
        return iter([root for root in alive if root is not None])

    def __len__(self) -> int:
        return len(self._roots)


class ServerState:
    """The state of one server, shared by a link and its variants with other options.

    Args:
        url: the URL of the server, for messages.
        run_id: the run id of the roots' descriptions; None if unknown.

    Attributes:
        run_id: the latest run id of the server; None if the server has no run ids.
        roots: the remote objects that were resolved over this link.
        stale: the roots whose descriptions are from an earlier run.
        any_stale: whether any root is stale; checked with every reply.
        pending_warnings: texts of restart warnings, to be shown at a line of the caller.
        warned_names: the warnings about hidden remote names that were shown.
    """

    def __init__(self, url: str, run_id: str | None = None) -> None:
        self.url = url
        self.run_id = run_id
        self.roots = Roots()
        self.stale = Roots()
        self.any_stale = False
        self.pending_warnings: list[str] = []
        self.warned_names: set[str] = set()
        self._answered_cbor: bool | None = None
        self._former: set[str] = set()
        self._several = False
        self._refreshing = False
        self._attempts = 0
        self._lock = allocate_lock()
        _states.add(self)

    def __reduce__(self) -> tuple[type[ServerState], tuple[str, str | None]]:
        """Pickle without the roots and the warnings, which belong to this process."""
        return type(self), (self.url, self.described_under)

    @property
    def described_under(self) -> str | None:
        """The run id of all descriptions, or an invalid one if some are stale."""
        return _NO_RUN if self.any_stale else self.run_id

    @property
    def reads_cbor(self) -> bool | None:
        """Whether the server reads CBOR; None before its first reply.

        Servers that send a run id (PROTOCOL.md section 2) or reply in CBOR read it.
        """
        return True if self.run_id is not None else self._answered_cbor

    def answered(self, media_type: str) -> None:
        """Record the media type of a reply. A reply in CBOR shows that the server reads CBOR."""
        if not self._answered_cbor:
            self._answered_cbor = media_type == CBOR

    def note(self, run_id: str | None, sent_under: str | None) -> bool:
        """Record the run id of a reply; return whether it is the first one after a restart.

        Args:
            sent_under: the ``run_id`` when the request was sent. A reply with that id may be a
                late reply from an earlier run.
        """
        with self._lock:
            if run_id is None or run_id == self.run_id:
                return False
            if run_id in self._former:
                # Run ids are never reused, so two servers share the address. A refresh at each
                # change would request all descriptions at every call.
                if run_id != sent_under and not self._several:
                    self._several = True
                    self.pending_warnings.append(
                        f"several servers answer at {self.url}: a reply had the run id of an "
                        "earlier one. Static properties may belong to another server than the next "
                        "call reaches. Give each server an address of its own"
                    )
                return False
            first = self.run_id is None
            if self.run_id is not None:
                self._former.add(self.run_id)
                self._attempts = 0
                for root in self.roots:
                    self.stale.add(root)
                    self.any_stale = True
            self.run_id = run_id
            return not first

    def described(self, root: Root, run_id: str | None) -> None:
        """Record that a root has a description from the run of that id."""
        with self._lock:
            self.roots.add(root)
            if run_id == self.run_id or run_id is None or self._several:
                self.stale.discard(root)
            else:  # another reply has shown a later restart
                self.stale.add(root)
            self.any_stale = len(self.stale) > 0

    def inherit(self, root: Root, inside: Iterable[Root]) -> None:
        """Make roots of the objects inside of one that is being deleted.

        Takes no lock: an object may be deleted while its thread holds it.
        """
        if root not in self.roots:
            return
        stale = root in self.stale
        for each in inside:
            self.roots.add(each)
            if stale:
                self.stale.add(each)
                self.any_stale = True

    def begin_refresh(self, resolving: Root | None) -> list[Root]:
        """Return the stale roots for the caller to refresh, until ``end_refresh``.

        Args:
            resolving: a root to omit, because its description is already being read.

        Returns: an empty list if no root is stale or another conversation is refreshing them.
        """
        with self._lock:
            self.any_stale = len(self.stale) > 0
            stale = [root for root in self.stale if root is not resolving]
            if not stale or self._refreshing:
                return []
            self._refreshing = True
            return stale[:MAX_BATCH_CALLS]

    def end_refresh(self) -> None:
        """Allow other conversations to refresh again."""
        with self._lock:
            self._refreshing = False

    def count_failed_refresh(self) -> bool:
        """Count a failed refresh; return whether it was the last attempt."""
        with self._lock:
            self._attempts += 1
            last = self._attempts >= MAX_ATTEMPTS
            if last:
                self.stale.clear()
                self.any_stale = False
            return last

    def take_warnings(self) -> list[str]:
        """Return the pending warnings, which the caller will show."""
        with self._lock:
            texts, self.pending_warnings = self.pending_warnings, []
            return texts


_states: weakref.WeakSet[ServerState] = weakref.WeakSet()


def _reset_in_child() -> None:
    """Release locks in a forked child, where the threads that held them do not exist."""
    for state in list(_states):
        state._lock = allocate_lock()
        state._refreshing = False


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_reset_in_child)
