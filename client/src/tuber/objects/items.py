"""The items of a container, without I/O: its keys, its length, and the way to one item.

A list of objects behaves as a Sequence, a map of objects as a Mapping. Items are made when they
are first asked for, because a container may have thousands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tuber.protocol import Description, Item

# Makes the remote object for an index or a key.
Maker: TypeAlias = Callable[[Item, Description], Any]


class ListItems(Sequence[Any]):
    """The items of a list of objects.

    Args:
        values: their descriptions in order, or the one that they share.
        make: makes the remote object for an index.
    """

    def __init__(
        self, values: Sequence[Description] | Description, length: int, make: Maker
    ) -> None:
        self._values = values
        self._length = length
        self._make = make
        self._made: dict[int, Any] = {}

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        """One item, or for a slice a list of items; raises IndexError, TypeError as a list does."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self._length))]
        index = self._place(index)
        item = self._made.get(index)
        if item is None:
            item = self._made.setdefault(index, self._make(index, self.description_of(index)))
        return item

    def description_of(self, index: int) -> Description:
        """The description of an item; raises IndexError, TypeError as a list does."""
        place, values = self._place(index), self._values
        return values if isinstance(values, Description) else values[place]

    def _place(self, index: Any) -> int:
        try:
            place: int = range(self._length)[index]
        except IndexError:
            raise IndexError(f"index {index} is out of range for {self._length} items") from None
        except TypeError:
            raise TypeError(f"expected the index (int) of an item; came {index!r}") from None
        return place

    def made(self) -> list[Any]:
        """The items that were made already."""
        return list(self._made.values())

    def every_key(self) -> Sequence[Item]:
        """The indices of the items, in their order."""
        return range(self._length)


class MapItems(Mapping[Item, Any]):
    """The items of a map of objects, in the order in which the server has them.

    Args:
        values: their descriptions in the order of the keys, or the one that they share.
        make: makes the remote object for a key.
    """

    def __init__(
        self, values: Sequence[Description] | Description, keys: Sequence[Item], make: Maker
    ) -> None:
        descriptions = [values] * len(keys) if isinstance(values, Description) else values
        self._descriptions = dict(zip(keys, descriptions, strict=True))
        self._make = make
        self._made: dict[Item, Any] = {}

    def __len__(self) -> int:
        return len(self._descriptions)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._descriptions)

    def __getitem__(self, key: Item) -> Any:
        """One item; raises KeyError as a dict does."""
        item = self._made.get(key)
        if item is None:
            item = self._made.setdefault(key, self._make(key, self.description_of(key)))
        return item

    def description_of(self, key: Item) -> Description:
        """The description of an item; raises KeyError when there is none."""
        return self._descriptions[key]

    def made(self) -> list[Any]:
        """The items that were made already."""
        return list(self._made.values())

    def every_key(self) -> Sequence[Item]:
        """The keys of the items, in their order."""
        return tuple(self._descriptions)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._descriptions)!r})"


def listed_keys(keys: Iterable[Item]) -> list[Item]:
    """The keys that a user chose; one alone is refused, for a string is a list of its letters."""
    if isinstance(keys, (str, bytes, Mapping)):
        raise TypeError(f"expected keys to be a list of indices or keys; came {keys!r}")
    return list(keys)


def carry_over(old: ListItems | MapItems | None, new: ListItems | MapItems | None) -> list[Any]:
    """Let the items that were made already take on what is new, and stay the same objects.

    Returns: those that there are no more.
    """
    if old is None:
        return []
    vanished = []
    for key, item in old._made.items():
        if new is None or type(new) is not type(old) or key not in new.every_key():
            vanished.append(item)
        else:
            item._tuber_adopt(new.description_of(key))  # type: ignore[arg-type]
            new._made[key] = item  # type: ignore[index]
    return vanished


def items_of(description: Description, make: Maker) -> ListItems | MapItems | None:
    """The items that a description tells of; None when it is not one of a container."""
    keys, values = description.keys, description.values
    if values is None:
        return None
    if isinstance(keys, tuple):
        return MapItems(values, keys, make)
    if isinstance(keys, int):
        return ListItems(values, keys, make)
    assert isinstance(values, tuple)  # Description.__post_init__ sees to it
    return ListItems(values, len(values), make)
