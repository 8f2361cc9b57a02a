"""What makes the generated class of a container a real sequence or mapping.

The items themselves are in ``_items``; here are only the special methods, which plain remote
objects must not have: a list is what has ``__len__`` and ``__getitem__``.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from tuber.objects.items import ListItems, MapItems
from tuber.protocol import Item


class _Maps:
    """Where ChainMap's item access looks; unlike a property it gives way to a remote one."""

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else (instance._tuber_items,)


class Container:
    """The special methods of both kinds of containers."""

    __slots__ = ()
    _tuber_items: ListItems | MapItems | None

    # IPython without jedi completes `boards[0].` only through an item access that it knows to have
    # no side effects. ChainMap's is the one of those that works on an object of another class: it
    # looks into the maps that `maps` names.
    __getitem__: Any = ChainMap.__getitem__

    maps = _Maps()

    def __missing__(self, key: Any) -> NoReturn:
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._tuber_items)  # type: ignore[arg-type]  # a container has items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._tuber_items)  # type: ignore[arg-type]

    def __contains__(self, item: object) -> bool:
        return item in self._tuber_items  # type: ignore[operator]

    # A container is a remote object and as such itself, whatever its items are; comparing item by
    # item would also make it unhashable.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class ListContainer(Container, Sequence[Any]):
    """A list of objects."""

    __slots__ = ()


class MapContainer(Container, Mapping[Item, Any]):
    """A map of objects."""

    __slots__ = ()

    def _ipython_key_completions_(self) -> list[Item]:
        return list(self)


def get_item(self: Container, key: Any) -> Any:
    """The item access of a container whose remote object has something else called ``maps``."""
    return self._tuber_items[key]  # type: ignore[index]
