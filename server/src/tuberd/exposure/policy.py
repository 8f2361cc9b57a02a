"""What a peer may reach: the one decision, asked by calls, reads, paths and descriptions alike.

Descriptions list what `Reach` finds and a peer reaches what `Reach` finds, so the two can't differ.
This module must never answer a name that is not listed, never say more about a hidden name than
about one that does not exist, and never run a getter for what the class alone tells.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from sys import intern
from typing import Any, ClassVar

from tuberd.exposure.attributes import (
    ABSENT,
    class_attribute,
    classes_of,
    is_compared_as_usual,
    is_looked_up_as_usual,
    is_plain_method,
    names_of,
    own_attributes,
    told_names,
)
from tuberd.exposure.class_lists import EXCLUDED, EXPOSED, LIVE, ClassLists
from tuberd.exposure.kinds import PLURAL, Kind, Member, is_object, kind_of, likely_kind
from tuberd.exposure.readonly import check_readonly
from tuberd.exposure.refusals import shown, suggestion

__all__ = ["Container", "Reach", "ServedCodeError"]


class ServedCodeError(Exception):
    """Code of a served object raised while a name was read; ``error`` is what it raised.

    It tells such failures apart from refusals, which are plain AttributeError, KeyError and so on.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Container:
    """An object whose items a peer may reach by index or key; underscore names are for us."""

    __tuber_object__: ClassVar[bool] = True
    __tuber_exclude__: ClassVar[tuple[str, ...]] = ("tuber_item", "_deciding")

    def tuber_item(self, key: str | int) -> Any:
        """The item of an index or key; raises KeyError or IndexError when there is none."""
        raise NotImplementedError

    def _deciding(self, reach: Reach, method: object) -> Callable[..., Any] | None:
        """The method that the class holds as ``method``, made to decide by ``reach`` what items let
        a peer do; None: it is not about items."""
        raise NotImplementedError


def tuber_set(self: Any, name: str, value: Any) -> Any:
    """Set a live property.

    Args:
        name: the name of the property.
        value: its new value.

    Returns:
        The value as read back.
    """
    return Reach().set_live(self, name, value)


class Reach:
    """The decision what a peer may reach. Thread-safe.

    Args:
        expose_private: list names with one leading underscore too, as servers before 1.0 did.
        read_only: call and set nothing but methods that are marked as changing nothing.

    Attributes:
        reachable: class -> name -> the same name interned, and the class attribute; for the methods
            that were asked for and that the class alone decides. The core calls these without
            asking again, as long as the class holds that attribute and the instance nothing of
            that name. (Interned, because Python remembers where it found such names.)
    """

    def __init__(self, *, expose_private: bool = False, read_only: bool = False) -> None:
        self._expose_private = expose_private
        self._read_only = read_only
        self.reachable: dict[type, dict[str, tuple[str, object]]] = {}

    def for_readers(self) -> Reach:
        """The same decision for a peer that may only read."""
        return Reach(expose_private=self._expose_private, read_only=True)

    def look(self, obj: object, name: str) -> Member | None:
        """THE decision: what ``name`` of ``obj`` is, or None when there is nothing for a peer."""
        return self._look(obj, name, ClassLists(classes_of(obj)))

    def _look(self, obj: object, name: str, lists: ClassLists) -> Member | None:
        if not self._allows(lists, name):
            return None
        own = lists.classes[0]
        attribute = class_attribute(own, name)
        if (
            attribute is not ABSENT
            and is_plain_method(attribute)
            and name not in own_attributes(obj)
            and len(lists.classes) == 1
            and is_looked_up_as_usual(own)
        ):
            return Member(name, Kind.METHOD, attribute, by_class=True)
        if attribute is ABSENT and not _exists(obj, name):
            given = name == tuber_set.__name__ and self.live_names(obj)
            return Member(name, Kind.METHOD, tuber_set) if given else None
        live = name in lists[LIVE] and self.is_live(obj, name)
        try:
            value = getattr(obj, name)
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return Member(name, Kind.PROPERTY, None, error, live=live)
        kind = Kind.PROPERTY if live else kind_of(value)
        return None if kind is None else Member(name, kind, value, live=live)

    def is_live(self, obj: object, name: str) -> bool:
        """The decision about setting: whether ``name`` of ``obj`` is a live property.

        It is made without reading the property: the class's word makes it one, whatever it holds.
        """
        listed = name in ClassLists(classes_of(obj))[LIVE]
        return listed and self.expected_kind(obj, name) is Kind.PROPERTY

    def live_names(self, obj: object) -> list[str]:
        """The live properties of an object."""
        return [
            each for each in sorted(ClassLists(classes_of(obj))[LIVE]) if self.is_live(obj, each)
        ]

    def misnamed_live(self, obj: object) -> list[str]:
        """What the class names as live although it is no property that a peer may reach."""
        return sorted(ClassLists(classes_of(obj))[LIVE] - {*self.live_names(obj)})

    def expected_kind(self, obj: object, name: str) -> Kind | None:
        """What `look` finds, as far as can be told without running a getter."""
        classes = classes_of(obj)
        if not self._allows(ClassLists(classes), name) or not _exists(obj, name):
            return None
        if any(is_plain_method(class_attribute(each, name)) for each in classes[1:]):
            return Kind.METHOD  # of the object behind a proxy
        return likely_kind(obj, name)

    def members(self, obj: object) -> list[Member]:
        """All that is listed of an object, by name."""
        names = names_of(obj) | {tuber_set.__name__}
        lists = ClassLists(classes_of(obj))
        # Half of all names are of Python's own, which `_allows` would refuse one by one.
        candidates = sorted(name for name in names if not name.startswith("__"))
        looked = (self._look(obj, name, lists) for name in candidates)
        return [member for member in looked if member is not None]

    def member(self, obj: object, name: str, kind: Kind | None = None) -> Member:
        """What ``name`` of ``obj`` is, when it is listed and of this kind (None: of any).

        Raises:
            AttributeError: it is not.
            ServedCodeError: reading it raised.
        """
        _check_name(name)
        member = self.look(obj, name)
        if member is not None and member.error is not None:
            raise ServedCodeError(member.error) from member.error
        if member is None or (kind is not None and member.kind is not kind):
            raise self._refusal(obj, name, kind or Kind.PROPERTY, member.kind if member else None)
        return member

    def method(self, obj: object, name: str) -> Callable[..., Any]:
        """The method of that name, bound; raises as `member` does."""
        member = self.member(obj, name, Kind.METHOD)
        if (own := self._deciding(obj, member.value)) is not None:
            return own  # never cached: it must be given this decision
        if self._read_only:
            check_readonly(obj, name, member.value)
        if not member.by_class:
            bound: Callable[..., Any] = member.value
            return bound
        if is_compared_as_usual(type(obj)):  # others are asked about each time
            self.reachable.setdefault(type(obj), {})[name] = (intern(name), member.value)
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

    def check_property(self, obj: object, name: str) -> None:
        """Refuse what is no property, without running a getter; raises as `member` does."""
        _check_name(name)
        kind = self.expected_kind(obj, name)
        if kind is not Kind.PROPERTY:
            raise self._refusal(obj, name, Kind.PROPERTY, kind)

    def check_live(self, obj: object, name: str) -> None:
        """Refuse what is no live property, without running a getter.

        Raises:
            AttributeError: it is not one, or can't be reached at all.
            TypeError: ``name`` is not a string.
        """
        self.check_property(obj, name)
        if not self.is_live(obj, name):
            live = ", ".join(self.live_names(obj)) or "none"
            raise AttributeError(
                f"the property {shown(name)} of {type(obj).__name__!r} can't be set: its live"
                f" properties are {live} (those that its class lists in {LIVE})"
            )
        if self._read_only:
            raise PermissionError(f"{shown(name)} was not set: who asks may only read")

    def set_live(self, obj: object, name: str, value: Any) -> Any:
        """Set a live property; the value read back.

        Raises: as `check_live`, and what the object's own code raises.
            RuntimeError: the property was set, but reading it back raised.
        """
        self.check_live(obj, name)
        setattr(obj, name, value)
        try:
            return getattr(obj, name)
        except Exception as error:
            kind = type(error).__name__
            text = f"{name!r} was set, but reading it back raised {kind}: {error}"
            raise RuntimeError(text) from error

    def _deciding(self, obj: object, method: object) -> Callable[..., Any] | None:
        """One of our own methods, made to decide as we do; None: it is none of ours."""
        if method is tuber_set:
            return partial(self.set_live, obj)
        return obj._deciding(self, method) if isinstance(obj, Container) else None

    def _allows(self, lists: ClassLists, name: str) -> bool:
        """The part of the decision that depends on the name and the class's lists only."""
        if not name.isidentifier():
            return False
        if name.startswith("_"):
            # '__' anywhere: dunder names, and the names of private attributes, '_Class__name'.
            if "__" in name or name.startswith("_pybind11"):
                return False
            if not self._expose_private and name not in lists[EXPOSED]:
                return False
        return name not in lists[EXCLUDED]

    def _refusal(self, obj: object, name: str, kind: Kind, found: Kind | None) -> AttributeError:
        """The refusal of a name, the same for a hidden one and for one that does not exist."""
        text = f"{type(obj).__name__!r} has no {kind.value} {shown(name)}"
        if found is not None:
            return AttributeError(f"{text}; that is the name of its {found.value}")
        lists = ClassLists(classes_of(obj))
        names = [
            each
            for each in sorted(names_of(obj))
            if self._allows(lists, each) and likely_kind(obj, each) is kind
        ]
        return AttributeError(text + suggestion(name, names, PLURAL[kind]))


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"expected a name (a string), came {shown(name)}")


def _exists(obj: object, name: str) -> bool:
    """Whether the class, the instance, or the object's own words have the name."""
    held = class_attribute(type(obj), name) is not ABSENT
    return held or name in own_attributes(obj) or name in told_names(obj)


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
