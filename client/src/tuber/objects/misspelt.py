"""What was probably meant by a name that a remote object does not have."""

from __future__ import annotations

from collections.abc import Collection

from tuber.session.session import warn_the_caller


def unknown_text(where: str, names: Collection[str], name: str) -> str:
    """What to say of a name that was asked for.

    Args:
        where: the object, as it is shown.
        names: what it has.
        name: what it does not have.
    """
    message = f"{where} has no attribute {name!r}"
    if close := _close(name, names):
        return f"{message}; did you mean {' or '.join(map(repr, close))}?"
    return f"{message}; dir() lists what it has, tuber_resolve(force=True) asks the server again"


def tell_misspelt(where: str, live: Collection[str], name: str) -> None:
    """Warn of a new local attribute named nearly as a live property, which is not set by it.

    Args:
        where: the object, as it is shown.
        live: its live properties.
        name: of the attribute.
    """
    if live and not name.startswith("_") and (close := _close(name, live, cutoff=0.8)):
        text = f"{name!r} was set on this side only: {where} has no such live property; "
        warn_the_caller([f"{text}did you mean {close[0]!r}?"], UserWarning)


def _close(name: str, names: Collection[str], cutoff: float = 0.6) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415  # only for these messages

    return get_close_matches(name, names, cutoff=cutoff)
