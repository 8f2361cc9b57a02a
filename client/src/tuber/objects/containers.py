"""Containers: their items, and the special methods that make them a Sequence or a Mapping.

Only generated classes of containers have the special methods, because other code treats an object
with ``__len__`` and ``__getitem__`` as a list. This module does no I/O.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from tuber.protocol import Description, Item, attribute_name

# A weak reference to the container, whose ``_tuber_make_item`` makes the items: they must not keep
# it alive, because it has them.
Owner: TypeAlias = Callable[[], Any]


class _Items:
    """The items of a container. They are created when first used, as there may be thousands.

    Args:
        keys: their indices or keys, in order.
        values: their descriptions in order, or the one that they share.
        owner: the container.
    """

    def __init__(
        self, keys: Sequence[Item], values: Sequence[Description] | Description, owner: Owner
    ) -> None:
        self.all_keys = keys
        self._values = values
        self._owner = owner
        self._made: dict[Item, Any] = {}

    def __len__(self) -> int:
        return len(self.all_keys)

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise like ``__getitem__``."""
        raise NotImplementedError

    def made(self) -> list[Any]:
        """Return the items that were already created."""
        return list(self._made.values())

    def carry_over(self, old: ListItems | MapItems | None) -> list[Any]:
        """Keep the items that were created from an older description; return the removed ones.

        Items that are kept adopt their new descriptions and stay the same objects.
        """
        removed = []
        for key, item in old._made.items() if old is not None else ():
            try:
                description = self.description_of(key) if type(self) is type(old) else None
            except LookupError:
                description = None
            if description is None:
                removed.append(item)
            else:
                item._tuber_adopt(description)
                self._made[key] = item
        return removed

    def _item(self, key: Item) -> Any:
        item = self._made.get(key)
        if item is None:
            made = self._owner()._tuber_make_item(key, self.description_of(key))
            item = self._made.setdefault(key, made)
        return item


class ListItems(_Items, Sequence[Any]):
    """The items of a list of objects."""

    def __getitem__(self, index: Any) -> Any:
        """Return an item, or a list for a slice; raise IndexError or TypeError like a list."""
        if isinstance(index, slice):
            return [self._item(each) for each in self.all_keys[index]]
        return self._item(self._place(index))

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise IndexError or TypeError like a list."""
        place, values = self._place(key), self._values
        return values if isinstance(values, Description) else values[place]

    def _place(self, index: Any) -> int:
        try:
            place: int = range(len(self))[index]
        except IndexError:
            raise IndexError(f"index {index} is out of range for {len(self)} items") from None
        except TypeError:
            raise TypeError(f"expected the index (int) of an item; got {index!r}") from None
        return place


class MapItems(_Items, Mapping[Item, Any]):
    """The items of a map of objects, in the order of the server."""

    def __init__(
        self, keys: Sequence[Item], values: Sequence[Description] | Description, owner: Owner
    ) -> None:
        super().__init__(keys, values, owner)
        each = [values] * len(keys) if isinstance(values, Description) else values
        self._descriptions = dict(zip(keys, each, strict=True))

    def __iter__(self) -> Iterator[Item]:
        return iter(self.all_keys)

    def __getitem__(self, key: Item) -> Any:
        return self._item(key)

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise KeyError if there is no such item."""
        return self._descriptions[key]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.all_keys)!r})"


def items_of(description: Description, owner: Owner) -> ListItems | MapItems | None:
    """Return the items of a container; None for any other object."""
    keys, values = description.keys, description.values
    if values is None:
        return None
    if isinstance(keys, tuple):
        return MapItems(keys, values, owner)
    if keys is None:
        assert isinstance(values, tuple)  # Description.__post_init__ has checked it
        keys = len(values)
    return ListItems(range(keys), values, owner)


def list_of_keys(keys: Iterable[Item]) -> list[Item]:
    """Return the user's keys as a list; refuse a string, which would iterate over its letters."""
    if isinstance(keys, (str, bytes, Mapping)):
        raise TypeError(f"expected keys to be a list of indices or keys; got {keys!r}")
    return list(keys)


class _Maps:
    """The value of ``maps``; not a property, so that a remote object may have the name."""

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else (instance._tuber_items,)


class Container:
    """The special methods of both kinds of containers."""

    __slots__ = ()
    _tuber_items: Any

    # IPython without jedi completes ``boards[0].`` only if it knows that the item access has no
    # side effects. It trusts ChainMap's method, which also works on other classes: it looks up the
    # key in each of ``maps``.
    __getitem__: Any = ChainMap.__getitem__

    maps = _Maps()

    def __missing__(self, key: Any) -> NoReturn:
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._tuber_items)

    def __iter__(self) -> Iterator[Any]:
        yield from self._tuber_items  # a generator keeps the container, which makes the items

    def __contains__(self, item: object) -> bool:
        return item in self._tuber_items

    # By identity, like every remote object: comparing items would also make it unhashable.
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
    """Return an item of a container whose remote object has an own member ``maps``."""
    return self._tuber_items[key]


class RegistryNames:
    """The special methods of a registry: it is a map of names to objects, without ``keys()`` etc.

    Those could be names of objects.
    """

    __slots__ = ()
    _tuber_known: Any
    tuber_attribute: Any

    def __len__(self) -> int:
        return len(self._tuber_known().objects)

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._tuber_known().objects))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and attribute_name(name) in self._tuber_known().objects

    def __getitem__(self, name: str) -> Any:
        objects = self._tuber_known().objects
        if not isinstance(name, str):
            raise TypeError(f"expected the name of an object; got {name!r}")
        if attribute_name(name) not in objects:
            raise KeyError(no_item_text(repr(self), objects, name))
        return self.tuber_attribute(name)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


def no_item_text(where: str, names: Iterable[str], name: str) -> str:
    """Return the message for an object that a registry does not have."""
    listed = ", ".join(sorted(names)[:12])
    return f"{where} has no object {name!r}; its objects are {listed or 'none'}"
