"""What a client knows of the run of a server: its run id, and who learned something from it.

Values and decisions; it sends nothing. ``_session`` asks for descriptions again when this says so.
"""

from __future__ import annotations

import os
import weakref
from _thread import allocate_lock
from collections.abc import Iterator
from typing import Final, Protocol

from tuber.errors import TuberRemoteError
from tuber.protocol import CBOR, MAX_BATCH_CALLS, Description, Path

# A description that can't be read again costs calls that work up to REFRESH_SECONDS each: after
# so many it is left to tuber_resolve(force=True), as the warning says.
MAX_ATTEMPTS: Final = 3

# Another one than that of any reply (PROTOCOL.md section 2), so the next reply tells of a restart.
_NO_RUN: Final = ""


class Root(Protocol):
    """A remote object that was resolved by itself, and brought those inside it along."""

    _tuber_path: Path

    def _tuber_adopt(self, description: Description) -> None: ...
    def _tuber_removed(self, error: TuberRemoteError) -> None: ...


class Roots:
    """A set of remote objects that does not keep them.

    By identity, and so no WeakSet: containers, and the classes that users join with ours, may be
    equal to others or have no hash. Thread-safe, as a dict's single operations are.
    """

    def __init__(self) -> None:
        self._roots: weakref.WeakValueDictionary[int, Root] = weakref.WeakValueDictionary()

    def add(self, root: Root) -> None:
        """Put it in; again does nothing."""
        self._roots[id(root)] = root

    def discard(self, root: Root) -> None:
        """Take it out, if it is in."""
        self._roots.pop(id(root), None)

    def clear(self) -> None:
        """Take all out."""
        self._roots.clear()

    def __iter__(self) -> Iterator[Root]:
        alive = [reference() for reference in self._roots.valuerefs()]
        return iter([root for root in alive if root is not None])

    def __len__(self) -> int:
        return len(self._roots)


class ServerState:
    """One per link, shared by the forms of it with other options.

    Args:
        run_id: under which the roots' descriptions were read; None when not known.

    Attributes:
        run_id: of the server's run that was heard of last; None from servers that tell none.
        roots: the remote objects that resolved themselves over this link.
        stale: those of them whose description is from an earlier run.
        behind: whether there are any, for every reply to look at.
        unsaid: texts of restart warnings that wait for a caller's line to be shown at.
        told_hidden: what the user was already told of remote names that are hidden here.
    """

    def __init__(self, run_id: str | None = None) -> None:
        self.run_id = run_id
        self.roots = Roots()
        self.stale = Roots()
        self.behind = False
        self.unsaid: list[str] = []
        self.told_hidden: set[str] = set()
        self._answered_cbor: bool | None = None
        self._former: set[str] = set()
        self._several = False
        self._refreshing = False
        self._attempts = 0
        self._lock = allocate_lock()
        _states.add(self)

    def __reduce__(self) -> tuple[type[ServerState], tuple[str | None]]:
        """Pickle: the roots stay where they are, and so does what was said to this user."""
        return type(self), (self.described_under,)

    @property
    def described_under(self) -> str | None:
        """The run id that holds for every description: of those that are stale, no server's."""
        return _NO_RUN if self.behind else self.run_id

    @property
    def reads_cbor(self) -> bool | None:
        """Whether the server reads CBOR; None when nothing was heard of it yet.

        One that tells its run id does (PROTOCOL.md section 2), and so does one that writes it.
        """
        return True if self.run_id is not None else self._answered_cbor

    def answered(self, media_type: str) -> None:
        """Take note of the media type of a reply; one in CBOR holds for all times."""
        if not self._answered_cbor:
            self._answered_cbor = media_type == CBOR

    def note(self, run_id: str | None, sent_under: str | None, url: str) -> bool:
        """Take note of a reply's run id; whether it is the first to tell of a restart.

        Args:
            sent_under: the ``run_id`` that was known when its request was sent. With that one it
                may be the late reply of a server that ended since.
        """
        with self._lock:
            if run_id is None or run_id == self.run_id:
                return False
            if run_id in self._former:
                # A server draws its id anew each time. So this is another one at the same address,
                # and following each change would ask both for everything at every call.
                if run_id != sent_under and not self._several:
                    self._several = True
                    self.unsaid.append(_several_servers(url))
                return False
            first = self.run_id is None
            if self.run_id is not None:
                self._former.add(self.run_id)
                self._attempts = 0
                for root in self.roots:
                    self.stale.add(root)
                    self.behind = True
            self.run_id = run_id
            return not first

    def described(self, root: Root, run_id: str | None) -> None:
        """Take note that a root has a description from the run of that id."""
        with self._lock:
            self.roots.add(root)
            if run_id == self.run_id or run_id is None or self._several:
                self.stale.discard(root)
            else:  # the server was restarted between the reply and now, as another reply told
                self.stale.add(root)
            self.behind = len(self.stale) > 0

    def begin_refresh(self, but: Root | None) -> list[Root]:
        """The stale roots, to be described again by the caller alone; followed by ``end_refresh``.

        Args:
            but: not this one, whose description is being read anyway.

        Returns: none when there are none, or when another conversation is at it.
        """
        with self._lock:
            self.behind = len(self.stale) > 0
            stale = [root for root in self.stale if root is not but]
            if not stale or self._refreshing:
                return []
            self._refreshing = True
            return stale[:MAX_BATCH_CALLS]

    def end_refresh(self) -> None:
        """Others may do it from now on."""
        with self._lock:
            self._refreshing = False

    def give_up(self) -> bool:
        """A refresh failed: whether it was the last attempt, so that the roots stay as they are."""
        with self._lock:
            self._attempts += 1
            last = self._attempts >= MAX_ATTEMPTS
            if last:
                self.stale.clear()
                self.behind = False
            return last

    def take_unsaid(self) -> list[str]:
        """The texts to be shown now."""
        with self._lock:
            texts, self.unsaid = self.unsaid, []
            return texts


_states: weakref.WeakSet[ServerState] = weakref.WeakSet()


def _begin_anew() -> None:
    """In the child of a fork: no other thread is here to end what it had begun."""
    for state in list(_states):
        state._lock = allocate_lock()
        state._refreshing = False


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_begin_anew)


def _several_servers(url: str) -> str:
    return (
        f"several servers answer at {url}: the run id of an earlier reply came back. Static "
        "properties may be those of another one than the next call reaches; give each server an "
        "address of its own"
    )
