"""Maps in results as objects with attributes: ``board.status().fan.speed``.

Values only; nothing here knows calls or codecs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["TuberResult", "with_results"]


class TuberResult(Mapping[str, Any]):
    """A map that came from a server; its members are its attributes.

    A member always wins over a method of the same name: when there is a member ``values``,
    ``result.values`` is that member. ``result["values"]``, ``len``, ``in`` and iteration work for
    every name, and ``vars(result)`` is the plain dict. Take that for ``dict(...)`` and ``f(**...)``
    where there may be a member ``keys``: both look for a method of this name.
    """

    def __init__(self, members: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        self.__dict__.update(members or {}, **more)

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TuberResult):
            return self.__dict__ == other.__dict__
        return self.__dict__ == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # members can be changed, as a dict's

    def __repr__(self) -> str:
        return f"TuberResult({self.__dict__!r})"


_NAMES: Final = frozenset({str})
_LEAVES: Final = frozenset({type(None), bool, int, float, str, bytes})


def with_results(value: Any) -> Any:
    """The value with every map in it turned into a TuberResult.

    A map with keys that are no strings stays a dict. Lists without maps are left as they are, at
    the cost of one look at their items' types.
    """
    kind = type(value)
    if kind is dict:
        members = {key: with_results(item) for key, item in value.items()}
        if not _NAMES.issuperset(map(type, members)):
            return members
        result = TuberResult()
        result.__dict__.update(members)
        return result
    if kind is list and not _LEAVES.issuperset(map(type, value)):
        return [with_results(item) for item in value]
    return value
