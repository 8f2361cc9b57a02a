"""Names of a remote object that can't be reached as attributes, because something local has them.

It tells the user of those that nobody hid on purpose. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tuber.session.session import Session, warn_the_caller

# Names that other libraries look for in every object they meet (SQLAlchemy's instrumentation,
# IPython's and Jupyter's display hooks), and our own. No server is asked about them.
_FOREIGN_PREFIXES: Final = ("__", "_sa", "_ipython", "_repr_", "_tuber")

# What servers list of their own accord (PROTOCOL.md section 3), and what does the same here.
_DOING_THE_SAME: Final = frozenset({"tuber_call", "tuber_get", "tuber_set"})


def is_foreign(name: str) -> bool:
    """Whether an attribute of this name is never looked for at a server."""
    return name.startswith(_FOREIGN_PREFIXES)


def tell_hidden(base: type, hidden: Iterable[str], type_name: str | None, session: Session) -> None:
    """Warn of hidden names that nobody hid on purpose; once a session for each class of objects.

    Args:
        base: the class of the object here that stands for the remote one.
        hidden: the names that both have.
        type_name: the class of the remote object; None when it is not told.
    """
    names = sorted(name for name in hidden if not _hidden_on_purpose(base, name))
    if not names:
        return
    text = (
        f"{type_name or 'an object'} at {session.url} has {', '.join(map(repr, names))}, hidden by "
        f"what has this name here; tuber_attribute({names[0]!r}) gives the remote one"
    )
    if text not in session.state.told_hidden:
        session.state.told_hidden.add(text)
        warn_the_caller([text], UserWarning)


def _hidden_on_purpose(base: type, name: str) -> bool:
    """Whether a class of the user's defines the name; those of this package do so by chance."""
    if name.startswith("_") or name in _DOING_THE_SAME:  # ours are protected, others' are foreign
        return True
    for owner in base.__mro__:
        if name in vars(owner):
            return owner.__module__.partition(".")[0] != "tuber"
    return False  # set on this one object, before it was resolved
