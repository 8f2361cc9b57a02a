"""Kinds: what a name of an object is for a peer, in the words of PROTOCOL.md section 3.

A kind follows from a value, or from what a class and an instance hold. Whether a peer may reach the
name is decided in `policy`. Nothing here runs a getter.
"""

from __future__ import annotations

from enum import Enum
from types import ModuleType
from typing import Any, Final, NamedTuple, get_origin

from tuberd.exposure.attributes import class_attribute, classes_of, is_plain_method, own_attributes

__all__ = ["PLURAL", "Kind", "Member", "is_object", "kind_of", "static_kind"]


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


class Member(NamedTuple):  # faster than a frozen dataclass: one is made for each step of a path
    """One listed name of an object.

    Attributes:
        value: what the name holds. For a method with ``by_class``, the unbound class attribute.
        error: what reading the name raised; ``value`` is then None and the kind is PROPERTY.
        by_class: whether the class alone decides, for all of its instances.
        live: whether the name is a live property.
    """

    name: str
    kind: Kind
    value: Any
    error: BaseException | None = None
    by_class: bool = False
    live: bool = False


def kind_of(value: object) -> Kind | None:
    """Return what a value is for a peer; None if it is not listed."""
    if issubclass(type(value), (type, ModuleType)):
        return None
    if is_object(value):
        return Kind.OBJECT
    if not callable(value):
        return Kind.PROPERTY
    return None if get_origin(value) is not None else Kind.METHOD  # list[int] is a class, too


def static_kind(
    obj: object, name: str, held: object, targets: tuple[type, ...] = ()
) -> Kind | None:
    """Return what a name is, as far as that is known without running a getter.

    Args:
        held: what the object's class holds under the name, or ABSENT.
        targets: the classes of a proxy's target.
    """
    if targets and any(is_plain_method(class_attribute(each, name)) for each in targets):
        return Kind.METHOD
    # A data descriptor precedes what the instance holds; other class attributes do not.
    if not hasattr(type(held), "__set__") and name in (own := own_attributes(obj)):
        return kind_of(own[name])
    if is_plain_method(held):
        return Kind.METHOD
    if isinstance(held, (staticmethod, classmethod)):
        return None
    return Kind.PROPERTY if hasattr(type(held), "__get__") else kind_of(held)


def is_object(value: object) -> bool:
    """Return whether a value is marked as an object that a peer may walk into."""
    if getattr(type(value), "__tuber_object__", False):
        return True  # the usual case; the rest is for proxies
    return any(getattr(each, "__tuber_object__", False) for each in classes_of(value)[1:])
