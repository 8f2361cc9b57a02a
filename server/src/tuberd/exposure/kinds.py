"""Kinds: what a name of an object is for a peer, in the words of PROTOCOL.md section 3.

Told of a value, or of what a class and an instance hold. Nothing here decides whether a peer may
reach it (`reach` does), and nothing runs a getter.
"""

from __future__ import annotations

from enum import Enum
from types import ModuleType
from typing import Any, Final, NamedTuple, get_origin

from tuberd.exposure.attributes import class_attribute, classes_of, is_plain_method, own_attributes

__all__ = ["PLURAL", "Kind", "Member", "is_object", "kind_of", "likely_kind"]


class Kind(Enum):
    """What a listed name is."""

    METHOD = "method"
    OBJECT = "object"
    PROPERTY = "property"


PLURAL: Final = {
    Kind.METHOD: "methods",
    Kind.OBJECT: "objects",
    Kind.PROPERTY: "properties",
}


class Member(NamedTuple):  # quicker to make than a frozen dataclass: one for each step of a path
    """One listed name of an object.

    Attributes:
        value: what the name holds; of a method that the class decides, what the class
            holds, unbound.
        error: what reading the name raised; ``value`` is then None and the kind is PROPERTY.
        by_class: whether the class alone decided, for all of its instances.
        live: whether it is a live property.
    """

    name: str
    kind: Kind
    value: Any
    error: BaseException | None = None
    by_class: bool = False
    live: bool = False


def kind_of(value: object) -> Kind | None:
    """What a value is for a peer; None: it is not listed."""
    if issubclass(type(value), (type, ModuleType)):
        return None
    if is_object(value):
        return Kind.OBJECT
    if not callable(value):
        return Kind.PROPERTY
    return None if get_origin(value) is not None else Kind.METHOD  # list[int] is a class, too


def likely_kind(obj: object, name: str) -> Kind | None:
    """What a name is as far as can be told without running a getter."""
    held = class_attribute(type(obj), name)
    own = own_attributes(obj)
    # A data descriptor goes before what the instance holds, anything else after it.
    if name in own and not hasattr(type(held), "__set__"):
        return kind_of(own[name])
    if is_plain_method(held):
        return Kind.METHOD
    if isinstance(held, (staticmethod, classmethod)):
        return None
    return Kind.PROPERTY if hasattr(type(held), "__get__") else kind_of(held)


def is_object(value: object) -> bool:
    """Whether a value says that it is an object for a peer to walk into."""
    if getattr(type(value), "__tuber_object__", False):
        return True  # most that are; the others may be proxies of one
    return any(getattr(each, "__tuber_object__", False) for each in classes_of(value)[1:])
