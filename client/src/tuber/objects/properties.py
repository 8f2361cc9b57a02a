"""Reading and setting properties at the server: of one object, or of the items of a container.

Everything that can be known to fail is refused here before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tuber.objects.items import ListItems, MapItems, listed_keys
from tuber.protocol import ABSENT, Description, Item, Path, path_of_item
from tuber.session.session import Conversation, Session

GET = "tuber_get"
SET = "tuber_set"


def read(session: Session, path: Path, name: str) -> Conversation[Any]:
    """Read a property of an object at this moment."""
    return session.read_property(path, name)


def read_items(
    session: Session,
    path: Path,
    container: Description,
    items: ListItems | MapItems,
    name: str,
    keys: Iterable[Item] | None,
) -> Conversation[list[Any]]:
    """Read the property of several items; of all, when no keys are given."""
    if GET in container.methods:
        chosen = {} if keys is None else {"keys": listed_keys(keys)}
        return session.call(path, GET, (name,), chosen)
    wanted = items.every_key() if keys is None else listed_keys(keys)
    return session.read_properties([path_of_item(path, key) for key in wanted], name)


def write(
    session: Session, path: Path, description: Description, name: str, value: Any, where: str
) -> Conversation[Any]:
    """Set a live property; returns the value read back.

    Args:
        where: the object, for messages.

    Raises:
        AttributeError: it can't be set.
    """
    refuse_unsettable(description, name, where)
    if SET not in description.methods:
        raise AttributeError(_no_live_properties(name, where))
    return session.call(path, SET, (name, value), {})


def write_items(
    session: Session,
    path: Path,
    container: Description,
    items: ListItems | MapItems,
    name: str,
    value: Any,
    keys: Iterable[Item] | None,
    values: Sequence[Any] | None,
    where: str,
) -> Conversation[list[Any]]:
    """Set a live property of several items: one value for all, or one for each.

    Raises:
        AttributeError: it can't be set.
        TypeError: both a value and values are given, or none of them.
    """
    if (value is ABSENT) == (values is None):
        raise TypeError("expected either one value for all items, or values= with one for each")
    chosen = None if keys is None else listed_keys(keys)
    for key in items.every_key() if chosen is None else chosen:
        refuse_unsettable(items.description_of(key), name, f"{where}[{key!r}]")  # type: ignore[arg-type]
    if SET not in container.methods:
        raise AttributeError(_no_live_properties(name, where))
    named: dict[str, Any] = {} if values is None else {"values": list(values)}
    if chosen is not None:
        named["keys"] = chosen
    return session.call(path, SET, (name,) if value is ABSENT else (name, value), named)


def refuse_unsettable(description: Description, name: str, where: str) -> None:
    """Raise AttributeError when the object has no live property of that name."""
    if name in description.dynamic or name in description.failed:
        return
    if name in description.properties:
        raise AttributeError(_static(name, where))
    raise AttributeError(f"{where} has no property {name!r} that could be set")


def _static(name: str, where: str) -> str:
    return (
        f"property {name!r} of {where} can't be set: it is a copy from when the object was "
        f"resolved. tuber_get({name!r}) reads it now, tuber_resolve(force=True) renews all copies; "
        "at the server, __tuber_dynamic__ makes it live and settable"
    )


def _no_live_properties(name: str, where: str) -> str:
    return (
        f"property {name!r} of {where} can't be set: its server offers no {SET}, because it has "
        "no live properties or is older than they are"
    )
