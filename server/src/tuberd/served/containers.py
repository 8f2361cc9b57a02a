"""Containers: objects that a peer sees as one list or map of objects.

In the process they behave as a read-only sequence or mapping. They must never hold anything but
objects, and must never do to an item what the peer could not do to the item itself (`items`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from tuberd.exposure.policy import Container, Reach
from tuberd.exposure.refusals import check_servable, shown
from tuberd.served import items as of_items
from tuberd.served.items import NOT_GIVEN

__all__ = ["TuberArray", "TuberContainer"]

# What JSON has a form for by itself: never an object with methods of its own.
_PLAIN_VALUES = (str, bytes, bytearray, int, float, complex, list, tuple, dict, set, frozenset)


class TuberContainer(Container):
    """Objects of any classes, as a list or as a map.

    What is put into a container counts as an object without saying ``__tuber_object__``.

    Args:
        items: a list of objects, or a dict of objects whose keys are strings or integers; copied.

    Raises:
        TypeError: an item is no object, or a key is neither string nor integer.
    """

    __tuber_exclude__: ClassVar[tuple[str, ...]] = (
        *("keys", "values", "items", "is_map", "is_uniform"),
        *("_items", "_uniform"),
    )

    _uniform: ClassVar[bool] = False

    def __init__(self, items: Iterable[Any] | Mapping[Any, Any]) -> None:
        kind = type(self).__name__
        if isinstance(items, _PLAIN_VALUES[:6]) or not isinstance(items, (Iterable, Mapping)):
            raise TypeError(f"{kind} holds a list or a dict of objects; came {shown(items)}")
        self._items: list[Any] | dict[str | int, Any] = (
            dict(items) if isinstance(items, Mapping) else list(items)
        )
        for key, item in self.items():
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                raise TypeError(f"a key of {kind} must be a string or an integer; came {key!r}")
            where = f"item {key!r} of {kind}"
            check_servable(item, where)
            if item is None or isinstance(item, _PLAIN_VALUES):
                raise TypeError(
                    f"{where} is a plain {type(item).__name__}; a container holds objects"
                    " (wrap lists and dicts of objects in a TuberContainer)"
                )

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def keys(self) -> list[str | int]:
        """The keys of a map; the indices of a list."""
        return list(self._items if isinstance(self._items, dict) else range(len(self._items)))

    def values(self) -> list[Any]:
        """The items, in order."""
        return list(self._items.values() if isinstance(self._items, dict) else self._items)

    def items(self) -> list[tuple[str | int, Any]]:
        """Pairs of key (of a list: index) and item, in order."""
        return list(zip(self.keys(), self.values(), strict=True))

    def is_map(self) -> bool:
        """Whether the items have keys of their own, not indices."""
        return isinstance(self._items, dict)

    def is_uniform(self) -> bool:
        """Whether one description, that of the first item, is shared by all."""
        return self._uniform

    def tuber_item(self, key: str | int) -> Any:
        """See `Container.tuber_item`."""
        kind, items = type(self).__name__, self._items
        if isinstance(items, dict):
            if key not in items:
                raise KeyError(f"{kind} has no item {shown(key)}; {_listing(self.keys())}")
            return items[key]
        if not isinstance(key, int):
            raise KeyError(f"{kind} is a list; expected an index, came {shown(key)}")
        if not -len(items) <= key < len(items):
            raise IndexError(f"{kind} has {len(items)} items; there is no item {shown(key)}")
        return items[key]

    def tuber_call(
        self, method: str, /, *args: Any, keys: Iterable[Any] | None = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of every item, in order.

        Args:
            method: the name of the method; every item must have it, or nothing is called.
            args: positional arguments of each call.
            keys: only call the items of these indices or keys, in this order.
            kwargs: named arguments of each call.

        Returns:
            A list of what each call returned.
        """
        return of_items.call(Reach(), self, method, *args, keys=keys, **kwargs)

    def tuber_get(self, name: str, keys: Iterable[Any] | None = None) -> list[Any]:
        """Read a property of every item, in order.

        Args:
            name: the name of the property; every item must have it, or nothing is read.
            keys: only read the items of these indices or keys, in this order.

        Returns:
            A list of the values at this moment.
        """
        return of_items.get(Reach(), self, name, keys)

    def tuber_set(
        self,
        name: str,
        value: Any = NOT_GIVEN,
        keys: Iterable[Any] | None = None,
        values: Iterable[Any] | None = None,
    ) -> list[Any]:
        """Set a live property of every item, in order.

        Args:
            name: the name of the property; every item must let it be set, or nothing is set.
            value: one value for all items.
            keys: only set the items of these indices or keys, in this order.
            values: instead of ``value``, one value for each item.

        Returns:
            A list of the values as read back.
        """
        return of_items.set_live(Reach(), self, name, value, keys, values)

    def _deciding(self, reach: Reach, method: object) -> Callable[..., Any] | None:
        for own, does in (
            (TuberContainer.tuber_call, of_items.call),
            (TuberContainer.tuber_get, of_items.get),
            (TuberContainer.tuber_set, of_items.set_live),
        ):
            if method is own:
                return partial(does, reach, self)
        return None


class TuberArray(TuberContainer):
    """Objects of one class, as a list or as a map; described once, by the first item.

    Args:
        items: see `TuberContainer`.

    Raises:
        TypeError: the items are not all of one class; or as `TuberContainer`.
    """

    _uniform = True

    def __init__(self, items: Iterable[Any] | Mapping[Any, Any]) -> None:
        super().__init__(items)
        classes = {type(item) for item in self.values()}
        if len(classes) > 1:
            names = ", ".join(sorted(each.__qualname__ for each in classes))
            raise TypeError(f"a TuberArray holds objects of one class, not of {names}")


def _listing(keys: list[str | int]) -> str:
    shown = ", ".join(map(repr, keys[:12]))
    return f"its keys are {shown}" + (", ..." if len(keys) > 12 else "")
