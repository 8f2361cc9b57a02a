"""Maps in results as objects with attributes: ``board.status().fan.speed``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["TuberResult", "with_results"]


class TuberResult(Mapping[str, Any]):
    """A map from a server, with its members as attributes.

    A member hides a method of the same name: if there is a member ``values``, ``result.values`` is
    that member. ``result["values"]``, ``len``, ``in`` and iteration work for every name.
    ``vars(result)`` is the plain dict; use it in ``dict(...)`` and ``f(**...)`` if there may be a
    member ``keys``, because both call the method of this name.

    Args:
        members: the members, by name.
        more: further members.
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

    __hash__ = None  # type: ignore[assignment]  # as a dict, it can be changed

    def __repr__(self) -> str:
        return f"TuberResult({self.__dict__!r})"


_NAMES: Final = frozenset({str})
_LEAVES: Final = frozenset({type(None), bool, int, float, str, bytes})


def with_results(value: Any) -> Any:
    """Return the value with every map in it turned into a TuberResult.

    A map with keys other than strings stays a dict. A list without maps and lists is not copied.
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
