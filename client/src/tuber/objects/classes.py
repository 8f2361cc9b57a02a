"""Generate a class for each description, so that Python's own tools understand remote objects.

Methods are functions, live properties are properties, containers are sequences or mappings. Objects
with the same description share their class. This module does no I/O and uses no remote object.
"""

from __future__ import annotations

import sys
import weakref
from abc import ABCMeta
from collections.abc import Collection
from contextlib import suppress
from types import new_class
from typing import Any, Final

from tuber.objects.containers import ListContainer, MapContainer, RegistryNames, get_item
from tuber.objects.methods import (
    REMOTE,
    StaticProperty,
    make_live_property,
    make_method,
    property_text,
)
from tuber.objects.names import is_local
from tuber.protocol import Description, PropertyDescription
from tuber.result import TuberResult

# The classes by base and content. A class lives as long as one of its objects.
_classes: weakref.WeakValueDictionary[tuple[type, str], type] = weakref.WeakValueDictionary()

# By the identity of a description. Keeping the description ensures that its id is not reused.
_recent: dict[tuple[type, int, frozenset[str], bool, bool], tuple[Description, type]] = {}
_MAX_RECENT: Final = 64


def class_for(
    base: type,
    description: Description,
    hidden: frozenset[str],
    convert: bool,
    is_registry: bool = False,
) -> type:
    """Return the class of objects of a description, a subclass of ``base``.

    Args:
        base: the user's class, or that of a shell.
        hidden: the names in the description that a local attribute hides.
        convert: whether maps become TuberResult objects.
        is_registry: whether the object is the registry, whose objects are items too.
    """
    # The items of a list share one description, so its content is read only once.
    identity = base, id(description), hidden, convert, is_registry
    recent = _recent.get(identity)
    if recent is not None:
        return recent[1]
    key = base, f"{is_registry}{_content(description, hidden, convert)}"
    generated = _classes.get(key)
    if generated is None:
        generated = _classes.setdefault(key, _make(base, description, hidden, convert, is_registry))
    _recent[identity] = description, generated
    if len(_recent) > _MAX_RECENT:
        with suppress(StopIteration, RuntimeError):  # another thread changed it at the same time
            _recent.pop(next(iter(_recent)), None)
    return generated


def base_of(generated: type) -> type:
    """Return the base of a generated class; return any other class unchanged."""
    base: type = vars(generated).get("_tuber_base", generated)
    return base


def may_be_subclassed(base: type) -> bool:
    """Return whether creating a subclass has no side effects.

    For example, SQLAlchemy's declarative classes map every subclass to a table.
    """
    if type(base) not in (type, ABCMeta):
        return False
    return all(
        "__init_subclass__" not in vars(owner) or owner.__module__ in ("builtins", "typing")
        for owner in base.__mro__
    )


def plain_base(base: type) -> type:
    """Return the nearest base class that may be subclassed: the class of the shell."""
    return next(owner for owner in base.__mro__ if may_be_subclassed(owner))


def property_types(description: Description, convert: bool) -> dict[str, type]:
    """Return the type of each property's value."""
    return {
        name: TuberResult if convert and type(value) is dict else type(value)
        for name, value in description.properties.items()
    }


def hidden_names(base: type, own: Collection[str], description: Description) -> frozenset[str]:
    """Return the names in a description that a local attribute hides.

    Args:
        own: the names of the object's own attributes.
    """
    return frozenset(
        name
        for name in description.names
        if name in own
        or is_local(name)
        or (_has_attribute(base, name) and not _gives_way(base, name, description))
    )


def _gives_way(base: type, name: str, description: Description) -> bool:
    """Whether ``close`` is the remote method: if that exists and no class of a user defines it."""
    if name != "close" or name not in description.methods:
        return False
    return next(each for each in base.__mro__ if name in vars(each)).__module__.startswith("tuber.")


def _has_attribute(base: type, name: str) -> bool:
    """Return whether objects of a class have an attribute; ignore attributes of its metaclass."""
    return any(name in vars(owner) for owner in base.__mro__)


def _content(description: Description, hidden: frozenset[str], convert: bool) -> str:
    """Return everything that a generated class depends on; of properties, only their types."""
    types = property_types(description, convert)
    content = (
        description.type,
        description.doc,
        sorted((name, repr(each)) for name, each in description.methods.items()),
        sorted((name, kind.__module__, kind.__qualname__) for name, kind in types.items()),
        sorted(description.objects),
        sorted(description.dynamic),
        sorted(description.spelt.items()),
        sorted((name, repr(each)) for name, each in description.property_descriptions.items()),
        _container_class(description),
        sorted(hidden),
    )
    return repr(content)


def _make(
    base: type,
    description: Description,
    hidden: frozenset[str],
    convert: bool,
    is_registry: bool,
) -> type:
    name = description.type or ""
    if not name.isidentifier():
        name = base.__name__
    types = property_types(description, convert)
    namespace: dict[str, Any] = {
        "__module__": REMOTE,
        "__qualname__": name,
        "__doc__": description.doc,
        "__annotations__": {each: kind for each, kind in types.items() if each not in hidden},
        "_tuber_base": base,
    }
    container = _container_class(description)
    if container is not None and ("maps" in description.names or _has_attribute(base, "maps")):
        namespace["__getitem__"] = get_item
    for each, method in description.methods.items():
        if each not in hidden:
            namespace[sys.intern(each)] = make_method(
                name, each, method, description.wire_name(each)
            )
    details = description.property_descriptions
    for each in description.dynamic - hidden:
        # A property that could not be read has no value whose type is known.
        kind, known = types.get(each, object), details.get(each, PropertyDescription())
        namespace[sys.intern(each)] = make_live_property(
            name, each, kind, known, description.wire_name(each)
        )
    for each in details.keys() - description.dynamic - hidden:
        if each in description.properties or each in description.failed:
            text = property_text(details[each], types.get(each, object), live=False)
            namespace[sys.intern(each)] = StaticProperty(each, text)
    if is_registry and not issubclass(base, RegistryNames):
        container = RegistryNames
    bases = (base,) if container is None else (base, container)
    return new_class(name, bases, exec_body=lambda members: members.update(namespace))


def _container_class(description: Description) -> type | None:
    if not description.is_container:
        return None
    return MapContainer if isinstance(description.keys, tuple) else ListContainer
