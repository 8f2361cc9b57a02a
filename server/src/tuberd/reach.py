"""What a peer may reach: the one decision, asked by calls, reads, paths and descriptions alike.

Descriptions list what `Reach` finds and a peer reaches what `Reach` finds, so the two can't differ.
This module must never answer a name that is not listed, never say more about a hidden name than
about one that does not exist, and never run a getter for what the class alone tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from types import ModuleType
from typing import Any, ClassVar, Final, get_origin

from tuberd.attributes import (
    ABSENT,
    class_attribute,
    classes_of,
    is_looked_up_as_usual,
    is_plain_method,
    names_of,
    own_attributes,
    told_names,
)
from tuberd.refusals import shown, suggestion

__all__ = ["Container", "Kind", "Member", "Reach", "ServedCodeError"]


class Kind(Enum):
    """What a listed name is, in the words of PROTOCOL.md section 3."""

    METHOD = "method"
    OBJECT = "object"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Member:
    """One listed name of an object.

    Attributes:
        value: what the name holds; of a method that the class decides, what the class
            holds, unbound.
        error: what reading the name raised; ``value`` is then None and the kind is PROPERTY.
        by_class: whether the class alone decided, for all of its instances.
    """

    name: str
    kind: Kind
    value: Any
    error: BaseException | None = None
    by_class: bool = False


class ServedCodeError(Exception):
    """Code of a served object raised while a name was read; ``error`` is what it raised.

    It tells such failures apart from refusals, which are plain AttributeError, KeyError and so on.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Container:
    """An object whose items a peer may reach by index or key.

    Underscore names and `tuber_item` are for the server; a peer reaches `tuber_call` only.
    """

    __tuber_object__: ClassVar[bool] = True
    __tuber_exclude__: ClassVar[tuple[str, ...]] = ("tuber_item", "_tuber_call")

    def tuber_item(self, key: str | int) -> Any:
        """The item of an index or key; raises KeyError or IndexError when there is none."""
        raise NotImplementedError

    def tuber_call(
        self, method: str, /, *args: Any, keys: Iterable[Any] | None = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of every item, in order.

        Args:
            method: the name of the method; every item must have it, or nothing is called.
            args: positional arguments of each call.
            keys: only call the items of these indices or keys, in this order.
            kwargs: named arguments of each call.

        Returns:
            A list of what each call returned.
        """
        return self._tuber_call(Reach(), method, *args, keys=keys, **kwargs)

    def _tuber_call(
        self, reach: Reach, method: str, /, *args: Any, keys: Any = None, **kwargs: Any
    ) -> list[Any]:
        """`tuber_call` for a peer: ``reach`` decides what may be called."""
        raise NotImplementedError


class Reach:
    """The decision what a peer may reach. Thread-safe.

    Args:
        expose_private: list names with one leading underscore too, as servers before 1.0 did.

    Attributes:
        reachable: class -> name -> class attribute, for the methods that were asked for and that
            the class alone decides. The core calls these without asking again, as long as the
            class holds that attribute and the instance nothing of that name.
    """

    def __init__(self, *, expose_private: bool = False) -> None:
        self._expose_private = expose_private
        self.reachable: dict[type, dict[str, object]] = {}

    def look(self, obj: object, name: str) -> Member | None:
        """THE decision: what ``name`` of ``obj`` is, or None when there is nothing for a peer."""
        classes = classes_of(obj)
        if not self._allows(classes, name):
            return None
        attribute = class_attribute(classes[0], name)
        own = own_attributes(obj)
        if (
            is_plain_method(attribute)
            and name not in own
            and len(classes) == 1
            and is_looked_up_as_usual(classes[0])
        ):
            return Member(name, Kind.METHOD, attribute, by_class=True)
        if attribute is ABSENT and name not in own and name not in told_names(obj):
            return None
        try:
            value = getattr(obj, name)
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return Member(name, Kind.PROPERTY, None, error)
        kind = _kind_of(value)
        return None if kind is None else Member(name, kind, value)

    def members(self, obj: object) -> list[Member]:
        """All that is listed of an object, by name."""
        looked = (self.look(obj, name) for name in sorted(names_of(obj)))
        return [member for member in looked if member is not None]

    def member(self, obj: object, name: str, kind: Kind | None = None) -> Member:
        """What ``name`` of ``obj`` is, when it is listed and of this kind (None: of any).

        Raises:
            AttributeError: it is not.
            ServedCodeError: reading it raised.
        """
        if not isinstance(name, str):
            raise TypeError(f"expected a name (a string), came {shown(name)}")
        member = self.look(obj, name)
        if member is not None and member.error is not None:
            raise ServedCodeError(member.error) from member.error
        if member is None or (kind is not None and member.kind is not kind):
            raise self._refusal(obj, name, kind or Kind.PROPERTY, member)
        return member

    def method(self, obj: object, name: str) -> Callable[..., Any]:
        """The method of that name, bound; raises as `member` does."""
        member = self.member(obj, name, Kind.METHOD)
        if not member.by_class:
            bound: Callable[..., Any] = member.value
            return bound
        if member.value is _CALL_OF_ITEMS and isinstance(obj, Container):
            return partial(obj._tuber_call, self)  # never cached: it must be given this decision
        with suppress(TypeError):  # a class that can't be hashed is asked about each time
            self.reachable.setdefault(type(obj), {})[name] = member.value
        called: Callable[..., Any] = getattr(obj, name)
        return called

    def item(self, obj: object, key: str | int) -> Any:
        """The item of a container.

        Raises:
            KeyError, IndexError: there is none, or ``obj`` is no container.
            TypeError: ``key`` is neither a string nor an integer.
            ServedCodeError: the object's own ``__getitem__`` raised something else.
        """
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise TypeError(f"expected an index or a key (integer or string), came {shown(key)}")
        if isinstance(obj, Container):
            return obj.tuber_item(key)
        if hasattr(type(obj), "tuber_meta") and hasattr(type(obj), "__getitem__"):
            return _item_of_own_container(obj, key)
        raise KeyError(f"{type(obj).__name__!r} is no container; it has no item {shown(key)}")

    def _allows(self, classes: tuple[type, ...], name: str) -> bool:
        """The part of the decision that depends on the name and the class's lists only."""
        if not name.isidentifier():
            return False
        if name.startswith("_"):
            # '__' anywhere: dunder names, and the names of private attributes, '_Class__name'.
            if "__" in name or name.startswith("_pybind11"):
                return False
            if not self._expose_private and name not in _listed(classes, "__tuber_expose__"):
                return False
        return name not in _listed(classes, "__tuber_exclude__")

    def _refusal(self, obj: object, name: str, kind: Kind, member: Member | None) -> AttributeError:
        """The refusal of a name, the same for a hidden one and for one that does not exist."""
        text = f"{type(obj).__name__!r} has no {kind.value} {shown(name)}"
        if member is not None:
            return AttributeError(f"{text}; that is the name of its {member.kind.value}")
        classes = classes_of(obj)
        names = [
            each
            for each in sorted(names_of(obj))
            if self._allows(classes, each) and _likely_kind(obj, each) is kind
        ]
        return AttributeError(text + suggestion(name, names, _PLURAL[kind]))


def _likely_kind(obj: object, name: str) -> Kind | None:
    """What a name is as far as can be told without running a getter."""
    own = own_attributes(obj)
    if name in own:
        return _kind_of(own[name])
    held = class_attribute(type(obj), name)
    if is_plain_method(held):
        return Kind.METHOD
    if isinstance(held, (staticmethod, classmethod)):
        return None
    return Kind.PROPERTY if hasattr(type(held), "__get__") else _kind_of(held)


_PLURAL: Final = {
    Kind.METHOD: "methods",
    Kind.OBJECT: "objects",
    Kind.PROPERTY: "properties",
}

_CALL_OF_ITEMS: Final[object] = Container.__dict__["tuber_call"]


def _kind_of(value: object) -> Kind | None:
    """What a value is for a peer; None: it is not listed."""
    if issubclass(type(value), (type, ModuleType)):
        return None
    if is_object(value):
        return Kind.OBJECT
    if not callable(value):
        return Kind.PROPERTY
    return None if get_origin(value) is not None else Kind.METHOD  # list[int] is a class, too


def is_object(value: object) -> bool:
    """Whether a value says that it is an object for a peer to walk into."""
    return any(getattr(each, "__tuber_object__", False) for each in classes_of(value))


def _listed(classes: tuple[type, ...], attribute: str) -> set[str]:
    """The names that the classes or any of their bases give: a subclass can't undo its base's."""
    names: set[str] = set()
    for cls in classes:
        for each in cls.__mro__:
            given = getattr(each, attribute, None)
            names.update((given,) if isinstance(given, str) else given or ())
    return names


def _item_of_own_container(obj: Any, key: str | int) -> Any:
    """An item of a user's class that describes its items by `tuber_meta`."""
    try:
        item = obj[key]
    except (KeyError, IndexError):
        raise
    except BaseException as error:
        raise ServedCodeError(error) from error
    if not is_object(item):
        raise KeyError(key)
    return item
