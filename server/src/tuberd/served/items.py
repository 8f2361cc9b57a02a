"""What is done to every item of a container: a method called, a property read or set.

All items are looked up before the first is touched, so a refusal means that nothing was done. What
a peer may do to an item is decided by the `Reach` that is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from tuberd.exposure.policy import Container, Reach, ServedCodeError
from tuberd.exposure.refusals import shown

__all__ = ["NOT_GIVEN", "call", "get", "set_live"]


class _NotGiven:
    """The default of an argument that may be anything, None too."""

    def __repr__(self) -> str:
        return "<not given>"


NOT_GIVEN: Final = _NotGiven()


class Keyed(Protocol):
    """A container that knows its keys."""

    def keys(self) -> list[str | int]:
        """The keys of a map; the indices of a list."""


def call(
    reach: Reach, container: Any, method: str, /, *args: Any, keys: Any = None, **kwargs: Any
) -> list[Any]:
    """See `TuberContainer.tuber_call`."""
    found = [
        reach.method(item, method) for item in _items(reach, container, _keys(container, keys))
    ]
    return [each(*args, **kwargs) for each in found]


def get(reach: Reach, container: Any, /, name: str, keys: Any = None) -> list[Any]:
    """See `TuberContainer.tuber_get`."""
    items = _items(reach, container, _keys(container, keys))
    for item in items:
        reach.check_property(item, name)
    return [_value(reach, item, name) for item in items]


def set_live(
    reach: Reach,
    container: Any,
    /,
    name: str,
    value: Any = NOT_GIVEN,
    keys: Any = None,
    values: Any = None,
) -> list[Any]:
    """See `TuberContainer.tuber_set`.

    Raises:
        RuntimeError: an item could not be set after others were; the message names these.
    """
    keys = _keys(container, keys)
    values = _values(value, values, len(keys))
    items = _items(reach, container, keys)
    for item in items:
        reach.check_live(item, name)
    read_back: list[Any] = []
    for key, item, each in zip(keys, items, values, strict=True):
        try:
            read_back.append(reach.set_live(item, name, each))
        except Exception as error:
            if not read_back:
                raise
            done = ", ".join(map(shown, keys[: len(read_back)]))
            text = f"item {shown(key)}: {type(error).__name__}: {error}"
            raise RuntimeError(
                f"{text} (before it, {name!r} was set of the items {done})"
            ) from error
    return read_back


def _keys(container: Keyed, keys: Any) -> list[Any]:
    """The keys that were asked for; all of them by default."""
    return container.keys() if keys is None else _listed("keys", "indices or keys", keys)


def _items(reach: Reach, container: Container, keys: list[Any]) -> list[Any]:
    return [reach.item(container, key) for key in keys]


def _values(value: Any, values: Any, count: int) -> list[Any]:
    """A value for each item."""
    if (value is NOT_GIVEN) == (values is None):
        came = "none" if values is None else "both"
        raise TypeError(f"expected one 'value' for all items or a list of 'values'; came {came}")
    if values is None:
        return [value] * count
    values = _listed("values", "values", values)
    if len(values) != count:
        raise ValueError(f"expected {count} 'values', one for each item; came {len(values)}")
    return list(values)


def _listed(argument: str, of_what: str, came: Any) -> list[Any]:
    if isinstance(came, (str, bytes, Mapping)) or not isinstance(came, Iterable):
        raise TypeError(f"{argument!r} must be a list of {of_what}; came {shown(came)}")
    return list(came)


def _value(reach: Reach, item: object, name: str) -> Any:
    try:
        return reach.member(item, name).value
    except ServedCodeError as raised:
        raise raised.error from None
