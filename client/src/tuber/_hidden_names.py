"""Names of a remote object that can't be reached as attributes, because something local has them.

It tells the user of those that nobody hid on purpose. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tuber._session import Session, warn_the_caller

# What servers list of their own accord (PROTOCOL.md section 3), and what does the same here.
_DOING_THE_SAME: Final = frozenset({"tuber_call", "tuber_get", "tuber_set"})


def tell_hidden(
    remote: object, hidden: Iterable[str], type_name: str | None, session: Session
) -> None:
    """Warn of hidden names that nobody hid on purpose; once a session for each class of objects.

    Args:
        remote: the object here that stands for the remote one.
        hidden: the names that both have.
        type_name: the class of the remote object; None when it is not told.
    """
    names = sorted(name for name in hidden if not _hidden_on_purpose(remote, name))
    if not names:
        return
    text = (
        f"{type_name or 'an object'} at {session.url} has {', '.join(map(repr, names))}, hidden by "
        f"what has this name here; tuber_attribute({names[0]!r}) gives the remote one"
    )
    if text not in session.state.told_hidden:
        session.state.told_hidden.add(text)
        warn_the_caller([text], UserWarning)


def _hidden_on_purpose(remote: object, name: str) -> bool:
    """Whether a class of the user's defines the name; those of this package do so by chance."""
    if name in _DOING_THE_SAME:
        return True
    if name.startswith("_"):  # ours are protected by it, others' are for other libraries
        return True
    for owner in type(remote).__mro__:
        if name in vars(owner):
            return owner.__module__.partition(".")[0] != "tuber"
    return False  # set on this one object, before it was resolved
