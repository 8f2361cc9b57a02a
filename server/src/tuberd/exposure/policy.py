"""What a peer may reach: one policy for calls, reads, paths and descriptions alike.

Descriptions list what `ExposurePolicy` resolves, and a peer reaches the same, so the two can't
differ. The policy must never answer a name that is not listed, nor run a getter for what the class
alone decides. It must never say more about a hidden name than about one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from sys import intern
from traceback import format_exception_only
from typing import Any, ClassVar, Final, Protocol

from tuber.markers import LiveProperty
from tuber.protocol import attribute_name
from tuberd.exposure.attributes import (
    ABSENT,
    EXCLUDED,
    EXPOSED,
    LIVE,
    ClassLists,
    all_names,
    class_attribute,
    classes_of,
    declared_live,
    declares_live,
    has_default_equality,
    has_default_lookup,
    is_plain_method,
    own_attributes,
    stored_name,
)
from tuberd.exposure.kinds import PLURAL, Kind, Member, is_object, kind_of, static_kind
from tuberd.exposure.lasting import LastingClasses
from tuberd.exposure.readonly import check_readonly
from tuberd.exposure.refusals import check_runs, shown, suggestion

__all__ = ["Container", "ExposurePolicy", "ServedCodeError"]


# Classes whose methods are kept. They keep their classes, some kilobytes each.
MAX_KNOWN_CLASSES: Final = 1024


class ServedCodeError(Exception):
    """Code of a served object raised ``error`` while a name was read; not a refusal."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Arguments(Protocol):
    """Converts received values as the annotations of served code say."""

    def method(
        self, obj: object, name: str, attribute: object, bound: Callable[..., Any]
    ) -> Callable[..., Any] | None:
        """Return a method that converts its arguments; None if it has none to convert."""

    def value(self, obj: object, name: str, value: Any) -> Any:
        """Return the value to set a property to."""


class Container:
    """An object whose items a peer may reach by index or key."""

    __tuber_object__: ClassVar[bool] = True
    __tuber_exclude__: ClassVar[tuple[str, ...]] = ("tuber_item", "_bind")

    def tuber_item(self, key: str | int) -> Any:
        """Return the item of an index or key; raise KeyError or IndexError if there is none."""
        raise NotImplementedError

    def _bind(self, policy: ExposurePolicy, method: object) -> Callable[..., Any] | None:
        """Bind a class attribute that acts on the items to ``policy``; None for all others."""
        raise NotImplementedError


def tuber_set(self: Any, name: str, value: Any) -> Any:
    """Set a live property.

    Args:
        name: the name of the property.
        value: its new value.

    Returns:
        The value as read back.
    """
    return ExposurePolicy().set_live(self, name, value)


class ExposurePolicy:
    """Decides what a peer may reach. Thread-safe.

    Args:
        expose_private: also list names with one leading underscore, as servers before 1.0 did.
        read_only: refuse to set properties, and to call methods that are not marked `readonly`.
        live: whether all properties are live.
        arguments: converts received values as annotations say; None leaves them as they are.

    Attributes:
        reachable: class -> name -> (the name interned, the class attribute), for the methods that
            were called and that the class alone decides. The core calls these without asking again,
            as long as the class holds that attribute and the instance holds nothing of that name.
            The names are interned so that Python's method cache finds them.
    """

    def __init__(
        self,
        *,
        expose_private: bool = False,
        read_only: bool = False,
        live: bool = False,
        arguments: Arguments | None = None,
    ) -> None:
        self._expose_private = expose_private
        self._all_live = live
        self._read_only = read_only
        self._arguments = arguments
        self.reachable: dict[type, dict[str, tuple[str, object]]] = {}
        self._classes = LastingClasses()

    def for_readers(self) -> ExposurePolicy:
        """Return the same policy for clients with read-only access."""
        return ExposurePolicy(
            expose_private=self._expose_private,
            read_only=True,
            live=self._all_live,
            arguments=self._arguments,
        )

    def resolve(self, obj: object, name: str) -> Member | None:
        """Decide what ``name`` of ``obj`` is; None if a peer may not reach it."""
        if not name.isascii():
            name = attribute_name(name)
        return self._resolve(obj, name, ClassLists(classes_of(obj)))

    def _resolve(self, obj: object, name: str, lists: ClassLists) -> Member | None:
        if not self._allows(lists, name):
            return None
        own = lists.classes[0]
        attribute = class_attribute(own, name)
        if (
            attribute is not ABSENT
            and is_plain_method(attribute)
            and name not in own_attributes(obj)
            and len(lists.classes) == 1
            and has_default_lookup(own)
        ):
            return Member(name, Kind.METHOD, attribute, by_class=True)
        held_as = name if attribute is not ABSENT else stored_name(obj, name)
        if held_as is None:
            given = name == tuber_set.__name__ and self.live_names(obj)
            return Member(name, Kind.METHOD, tuber_set) if given else None
        held = attribute if held_as == name else class_attribute(own, held_as)
        declared = (
            name in lists[LIVE]
            or isinstance(held, LiveProperty)
            or (len(lists.classes) > 1 and declares_live(lists, held_as))
        )
        live = declared and static_kind(obj, held_as, held, lists.classes[1:]) is Kind.PROPERTY
        try:
            value = getattr(obj, held_as)
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return Member(name, Kind.PROPERTY, None, error, live=live or self._all_live)
        kind = Kind.PROPERTY if live else kind_of(value)
        if kind is None:
            return None
        live = live or (self._all_live and kind is Kind.PROPERTY)
        return Member(name, kind, value, live=live)

    def live_names(self, obj: object) -> list[str]:
        """Return the names of the live properties of an object."""
        lists = ClassLists(classes_of(obj))
        listed = (
            set(map(attribute_name, all_names(obj))) if self._all_live else declared_live(lists)
        )
        return sorted(
            each for each in listed if self._expected_kind(obj, each, lists) is Kind.PROPERTY
        )

    def invalid_live_names(self, obj: object) -> list[str]:
        """Return what the class lists as live although a peer can reach no such property."""
        return sorted(ClassLists(classes_of(obj))[LIVE] - {*self.live_names(obj)})

    def _expected_kind(self, obj: object, name: str, lists: ClassLists) -> Kind | None:
        """Return the kind that `resolve` would find, as far as is known without a getter."""
        held = class_attribute(type(obj), name)
        if not self._allows(lists, name):
            return None
        held_as = name if held is not ABSENT else stored_name(obj, name)
        if held_as is None:
            return None
        return static_kind(obj, held_as, class_attribute(type(obj), held_as), lists.classes[1:])

    def members(self, obj: object) -> list[Member]:
        """Return everything that is listed of an object, sorted by name."""
        names = all_names(obj) | {tuber_set.__name__}
        if not all(map(str.isascii, names)):
            names = set(map(attribute_name, names))
        lists = ClassLists(classes_of(obj))
        # Half of all names are Python's own; `_allows` would refuse them one by one.
        candidates = sorted(name for name in names if not name.startswith("__"))
        resolved = (self._resolve(obj, name, lists) for name in candidates)
        return [member for member in resolved if member is not None]

    def member(self, obj: object, name: str, kind: Kind | None = None) -> Member:
        """Return what ``name`` of ``obj`` is.

        Args:
            kind: the kind that it must be of; None allows any.

        Raises:
            AttributeError: There is no such name of this kind for a peer.
            TypeError: ``name`` is not a string.
            ServedCodeError: Reading it raised.
        """
        _check_name(name)
        member = self.resolve(obj, name)
        if member is not None and member.error is not None:
            raise ServedCodeError(member.error) from member.error
        if member is None or (kind is not None and member.kind is not kind):
            raise self._refusal(obj, name, kind or Kind.PROPERTY, member.kind if member else None)
        return member

    def method(self, obj: object, name: str) -> Callable[..., Any]:
        """Return a bound method.

        Raises:
            AttributeError, TypeError, ServedCodeError: See `member`.
            PermissionError: The policy is read-only, and the method is not marked `readonly`.
            TypeError: The method is an ``async def`` or a generator.
        """
        member = self.member(obj, name, Kind.METHOD)
        if (own := self._bind_own(obj, member.value)) is not None:
            return own  # never cached: it needs this policy
        name = member.name  # other spellings of it are not kept: there may be very many
        if self._read_only:
            check_readonly(obj, name, member.value)
        check_runs(obj, name, member.value)
        called: Callable[..., Any] = getattr(obj, name) if member.by_class else member.value
        if self._arguments is not None:
            converting = self._arguments.method(obj, name, member.value, called)
            if converting is not None:
                return converting  # never cached: the core would call the method itself
        if member.by_class and has_default_equality(type(obj)) and self._classes.lasts(type(obj)):
            if len(self.reachable) >= MAX_KNOWN_CLASSES:
                self.reachable.clear()
            self.reachable.setdefault(type(obj), {})[name] = (intern(name), member.value)
        return called

    def item(self, obj: object, key: str | int) -> Any:
        """Return an item of a container.

        Raises:
            KeyError, IndexError: There is no such item, or ``obj`` is not a container.
            TypeError: ``key`` is neither a string nor an integer.
            ServedCodeError: The object's own ``__getitem__`` raised something else.
        """
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise TypeError(f"expected an index or a key (integer or string), got {shown(key)}")
        if isinstance(obj, Container):
            return obj.tuber_item(key)
        own: Any = obj  # a user's class that describes its items by tuber_meta()
        if not hasattr(type(own), "tuber_meta") or not hasattr(type(own), "__getitem__"):
            raise KeyError(
                f"{type(own).__name__!r} is not a container; it has no item {shown(key)}"
            )
        try:
            item = own[key]
        except (KeyError, IndexError):
            raise
        except BaseException as error:
            raise ServedCodeError(error) from error
        if not is_object(item):
            raise KeyError(key)
        return item

    def check_property(self, obj: object, name: str) -> ClassLists:
        """Refuse what is not a property, without running a getter; raise as `member` does.

        Returns:
            The lists of the object's classes.
        """
        _check_name(name)
        lists = ClassLists(classes_of(obj))
        kind = self._expected_kind(obj, attribute_name(name), lists)
        if kind is not Kind.PROPERTY:
            raise self._refusal(obj, name, Kind.PROPERTY, kind)
        return lists

    def check_live(self, obj: object, name: str) -> None:
        """Refuse to set what is not a live property, without running a getter.

        Raises:
            AttributeError: There is no such live property for a peer.
            TypeError: ``name`` is not a string.
            PermissionError: The policy is read-only.
        """
        lists = self.check_property(obj, name)
        if not self._all_live and not declares_live(
            lists, stored_name(obj, attribute_name(name)) or name
        ):
            live = ", ".join(self.live_names(obj)) or "none"
            raise AttributeError(
                f"the property {shown(name)} of {type(obj).__name__!r} can't be set: its live"
                f" properties are {live} (marked @tuberd.live, or listed in {LIVE} of its class)"
            )
        if self._read_only:
            raise PermissionError(f"read-only access: the property {shown(name)} was not set")

    def set_live(self, obj: object, name: str, value: Any) -> Any:
        """Set a live property, and return the value read back.

        Raises:
            AttributeError, TypeError, PermissionError: See `check_live`.
            ValueError: The value is not one that the property's annotation allows.
            RuntimeError: The property was set, but reading it back raised.
        """
        self.check_live(obj, name)
        name = stored_name(obj, attribute_name(name)) or name
        if self._arguments is not None:
            value = self._arguments.value(obj, name, value)
        setattr(obj, name, value)
        try:
            return getattr(obj, name)
        except BaseException as error:
            text = "".join(format_exception_only(error)).strip()
            raise RuntimeError(f"{name!r} was set, but reading it back raised {text}") from error

    def _bind_own(self, obj: object, method: object) -> Callable[..., Any] | None:
        """Bind a method that tuberd adds to objects to this policy; None for other methods."""
        if method is tuber_set:
            return partial(self.set_live, obj)
        return obj._bind(self, method) if isinstance(obj, Container) else None

    def _allows(self, lists: ClassLists, name: str) -> bool:
        """Decide by the name and the class's lists alone."""
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
        """Make the refusal of a name: the same for a hidden one and one that does not exist."""
        text = f"{type(obj).__name__!r} has no {kind.value} {shown(name)}"
        if found is not None:
            return AttributeError(f"{text}; that is the name of its {found.value}")
        lists = ClassLists(classes_of(obj))
        held = {attribute_name(each): each for each in sorted(all_names(obj))}
        public = (each for each in sorted(held) if self._allows(lists, each))
        cls = type(obj)
        names = [
            each
            for each in public
            if static_kind(obj, held[each], class_attribute(cls, held[each])) is kind
        ]
        return AttributeError(text + suggestion(name, names, PLURAL[kind]))


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"expected a name (a string), got {shown(name)}")
