"""Containers: objects that a peer sees as one list or map of objects.

In the process a container is a view of a list or dict. It must serve only objects, and must never
do to an item what the peer could not do to the item itself: the `ExposurePolicy` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Final

from tuberd.exposure.policy import Container, ExposurePolicy, ServedCodeError
from tuberd.exposure.refusals import shown, why_not_servable

__all__ = ["TuberArray", "TuberContainer", "with_containers"]

# Values that travel as such, and can't be items: they are not objects with methods of their own.
_PLAIN_VALUES: Final = (
    *(str, bytes, bytearray, int, float, complex),
    *(list, tuple, dict, set, frozenset),
)


# In characters: 32 levels, as deep as objects are described (see descriptions).
_LONGEST_PLACE: Final = 256


class _NotGiven:
    """The default of an argument that may be anything, including None."""

    def __repr__(self) -> str:
        return "<not given>"


_NOT_GIVEN: Final = _NotGiven()


class TuberContainer(Container):
    """Serve objects of any classes as a list or as a map.

    Items count as objects; their classes need no ``__tuber_object__``. The container has the
    methods of the list or dict, such as ``append`` and ``get``; clients see later changes when they
    resolve it again.

    Args:
        items: a list of objects, or a dict of objects whose keys are strings or integers. The
            container keeps the list or dict itself, and makes a list of any other iterable.

    Raises:
        TypeError: An item is not an object, or a key is neither a string nor an integer.
    """

    __tuber_exclude__: ClassVar[tuple[str, ...]] = (
        *("keys", "values", "items", "is_map", "shared_index", "why_not_item"),
        "_items",
    )

    def __init__(self, items: Iterable[Any] | Mapping[Any, Any]) -> None:
        kind = type(self).__name__
        if isinstance(items, _PLAIN_VALUES[:6]) or not isinstance(items, (Iterable, Mapping)):
            raise TypeError(f"{kind} holds a list or a dict of objects; got {shown(items)}")
        self._items: list[Any] | dict[str | int, Any]
        if isinstance(items, (list, dict)):
            self._items = items
        else:
            self._items = dict(items) if isinstance(items, Mapping) else list(items)
        self._check(self.items())

    def _check(self, items: Iterable[tuple[Any, Any]]) -> None:
        """Refuse pairs of a key and an item that can't be served; the message names them all."""
        faults = []
        for key, item in items:
            if not isinstance(key, (str, int)) or isinstance(key, bool):
                faults.append(
                    f"a key of {type(self).__name__} must be a string or an integer; got {key!r}"
                )
            if fault := self.why_not_item(key, item):
                faults.append(fault)
        if faults:
            raise TypeError("; ".join(faults))

    def why_not_item(self, key: str | int, item: object) -> str | None:
        """Return why a peer can't be given the item; None if it can."""
        where = f"item {key!r} of {type(self).__name__}"
        if item is None or isinstance(item, _PLAIN_VALUES):
            return (
                f"{where} is a plain {type(item).__name__}; a container holds objects"
                " (wrap lists and dicts of objects in a TuberContainer)"
            )
        return why_not_servable(item, where)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __setitem__(self, key: Any, item: Any) -> None:
        if isinstance(key, slice):
            item = list(item)
            self._check(enumerate(item))
        else:
            self._check([(key, item)])
        self._items[key] = item

    def __delitem__(self, key: Any) -> None:
        del self._items[key]

    def __getattr__(self, name: str) -> Any:
        """Return a method of the list or dict; what it adds must be objects."""
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        method = getattr(self._items, name)
        check = _ADDED.get(name)
        if check is None:
            return method

        def add(*args: Any, **kwargs: Any) -> Any:
            args = tuple(list(each) if isinstance(each, Iterator) else each for each in args)
            self._check(check(*args, **kwargs))
            return method(*args, **kwargs)

        return add

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"

    def keys(self) -> list[str | int]:
        """Return the keys of a map, or the indices of a list."""
        return list(self._items if isinstance(self._items, dict) else range(len(self._items)))

    def values(self) -> list[Any]:
        """Return the items, in order."""
        return list(self._items.values() if isinstance(self._items, dict) else self._items)

    def items(self) -> list[tuple[str | int, Any]]:
        """Return pairs of a key (or index) and its item, in order."""
        items = self._items
        return list(items.items() if isinstance(items, dict) else enumerate(items))

    def is_map(self) -> bool:
        """Return whether the items have keys instead of indices."""
        return isinstance(self._items, dict)

    def shared_index(self) -> int | None:
        """Return the place of the item whose description all items share; None if each has one."""
        return None

    def tuber_item(self, key: str | int) -> Any:
        """Return one item; see `Container.tuber_item`."""
        kind, items = type(self).__name__, self._items
        if isinstance(items, dict):
            if key not in items:  # a defaultdict would make it
                raise KeyError(f"{kind} has no item {shown(key)}; {_listing(self.keys())}")
            found = items[key]
        elif not isinstance(key, int):
            raise KeyError(f"{kind} is a list; expected an index, got {shown(key)}")
        else:
            try:
                found = items[key]
            except IndexError:
                raise IndexError(
                    f"{kind} has {len(items)} items; there is no item {shown(key)}"
                ) from None
        if fault := self.why_not_item(key, found):
            raise TypeError(fault)
        return found

    def tuber_call(
        self, method: str, /, *args: Any, keys: Iterable[Any] | None = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of every item, in order.

        Args:
            method: the name of the method. If an item does not have it, nothing is called.
            args: positional arguments of each call.
            keys: the indices or keys of the items to call, in this order; None calls all.
            kwargs: keyword arguments of each call.

        Returns:
            A list of what each call returned.
        """
        return _call_items(ExposurePolicy(), self, method, *args, keys=keys, **kwargs)

    def tuber_get(self, name: str, keys: Iterable[Any] | None = None) -> list[Any]:
        """Read a property of every item, in order.

        Args:
            name: the name of the property. If an item does not have it, nothing is read.
            keys: the indices or keys of the items to read, in this order; None reads all.

        Returns:
            A list of the present values.
        """
        return _get_items(ExposurePolicy(), self, name, keys)

    def tuber_set(
        self,
        name: str,
        value: Any = _NOT_GIVEN,
        keys: Iterable[Any] | None = None,
        values: Iterable[Any] | None = None,
    ) -> list[Any]:
        """Set a live property of every item, in order.

        Args:
            name: the name of the property. If it can't be set in an item, nothing is set.
            value: one value for all items.
            keys: the indices or keys of the items to set, in this order; None sets all.
            values: one value for each item, instead of ``value``.

        Returns:
            A list of the values as read back.

        Raises:
            RuntimeError: An item could not be set after others were; the message names them.
        """
        return _set_items(ExposurePolicy(), self, name, value, keys, values)

    def _bind(self, policy: ExposurePolicy, method: object) -> Callable[..., Any] | None:
        for public, function in (
            (TuberContainer.tuber_call, _call_items),
            (TuberContainer.tuber_get, _get_items),
            (TuberContainer.tuber_set, _set_items),
        ):
            if method is public:
                return partial(function, policy, self)
        return None


class TuberArray(TuberContainer):
    """Serve objects of one class and its subclasses as a list or as a map, described once.

    All items share the description of the first item of that class.

    Args:
        items: see `TuberContainer`.

    Raises:
        TypeError: The class of no item is a base of all others, or as for `TuberContainer`.
    """

    def _check(self, items: Iterable[tuple[Any, Any]]) -> None:
        items = list(items)
        super()._check(items)
        values = [*self.values(), *(item for _, item in items)]
        if values and _index_of_base(values) is None:
            names = ", ".join(sorted({type(each).__qualname__ for each in values}))
            raise TypeError(
                "a TuberArray holds objects of one class and its subclasses; "
                f"got {names} (use a TuberContainer)"
            )

    def shared_index(self) -> int | None:
        """Return the place of the first item whose class is that of all, or their base."""
        return _index_of_base(self.values())


def _index_of_base(values: list[Any]) -> int | None:
    """Return the place of the first item whose class is a base of the classes of all."""
    first: dict[type, int] = {}
    for index, each in enumerate(values):
        first.setdefault(type(each), index)
    found = (at for cls, at in first.items() if all(issubclass(each, cls) for each in first))
    return next(found, None)


# Methods of list and dict that add items -> the pairs of a key and an item that a call would add.
_ADDED: Final[dict[str, Callable[..., Iterable[tuple[Any, Any]]]]] = {
    "append": lambda item: [(-1, item)],
    "insert": lambda index, item: [(index, item)],
    "extend": enumerate,
    "setdefault": lambda key, item=None: [(key, item)],
    "update": lambda *args, **kwargs: dict(*args, **kwargs).items(),
}


# All items are looked up before the first is touched: a refusal means that nothing was done.


def _call_items(
    policy: ExposurePolicy,
    container: TuberContainer,
    method: str,
    /,
    *args: Any,
    keys: Any = None,
    **kwargs: Any,
) -> list[Any]:
    methods = [
        policy.method(item, method) for item in _chosen(policy, container, _keys(container, keys))
    ]
    return [each(*args, **kwargs) for each in methods]


def _get_items(
    policy: ExposurePolicy, container: TuberContainer, /, name: str, keys: Any = None
) -> list[Any]:
    items = _chosen(policy, container, _keys(container, keys))
    for item in items:
        policy.check_property(item, name)
    try:
        return [policy.member(item, name).value for item in items]
    except ServedCodeError as raised:
        raise raised.error from None


def _set_items(
    policy: ExposurePolicy,
    container: TuberContainer,
    /,
    name: str,
    value: Any = _NOT_GIVEN,
    keys: Any = None,
    values: Any = None,
) -> list[Any]:
    keys = _keys(container, keys)
    values = _values_for(len(keys), value, values)
    items = _chosen(policy, container, keys)
    for item in items:
        policy.check_live(item, name)
    read_back: list[Any] = []
    for key, item, each in zip(keys, items, values, strict=True):
        try:
            read_back.append(policy.set_live(item, name, each))
        except Exception as error:
            if not read_back:
                raise
            done = ", ".join(map(shown, keys[: len(read_back)]))
            text = f"item {shown(key)}: {type(error).__name__}: {error}"
            raise RuntimeError(f"{text} ({name!r} was already set in the items {done})") from error
    return read_back


def _keys(container: TuberContainer, keys: Any) -> list[Any]:
    return container.keys() if keys is None else _list_of("indices or keys", "keys", keys)


def _chosen(policy: ExposurePolicy, container: TuberContainer, keys: list[Any]) -> list[Any]:
    return [policy.item(container, key) for key in keys]


def _values_for(count: int, value: Any, values: Any) -> list[Any]:
    """Return one value for each of ``count`` items."""
    if (value is _NOT_GIVEN) == (values is None):
        got = "none" if values is None else "both"
        raise TypeError(f"expected one 'value' for all items or a list of 'values'; got {got}")
    if values is None:
        return [value] * count
    values = _list_of("values", "values", values)
    if len(values) != count:
        raise ValueError(f"expected {count} 'values', one for each item; got {len(values)}")
    return list(values)


def _list_of(content: str, argument: str, given: Any) -> list[Any]:
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(f"{argument!r} must be a list of {content}; got {shown(given)}")
    return list(given)


def _listing(keys: list[str | int]) -> str:
    listed = ", ".join(map(repr, keys[:12]))
    return f"its keys are {listed}" + (", ..." if len(keys) > 12 else "")


def with_containers(served: Any, where: str, faults: list[str]) -> Any:
    """Return what is served for an entry of a registry: a container for a plain list or dict.

    Args:
        where: the place of the entry, for messages.
        faults: gets a text for each part that can't be served, with its place.
    """
    if fault := why_not_servable(served, where):
        faults.append(fault)
    elif type(served) in (list, tuple, dict):
        return _container_of(served, where, faults)
    elif served is None or type(served) in _PLAIN_VALUES:
        faults.append(f"{where} is a plain {type(served).__name__}; register an object")
    return served


def _container_of(served: Any, where: str, faults: list[str]) -> Any:
    if len(where) > _LONGEST_PLACE:
        faults.append(f"{where} is nested too deeply, or it contains itself")
        return served
    before = len(faults)
    keys = list(served) if isinstance(served, dict) else range(len(served))
    items = [with_containers(served[key], f"{where}[{key!r}]", faults) for key in keys]
    faults += [
        f"{where}: a key must be a string or an integer; got {key!r}"
        for key in keys
        if not isinstance(key, (str, int)) or isinstance(key, bool)
    ]
    if len(faults) > before:
        return served
    replaced = any(item is not served[key] for key, item in zip(keys, items, strict=True))
    if not replaced:
        return TuberContainer(served)
    return TuberContainer(dict(zip(keys, items, strict=True)) if type(served) is dict else items)
