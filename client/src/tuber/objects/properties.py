"""Properties at the server: reading them of several items, and setting them.

What is known to fail is refused here before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tuber.objects.containers import ListItems, MapItems, list_of_keys
from tuber.objects.described import DescribedObject
from tuber.protocol import ABSENT, Description, Item, path_of_item
from tuber.session.session import Conversation

_GET: Final = "tuber_get"
_SET: Final = "tuber_set"


def read_items(
    remote: DescribedObject, items: ListItems | MapItems, name: str, keys: Iterable[Item] | None
) -> Conversation[list[Any]]:
    """Read the property of several items of a container; of all when no keys are given."""
    session, path = remote._tuber_link.session, remote._tuber_path
    conversation: Conversation[list[Any]]
    if _GET in remote._tuber_known().methods:
        chosen = {} if keys is None else {"keys": list_of_keys(keys)}
        conversation = session.call(path, _GET, (name,), chosen)
    else:
        wanted = items.all_keys if keys is None else list_of_keys(keys)
        conversation = session.read_properties([path_of_item(path, key) for key in wanted], name)
    return conversation


def write(remote: DescribedObject, name: str, value: Any) -> Conversation[Any]:
    """Set a live property and return the value read back.

    Raises:
        AttributeError: the property can't be set.
    """
    refuse_unsettable(remote._tuber_known(), name, repr(remote))
    return _call_set(remote, name, (name, value), {})


def write_items(
    remote: DescribedObject,
    items: ListItems | MapItems,
    name: str,
    value: Any,
    keys: Iterable[Item] | None,
    values: Iterable[Any] | None,
) -> Conversation[Any]:
    """Set a live property of several items: one value for all, or one for each.

    Raises:
        AttributeError: the property can't be set.
        TypeError: both a value and values are given, or none of them.
    """
    if (value is ABSENT) == (values is None):
        raise TypeError("expected either one value for all items, or values= with one for each")
    chosen = None if keys is None else list_of_keys(keys)
    for key in items.all_keys if chosen is None else chosen:
        refuse_unsettable(items.description_of(key), name, f"{remote!r}[{key!r}]")
    kwargs: dict[str, Any] = {} if values is None else {"values": list(values)}
    if chosen is not None:
        kwargs["keys"] = chosen
    return _call_set(remote, name, (name,) if value is ABSENT else (name, value), kwargs)


def _call_set(
    remote: DescribedObject, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Conversation[Any]:
    if _SET not in remote._tuber_known().methods:
        raise AttributeError(
            f"property {name!r} of {remote!r} can't be set: its server offers no {_SET}, because "
            "it has no live properties or is older than they are"
        )
    called: Conversation[Any] = remote._tuber_link.session.call(
        remote._tuber_path, _SET, args, kwargs
    )
    return called


def refuse_unsettable(description: Description, name: str, where: str) -> None:
    """Raise AttributeError when the object has no live property of that name."""
    known = description.property_descriptions.get(name)
    if known is not None and known.writable is False:
        raise AttributeError(f"property {name!r} of {where} can't be set: it has no setter there")
    if name in description.dynamic or name in description.failed:
        return
    if name not in description.properties:
        raise AttributeError(f"{where} has no property {name!r} that could be set")
    raise AttributeError(
        f"property {name!r} of {where} can't be set: it is a copy from when the object was "
        f"resolved. tuber_get({name!r}) reads it now, tuber_resolve(force=True) renews all copies; "
        "at the server, @tuberd.live or __tuber_dynamic__ makes it live and settable"
    )
