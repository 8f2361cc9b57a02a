"""Containers: their items, and the special methods that make them a Sequence or a Mapping.

Only generated classes of containers have the special methods: an object with ``__len__`` and
``__getitem__`` would be taken for a list. Nothing here does I/O.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from tuber.protocol import Description, Item, attribute_name

# Makes the remote object for an index or a key.
Maker: TypeAlias = Callable[[Item, Description], Any]


class _Items:
    """The items of a container, made when they are first used: there may be thousands.

    Args:
        keys: their indices or keys, in order.
        values: their descriptions in order, or the one that they share.
        make: makes the remote object for an index or a key.
    """

    def __init__(
        self, keys: Sequence[Item], values: Sequence[Description] | Description, make: Maker
    ) -> None:
        self.all_keys = keys
        self._values = values
        self._make = make
        self._made: dict[Item, Any] = {}

    def __len__(self) -> int:
        return len(self.all_keys)

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise as ``__getitem__``."""
        raise NotImplementedError

    def made(self) -> list[Any]:
        """Return the items that were made already."""
        return list(self._made.values())

    def carry_over(self, old: ListItems | MapItems | None) -> list[Any]:
        """Take over the items that were made from an older description, and return the rest.

        Those that are taken over adopt their new descriptions and stay the same objects.
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
            item = self._made.setdefault(key, self._make(key, self.description_of(key)))
        return item


class ListItems(_Items, Sequence[Any]):
    """The items of a list of objects."""

    def __getitem__(self, index: Any) -> Any:
        """Return one item, or for a slice a list; raise IndexError, TypeError as a list does."""
        if isinstance(index, slice):
            return [self._item(each) for each in self.all_keys[index]]
        return self._item(self._place(index))

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise IndexError, TypeError as a list does."""
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
        self, keys: Sequence[Item], values: Sequence[Description] | Description, make: Maker
    ) -> None:
        super().__init__(keys, values, make)
        each = [values] * len(keys) if isinstance(values, Description) else values
        self._descriptions = dict(zip(keys, each, strict=True))

    def __iter__(self) -> Iterator[Item]:
        return iter(self.all_keys)

    def __getitem__(self, key: Item) -> Any:
        return self._item(key)

    def description_of(self, key: Any) -> Description:
        """Return the description of an item; raise KeyError when there is none."""
        return self._descriptions[key]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.all_keys)!r})"


def items_of(description: Description, make: Maker) -> ListItems | MapItems | None:
    """Return the items of a container; None for any other object."""
    keys, values = description.keys, description.values
    if values is None:
        return None
    if isinstance(keys, tuple):
        return MapItems(keys, values, make)
    if keys is None:
        assert isinstance(values, tuple)  # Description.__post_init__ has checked it
        keys = len(values)
    return ListItems(range(keys), values, make)


def list_of_keys(keys: Iterable[Item]) -> list[Item]:
    """Return the keys that a user chose; refuse a string, which is an iterable of its letters."""
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

    # IPython without jedi completes ``boards[0].`` only through an item access that it knows to
    # have no side effects. Of those, ChainMap's works on an object of another class: it looks into
    # the maps that ``maps`` names.
    __getitem__: Any = ChainMap.__getitem__

    maps = _Maps()

    def __missing__(self, key: Any) -> NoReturn:
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._tuber_items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._tuber_items)

    def __contains__(self, item: object) -> bool:
        return item in self._tuber_items

    # By identity, as every remote object: comparing items would also make it unhashable.
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
