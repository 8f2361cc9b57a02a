"""Attributes: what a class and an instance hold under a name, found without running a getter.

Nothing here may run code of a served object, except its ``__dir__`` where a function says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import partialmethod
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any, Final

from tuber.markers import LiveProperty
from tuber.protocol import attribute_name

__all__ = [
    "ABSENT",
    "EXCLUDED",
    "EXPOSED",
    "LIVE",
    "ClassLists",
    "all_names",
    "class_attribute",
    "classes_of",
    "declared_live",
    "declares_live",
    "dir_names",
    "has_default_equality",
    "has_default_lookup",
    "is_context_manager",
    "is_plain_method",
    "listed_names",
    "own_attributes",
    "stored_name",
]

ABSENT: Final = object()

# The class attributes that list live properties, hidden names, and names that are public although
# they begin with an underscore.
LIVE: Final = "__tuber_dynamic__"
EXCLUDED: Final = "__tuber_exclude__"
EXPOSED: Final = "__tuber_expose__"

_DEFAULT_LOOKUP: Final[object] = object.__dict__["__getattribute__"]
_DEFAULT_EQUALITY: Final = (type.__eq__, type.__hash__)

_METHOD_TYPES: Final = (
    FunctionType,
    BuiltinFunctionType,
    MethodDescriptorType,
    ClassMethodDescriptorType,
    WrapperDescriptorType,
    partialmethod,
)
# Methods of classes bound with pybind11, nanobind and Cython; each library has a type of its own.
_BOUND_METHOD_TYPES: Final = frozenset(
    {"instancemethod", "nb_method", "nb_func", "cython_function_or_method"}
)


class ClassLists(dict[str, Set[str]]):
    """The lists of names that an object's classes declare, each read on first use.

    The names are in the form of `attribute_name`.

    A list holds the names of the classes and all their bases: a subclass can't undo its base's.
    Use an instance for one decision only, because classes may change.
    """

    def __init__(self, classes: tuple[type, ...]) -> None:
        self.classes = classes

    def __missing__(self, attribute: str) -> Set[str]:
        names: set[str] = set()
        for cls in self.classes:
            if getattr(cls, attribute, ABSENT) is ABSENT:
                continue  # then no base has it either; most classes list nothing
            for each in cls.__mro__:
                given = getattr(each, attribute, None)
                names.update((given,) if isinstance(given, str) else given or ())
        if names and not _are_ascii(names):  # most classes list nothing
            names = set(map(attribute_name, listed_names(names)))
        self[attribute] = names
        return names


def _are_ascii(names: set[str]) -> bool:
    try:
        return all(map(str.isascii, names))
    except TypeError:  # a user listed something else
        return False


def listed_names(given: Any) -> Iterable[str]:
    """Return the names that a class attribute lists: one string, several, or None."""
    if isinstance(given, str):
        return (given,)
    return [each for each in given or () if isinstance(each, str)]


def declares_live(lists: ClassLists, name: str) -> bool:
    """Return whether the classes list a name as live, or mark what they hold under it with `live`.

    Args:
        name: as the class or the instance holds it (see `stored_name`).
    """
    return attribute_name(name) in lists[LIVE] or any(
        isinstance(class_attribute(each, name), LiveProperty) for each in lists.classes
    )


def declared_live(lists: ClassLists) -> set[str]:
    """Return the names that the classes declare to be live, in the form of `attribute_name`."""
    marked = {
        name
        for cls in lists.classes
        for each in cls.__mro__
        for name, held in list(vars(each).items())
        if isinstance(held, LiveProperty)
    }
    return {*lists[LIVE], *(attribute_name(each) for each in marked if declares_live(lists, each))}


def is_plain_method(attribute: object) -> bool:
    """Return whether a class attribute is a method for every instance of the class."""
    if isinstance(attribute, (staticmethod, classmethod)):
        attribute = attribute.__func__
    kind = type(attribute)
    return isinstance(attribute, _METHOD_TYPES) or (
        kind.__name__ in _BOUND_METHOD_TYPES and callable(attribute)
    )


def has_default_equality(cls: type) -> bool:
    """Return whether the class equals itself alone, and can be a key."""
    metaclass: Any = type(cls)
    return (metaclass.__eq__, metaclass.__hash__) == _DEFAULT_EQUALITY


def has_default_lookup(cls: type) -> bool:
    """Return whether reading an attribute finds what the class and the instance hold."""
    return class_attribute(cls, "__getattribute__") is _DEFAULT_LOOKUP


def classes_of(obj: object) -> tuple[type, ...]:
    """Return the class of an object, and for a proxy also the class of its target."""
    own = type(obj)
    try:
        claimed = obj.__class__
    except BaseException:  # noqa: BLE001 (a weak reference whose object is gone; user code)
        return (own,)
    return (own,) if claimed is own or not issubclass(type(claimed), type) else (own, claimed)


def class_attribute(cls: type, name: str) -> object:
    """Return what a class or its nearest base holds under a name, or ABSENT."""
    for each in cls.__mro__:
        if name in each.__dict__:
            return each.__dict__[name]
    return ABSENT


def is_context_manager(obj: object) -> bool:
    """Return whether ``with`` or ``async with`` would enter the object."""
    return any(
        class_attribute(each, name) is not ABSENT
        for each in classes_of(obj)
        for name in ("__enter__", "__aenter__")
    )


def own_attributes(obj: object) -> Mapping[str, object]:
    """Return the attributes that the instance itself holds."""
    try:
        names = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return {}
    return names if isinstance(names, dict) else {}


def dir_names(obj: object) -> set[str]:
    """Return what the object's ``__dir__`` lists: also the names that its `__getattr__` finds."""
    try:
        return {name for name in dir(obj) if isinstance(name, str)}
    except BaseException:  # noqa: BLE001 (the border of user code)
        return set()


def all_names(obj: object) -> set[str]:
    """Return the names of the instance, of its classes, and of `dir_names`."""
    names = dir_names(obj) | {name for name in list(own_attributes(obj)) if isinstance(name, str)}
    for each in type(obj).__mro__:
        names.update(each.__dict__)
    return names


def stored_name(obj: object, name: str) -> str | None:
    """Return under which name the class, the instance or its ``__dir__`` has an attribute.

    ``setattr`` and compiled classes may store a name that Python's parser would have normalised.

    Args:
        name: in the form of `attribute_name`; an attribute of exactly this name precedes others.

    Returns:
        None if there is no such attribute.
    """
    if class_attribute(type(obj), name) is not ABSENT or name in own_attributes(obj):
        return name
    names = all_names(obj)
    if name in names:
        return name
    same = (each for each in names if not each.isascii() and attribute_name(each) == name)
    return min(same, default=None)
