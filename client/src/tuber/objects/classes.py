"""The class that is generated for a description, so that Python's own tools understand it.

Methods are functions, live properties are properties, containers are sequences or mappings. Two
objects of the same description share their class. Nothing here does I/O or knows an object.
"""

from __future__ import annotations

import sys
import weakref
from abc import ABCMeta
from collections.abc import Collection
from types import new_class
from typing import Any, Final, NamedTuple

from tuber.objects.containers import ListContainer, MapContainer, get_item
from tuber.objects.live import make_live_property
from tuber.objects.methods import REMOTE, make_method
from tuber.objects.names import is_foreign
from tuber.protocol import Description
from tuber.result import TuberResult


class _Asked(NamedTuple):
    """What a class is generated from."""

    base: type
    description: Description
    hidden: frozenset[str]
    convert: bool


def class_for(base: type, description: Description, hidden: frozenset[str], convert: bool) -> type:
    """The class of objects of that description: a subclass of ``base``, shared with equal ones.

    Args:
        base: what the user, or a shell, has them made of.
        hidden: the names in the description that something local stands before.
        convert: whether maps become TuberResult objects.
    """
    asked = _Asked(base, description, hidden, convert)
    # The items of a list share one description: its content is looked at once, not for each.
    recent = _recent.get((base, id(description), hidden, convert))
    if recent is not None:
        return recent[1]
    key = (base, _content(asked))
    made = _classes.get(key)
    if made is None:
        made = _classes.setdefault(key, _make(asked))
    if len(_recent) >= _MAX_RECENT:
        _recent.clear()
    _recent[base, id(description), hidden, convert] = description, made
    return made


# They live as long as an object of them does.
_classes: weakref.WeakValueDictionary[tuple[type, str], type] = weakref.WeakValueDictionary()

# By the identity of a description, which is kept so that the identity stays its own.
_recent: dict[tuple[type, int, frozenset[str], bool], tuple[Description, type]] = {}
_MAX_RECENT: Final = 64


def base_of(generated: type) -> type:
    """The class that a generated one was made of; any other class is its own."""
    base: type = vars(generated).get("_tuber_base", generated)
    return base


def may_be_subclassed(base: type) -> bool:
    """Whether a subclass of it can be made without anybody being told of it.

    SQLAlchemy's declarative classes, for one, map every subclass to a table.
    """
    if type(base) not in (type, ABCMeta):
        return False
    return all(
        "__init_subclass__" not in vars(owner) or owner.__module__ in ("builtins", "typing")
        for owner in base.__mro__
    )


def plain_base(base: type) -> type:
    """The nearest class above that may be subclassed: that of the shell."""
    return next(owner for owner in base.__mro__ if may_be_subclassed(owner))


def kinds_of(description: Description, convert: bool) -> dict[str, type]:
    """The type of each property's value."""
    return {
        name: TuberResult if convert and type(value) is dict else type(value)
        for name, value in description.properties.items()
    }


def _content(asked: _Asked) -> str:
    """What the class depends on: not the values of properties, but their types."""
    description = asked.description
    content = (
        description.type,
        description.doc,
        sorted((name, repr(each)) for name, each in description.methods.items()),
        sorted(
            (name, kind.__module__, kind.__qualname__)
            for name, kind in kinds_of(description, asked.convert).items()
        ),
        sorted(description.objects),
        sorted(description.dynamic),
        _container_class(description),
        sorted(asked.hidden),
    )
    return repr(content)


def _make(asked: _Asked) -> type:
    base, description, hidden = asked.base, asked.description, asked.hidden
    name = _class_name(description.type, base)
    kinds = kinds_of(description, asked.convert)
    namespace: dict[str, Any] = {
        "__module__": REMOTE,
        "__qualname__": name,
        "__doc__": description.doc,
        "__annotations__": {name: kind for name, kind in kinds.items() if name not in hidden},
        "_tuber_base": base,
    }
    container = _container_class(description)
    if container is not None and ("maps" in all_names(description) or has(base, "maps")):
        namespace["__getitem__"] = get_item
    for each, method in description.methods.items():
        if each not in hidden:
            namespace[sys.intern(each)] = make_method(name, each, method)
    for each in description.dynamic:
        if each not in hidden:
            # One that could not be read has no value yet whose type could be told.
            kind = kinds.get(each, object)
            namespace[sys.intern(each)] = make_live_property(name, each, kind)
    bases = (base,) if container is None else (base, container)
    return new_class(name, bases, exec_body=lambda members: members.update(namespace))


def _container_class(description: Description) -> type | None:
    if not description.is_container:
        return None
    return MapContainer if isinstance(description.keys, tuple) else ListContainer


def _class_name(type_name: str | None, base: type) -> str:
    return type_name if type_name is not None and type_name.isidentifier() else base.__name__


def all_names(description: Description) -> set[str]:
    """Everything that an object of this description has under a name."""
    return {
        *description.methods,
        *description.properties,
        *description.objects,
        *description.failed,
    }


def has(base: type, name: str) -> bool:
    """Whether objects of a class have an attribute of it; those of its metaclass are not theirs."""
    return any(name in vars(owner) for owner in base.__mro__)


def hidden_names(base: type, own: Collection[str], description: Description) -> frozenset[str]:
    """The names in a description that something local stands before.

    Args:
        own: the names of the attributes that the object has itself.
    """
    return frozenset(
        name
        for name in all_names(description)
        if name in own or is_foreign(name) or has(base, name)
    )
