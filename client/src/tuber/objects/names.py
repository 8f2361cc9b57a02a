"""Checks of attribute names: names that are never remote, hidden names and misspelt names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from tuber.session.session import Session, warn_the_caller

# Names that other libraries look up in every object (SQLAlchemy's instrumentation, the display
# hooks of IPython and Jupyter), and tuber's own names.
_LOCAL_PREFIXES: Final = ("__", "_sa", "_ipython", "_repr_", "_tuber")

# Methods that every server lists (PROTOCOL.md section 3); the local ones do the same.
_EQUIVALENT: Final = frozenset({"tuber_call", "tuber_get", "tuber_set"})


def is_local(name: str) -> bool:
    """Return whether an attribute of this name is never remote."""
    return name.startswith(_LOCAL_PREFIXES)


def no_attribute_text(where: str, names: Collection[str], name: str) -> str:
    """Return the message for a name that an object does not have.

    Args:
        where: the object, as text.
        names: the names of its attributes.
    """
    message = f"{where} has no attribute {name!r}"
    if close := _close(name, names):
        return f"{message}; did you mean {' or '.join(map(repr, close))}?"
    return f"{message}; dir() lists what it has, tuber_resolve(force=True) asks the server again"


def warn_similar_name(where: str, live: Collection[str], name: str) -> None:
    """Warn if the name of a new local attribute resembles that of a live property."""
    if live and not name.startswith("_") and (close := _close(name, live, cutoff=0.8)):
        text = f"{name!r} was set as a local attribute only: {where} has no such live property; "
        warn_the_caller([f"{text}did you mean {close[0]!r}?"], UserWarning)


def _close(name: str, names: Collection[str], cutoff: float = 0.6) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415  # only for these messages

    return get_close_matches(name, names, cutoff=cutoff)


def warn_shadowed(
    base: type, hidden: Iterable[str], type_name: str | None, session: Session
) -> None:
    """Warn of remote names that local attributes accidentally hide, once per session and class.

    Args:
        base: the class of the local object.
        hidden: the names that the local and the remote object have.
        type_name: the class of the remote object; None if it is not known.
    """
    names = sorted(name for name in hidden if not _is_deliberate(base, name))
    if not names:
        return
    text = (
        f"{type_name or 'an object'} at {session.url} has {', '.join(map(repr, names))}, hidden by "
        f"a local attribute; use tuber_attribute({names[0]!r}) for the remote one"
    )
    if text not in session.state.warned_names:
        session.state.warned_names.add(text)
        warn_the_caller([text], UserWarning)


def _is_deliberate(base: type, name: str) -> bool:
    """Return whether a user's class defines the name. tuber's classes hide names by accident."""
    if name.startswith("_") or name in _EQUIVALENT:
        return True
    for owner in base.__mro__:
        if name in vars(owner):
            return owner.__module__.partition(".")[0] != "tuber"
    return False  # set on this one object, before it was resolved
