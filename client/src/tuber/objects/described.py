"""The state of a remote object that comes from its description.

A new description is adopted in place: nested objects and items that the program holds stay the same
Python objects. This module does no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn
from weakref import ref

from tuber.errors import TuberError, TuberStateError
from tuber.objects.classes import (
    base_of,
    class_for,
    hidden_names,
    may_be_subclassed,
    plain_base,
)
from tuber.objects.containers import ListItems, MapItems, items_of
from tuber.objects.methods import make_method
from tuber.objects.names import warn_shadowed
from tuber.protocol import Description, Item, Path, path_of_item, path_of_object
from tuber.result import with_results
from tuber.session.session import Link, Session


class DescribedObject:
    """The part of a remote object that depends on its description."""

    _tuber_link: Any
    _tuber_path: Path
    _tuber_description: Description | None = None
    _tuber_items: ListItems | MapItems | None = None
    # The names in the description that a local attribute hides.
    _tuber_hidden: frozenset[str] = frozenset()
    # The generated class, if the object's own class cannot be changed (see may_be_subclassed).
    _tuber_stand_in: type | None = None

    def object_factory(self, objname: Path) -> DescribedObject:
        """Create the remote object for a nested object."""
        raise NotImplementedError

    def _tuber_adopt(self, description: Description) -> None:
        """Adopt a description, also for nested objects and items.

        Unchanged attributes are never missing meanwhile, because other threads may use the object.
        """
        base = base_of(type(self))
        session = self._tuber_link.session
        before = self._tuber_contents()
        hidden = hidden_names(base, self.__dict__.keys() - before.keys(), description)
        contents = self._tuber_new_contents(description, hidden, before)
        items = items_of(description, ref(self))
        if items is not None:
            removed = items.carry_over(self._tuber_items)
        else:
            removed = self._tuber_items.made() if self._tuber_items is not None else []
        self._tuber_items, self._tuber_hidden = items, hidden
        convert = session.options.convert_json
        if may_be_subclassed(base):
            is_registry = self._tuber_path is None
            self.__class__ = class_for(base, description, hidden, convert, is_registry)
        else:
            self._tuber_stand_in = class_for(plain_base(base), description, hidden, convert)
        self.__dict__.update(contents, _tuber_description=description)
        for name, value in before.items():
            if name not in contents:
                del self.__dict__[name]
            if isinstance(value, DescribedObject) and contents.get(name) is not value:
                removed.append(value)
        for each in removed:
            each._tuber_removed(TuberStateError("what it was in is described without it now"))
        warn_shadowed(base, hidden, description.type, session)

    def _tuber_contents(self) -> dict[str, Any]:
        """Return the entries of ``__dict__`` for a description: static values, nested objects."""
        old = self._tuber_description
        if old is None:
            return {}
        names = old.names - self._tuber_hidden
        return {name: self.__dict__[name] for name in names if name in self.__dict__}

    def _tuber_new_contents(
        self, description: Description, hidden: frozenset[str], before: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return ``_tuber_contents`` for a new description, reusing existing nested objects."""
        contents = {
            name: self._tuber_value(value)
            for name, value in description.properties.items()
            if name not in hidden and name not in description.dynamic
        }
        for name, inside in description.objects.items():
            known = before.get(name)
            if name in hidden:
                continue
            if isinstance(known, DescribedObject):
                known._tuber_adopt(inside)
                contents[name] = known
            else:
                path = path_of_object(self._tuber_path, description.wire_name(name))
                contents[name] = self._tuber_make_object(path, inside)
        return contents

    def _tuber_removed(self, error: TuberError) -> None:
        """Mark the object as removed from the server, so that every later use raises an error.

        ``tuber_resolve(force=True)`` restores it when the server has it again.
        """
        items, self._tuber_items = self._tuber_items, None
        inside = items.made() if items is not None else []
        for name, value in self._tuber_contents().items():
            del self.__dict__[name]
            if isinstance(value, DescribedObject):
                inside.append(value)
        self.__class__ = base_of(type(self))
        self._tuber_stand_in = self._tuber_description = None
        self._tuber_hidden = frozenset()
        if not isinstance(self._tuber_link, RemovedObjectLink):
            self._tuber_link = RemovedObjectLink(
                self._tuber_link,
                f"{self!r} is no longer on the server ({error}); "
                "tuber_resolve(force=True) looks for it again",
            )
        for each in inside:
            each._tuber_removed(error)

    def __del__(self) -> None:
        """Pass on the refresh after a restart of the server to the objects inside that stay.

        They don't refer to this one: a cycle would wait for the garbage collector.
        """
        if self._tuber_description is None:
            return
        items = self._tuber_items
        inside = items.made() if items is not None else []
        inside += [each for each in self.__dict__.values() if isinstance(each, DescribedObject)]
        if inside:
            self._tuber_link.session.state.inherit(self, inside)

    def _tuber_make_object(self, path: Path, description: Description) -> DescribedObject:
        made = self.object_factory(path)
        made._tuber_adopt(description)
        return made

    def _tuber_make_item(self, item: Item, description: Description) -> DescribedObject:
        return self._tuber_make_object(path_of_item(self._tuber_path, item), description)

    def _tuber_method(self, description: Description, name: str) -> Any:
        """Return the function of a method, even if a local attribute hides it."""
        if name not in self._tuber_hidden:
            return vars(self._tuber_stand_in or type(self))[name]
        owner, wire_name = description.type or type(self).__name__, description.wire_name(name)
        return make_method(owner, name, description.methods[name], wire_name)

    def _tuber_value(self, value: Any) -> Any:
        """Return a property's value, converted according to the options."""
        return with_results(value) if self._tuber_link.session.options.convert_json else value

    def _tuber_known(self) -> Description:
        """Return the description; raise an error if there is none."""
        description = self._tuber_description
        if description is None:
            if isinstance(self.__dict__.get("_tuber_link"), RemovedObjectLink):
                self._tuber_link.fail()
            raise AttributeError(f"{self!r} is not resolved yet: call its tuber_resolve() first")
        return description


class RemovedObjectLink:
    """Replaces the link of a removed object, so that methods that the program holds fail too.

    Args:
        link: the link to use again if the object returns.
        text: the message of the error that every use raises.
    """

    def __init__(self, link: Any, text: str) -> None:
        self.link: Link = link
        self._text = text

    @property
    def session(self) -> Session:
        """The session of the link."""
        return self.link.session

    def fail(self) -> NoReturn:
        """Raise a new exception with each use, because each has its own traceback."""
        raise TuberStateError(self._text)

    def run(self, conversation: Any) -> Any:
        """Raise; nothing is sent."""
        conversation.close()
        self.fail()

    start = run

    def varied(self, *options: Any, **more: Any) -> RemovedObjectLink:
        """Return this link, which fails with any options."""
        return self

    def close(self) -> Any:
        """Close the connections of the original link."""
        return self.link.close()  # type: ignore[attr-defined]  # each shell's link has it

    def __reduce__(self) -> tuple[Any, ...]:
        return RemovedObjectLink, (self.link, self._text)
