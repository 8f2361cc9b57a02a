"""Maps in results as objects with attributes: ``board.status().fan.speed``."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, Final

from tuber.protocol import attribute_name

__all__ = ["TuberResult", "with_results"]


class ForInstances:
    """A method that instances have, but not their class.

    IPython's completer evaluates ``lab.supply.`` only if the class of ``lab`` has no
    ``__getattr__``, which could do anything. Ours does no I/O, but IPython can't know that.
    """

    def __init__(self, function: Callable[[Any, str], Any]) -> None:
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute '__getattr__'")
        return MethodType(self._function, instance)


class _UnlessMember:
    """A method of ``dict`` that a member of the same name hides."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        name = self._name
        if instance is not None and name in instance:
            return instance[name]
        return getattr(super(TuberResult, instance or owner), name)


class TuberResult(dict[str, Any]):
    """A map from a server: a dict with its members as attributes.

    A member hides a method of the same name: if there is a member ``values``, ``result.values`` is
    that member. ``result["values"]``, ``len``, ``in``, iteration, ``dict(result)`` and
    ``f(**result)`` work for every name. Code of others that calls ``.items()``, ``.keys()`` or
    ``.values()``, such as ``json.dumps`` and ``pandas.DataFrame``, fails if there is a member of
    this name: give it ``dict(result)``, or use ``convert_json=False``.

    Attribute names are compared as Python's parser does (NFKC, PEP 3131); keys are not changed.
    Names of the form ``__name__`` are never members.
    """

    __slots__ = ()

    @ForInstances
    def __getattr__(self, name: str) -> Any:
        if name in self and name[:2] != "__":
            return self[name]
        return self[_member(self, name)]

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            name = _member(self, name)
        except AttributeError:
            if _is_reserved(name):
                raise
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[_member(self, name)]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(each for each in self if isinstance(each, str))})

    @property
    def __dict__(self) -> TuberResult:  # type: ignore[override]  # for vars()
        return self

    def __repr__(self) -> str:
        return f"TuberResult({super().__repr__()})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle without ``.items()``, which a member may hide."""
        return type(self), (dict(self),)


for _name in vars(dict):
    if not _name.startswith("_"):
        setattr(TuberResult, _name, _UnlessMember(_name))


def _is_reserved(name: str) -> bool:
    """Whether other libraries look the name up in every object, as numpy ``__array__``."""
    return name.startswith("__") and name.endswith("__")


def _member(result: TuberResult, name: str) -> str:
    """Return the key of the member that an attribute name means; raise AttributeError."""
    if not _is_reserved(name):
        if name in result:
            return name
        wanted = attribute_name(name)
        same = [
            key
            for key in result
            if not (isinstance(key, str) and key.isascii()) and attribute_name(key) == wanted
        ]
        if len(same) == 1:
            return same[0]
        if same:
            raise AttributeError(
                f"{name!r} may mean any of the members {', '.join(map(ascii, same))}; use"
                " result[...]",
                name=name,
                obj=result,
            )
    raise AttributeError(f"'TuberResult' object has no attribute {name!r}", name=name, obj=result)


_NAMES: Final = frozenset({str})
_LEAVES: Final = frozenset({type(None), bool, int, float, str, bytes})


def with_results(value: Any) -> Any:
    """Return the value with every map in it turned into a TuberResult.

    A map with keys other than strings stays a dict. A list without maps and lists is not copied.
    """
    kind = type(value)
    if kind is dict:
        members = {key: with_results(item) for key, item in value.items()}
        return TuberResult(members) if _NAMES.issuperset(map(type, members)) else members
    if kind is list and not _LEAVES.issuperset(map(type, value)):
        return [with_results(item) for item in value]
    return value
