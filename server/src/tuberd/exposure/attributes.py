"""Attributes: what an object's class and the object hold under a name, without running a getter.

The questions that `reach` decides by. Nothing here may call code of a served object, except its
``__dir__`` where a function says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partialmethod
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import Any, Final

__all__ = [
    "ABSENT",
    "class_attribute",
    "classes_of",
    "is_compared_as_usual",
    "is_looked_up_as_usual",
    "is_plain_method",
    "names_of",
    "own_attributes",
    "told_names",
]

ABSENT: Final = object()

_USUAL_LOOKUP: Final[object] = object.__dict__["__getattribute__"]
_USUAL_COMPARING: Final = (type.__eq__, type.__hash__)

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


def is_plain_method(attribute: object) -> bool:
    """Whether a class attribute is a method for every instance, whatever the instance holds."""
    if isinstance(attribute, (staticmethod, classmethod)):
        attribute = attribute.__func__
    kind = type(attribute)
    return isinstance(attribute, _METHOD_TYPES) or (
        kind.__name__ in _BOUND_METHOD_TYPES and callable(attribute)
    )


def is_compared_as_usual(cls: type) -> bool:
    """Whether the class is equal to itself alone, and can be a key."""
    metaclass: Any = type(cls)
    return (metaclass.__eq__, metaclass.__hash__) == _USUAL_COMPARING


def is_looked_up_as_usual(cls: type) -> bool:
    """Whether reading an attribute of its instances gives what the class and the instance hold."""
    return class_attribute(cls, "__getattribute__") is _USUAL_LOOKUP


def classes_of(obj: object) -> tuple[type, ...]:
    """The class of an object; for a proxy also that of the object behind, whose lists hold too."""
    own = type(obj)
    try:
        told = obj.__class__
    except Exception:  # noqa: BLE001 (a weak reference whose object is gone)
        return (own,)
    return (own,) if told is own or not isinstance(told, type) else (own, told)


def class_attribute(cls: type, name: str) -> object:
    """What a class, or the first of its bases that does, holds under a name; or ABSENT."""
    for each in cls.__mro__:
        if name in each.__dict__:
            return each.__dict__[name]
    return ABSENT


def own_attributes(obj: object) -> Mapping[str, object]:
    """The attributes an instance holds itself."""
    try:
        names = object.__getattribute__(obj, "__dict__")
    except AttributeError:
        return {}
    return names if isinstance(names, dict) else {}


def told_names(obj: object) -> set[str]:
    """Names in the object's own words: `__dir__` lists what `__getattr__` answers."""
    try:
        return {name for name in dir(obj) if isinstance(name, str)}
    except BaseException:  # noqa: BLE001 (the border of user code)
        return set()


def names_of(obj: object) -> set[str]:
    """All names that reading might find: those of the instance, of its classes, and told ones."""
    names = told_names(obj) | {name for name in list(own_attributes(obj)) if isinstance(name, str)}
    for each in type(obj).__mro__:
        names.update(each.__dict__)
    return names
