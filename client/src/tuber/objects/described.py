"""What is known of a remote object: how a description is taken on, renewed, and given up.

In place: objects inside and items that were handed out stay the same Python objects. Nothing here
does I/O; how knowledge is got and used is ``_proxy``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuber.errors import TuberError, TuberStateError
from tuber.objects import classes as _classes
from tuber.objects.items import ListItems, MapItems, carry_over, items_of
from tuber.objects.methods import make_method
from tuber.objects.names import tell_hidden
from tuber.objects.removed import VanishedLink
from tuber.protocol import Description, Item, Path, path_of_item, path_of_object
from tuber.result import with_results


class Known:
    """The part of a remote object that its description decides."""

    _tuber_link: Any
    _tuber_path: Path
    _tuber_description: Description | None = None
    _tuber_items: ListItems | MapItems | None = None
    # The object that this one was found in: who was resolved is told of a restart, and must be
    # there as long as something of it is.
    _tuber_holder: Known | None = None
    # The names in the description that something of ours, or of a subclass, stands before.
    _tuber_hidden: frozenset[str] = frozenset()
    # The generated class, where that of the object can't be changed (_classes.may_be_subclassed).
    _tuber_stand_in: type | None = None

    def object_factory(self, objname: Path) -> Known:
        """Make the remote object for an object inside this one."""
        raise NotImplementedError

    def _tuber_adopt(self, description: Description) -> None:
        """Take on what is known of the object, in place; so do objects inside and items.

        What stays is never missing in between, for other threads may be using it.
        """
        base = _classes.base_of(type(self))
        session = self._tuber_link.session
        before = self._tuber_contents()
        own = self.__dict__.keys() - before.keys()
        hidden = _classes.hidden_names(base, own, description)
        contents = self._tuber_new_contents(description, hidden, before)
        items = items_of(description, self._tuber_make_item)
        gone = carry_over(self._tuber_items, items)
        self._tuber_items, self._tuber_hidden = items, hidden
        self._tuber_generate(base, description, hidden)
        self.__dict__.update(contents, _tuber_description=description)
        for name, value in before.items():
            if name not in contents:
                del self.__dict__[name]
            if isinstance(value, Known) and contents.get(name) is not value:
                gone.append(value)
        for each in gone:
            each._tuber_vanished(TuberStateError("what it was in is described without it now"))
        tell_hidden(base, hidden, description.type, session)

    def _tuber_generate(self, base: type, description: Description, hidden: frozenset[str]) -> None:
        """Take on the class that is generated for the description."""
        convert = self._tuber_link.session.options.convert_json
        if _classes.may_be_subclassed(base):
            self.__class__ = _classes.class_for(base, description, hidden, convert)
        else:
            plain = _classes.plain_base(base)
            self._tuber_stand_in = _classes.class_for(plain, description, hidden, convert)

    def _tuber_contents(self) -> dict[str, Any]:
        """What is in ``__dict__`` because of the description: static values, objects inside."""
        old = self._tuber_description
        if old is None:
            return {}
        names = _classes.all_names(old) - self._tuber_hidden
        return {name: self.__dict__[name] for name in names if name in self.__dict__}

    def _tuber_new_contents(
        self, description: Description, hidden: frozenset[str], before: Mapping[str, Any]
    ) -> dict[str, Any]:
        """As ``_tuber_contents`` for a new description; objects from before take it on."""
        contents = {
            name: self._tuber_value(value)
            for name, value in description.properties.items()
            if name not in hidden and name not in description.dynamic
        }
        for name, inside in description.objects.items():
            known = before.get(name)
            if name in hidden:
                continue
            if isinstance(known, Known):
                known._tuber_adopt(inside)
                contents[name] = known
            else:
                path = path_of_object(self._tuber_path, name)
                contents[name] = self._tuber_make_object(path, inside)
        return contents

    def _tuber_vanished(self, error: TuberError) -> None:
        """Take note that the server has the object no more: every later use raises an error.

        ``tuber_resolve(force=True)`` brings it back when the server has it again.
        """
        items, self._tuber_items = self._tuber_items, None
        inside = list(items.made()) if items else []
        for name, value in self._tuber_contents().items():
            del self.__dict__[name]
            if isinstance(value, Known):
                inside.append(value)
        self.__class__ = _classes.base_of(type(self))
        self._tuber_stand_in = self._tuber_description = None
        self._tuber_hidden = frozenset()
        if not isinstance(self._tuber_link, VanishedLink):
            self._tuber_link = VanishedLink(
                self._tuber_link,
                f"{self!r} is not at the server any more ({error}); "
                "tuber_resolve(force=True) looks for it again",
            )
        for each in inside:
            each._tuber_vanished(error)

    def _tuber_make_object(self, path: Path, description: Description) -> Known:
        made = self.object_factory(path)
        made._tuber_holder = self
        made._tuber_adopt(description)
        return made

    def _tuber_make_item(self, item: Item, description: Description) -> Known:
        return self._tuber_make_object(path_of_item(self._tuber_path, item), description)

    def _tuber_method(self, description: Description, name: str) -> Any:
        """The function of a method, also when it is hidden."""
        if name not in self._tuber_hidden:
            return vars(self._tuber_stand_in or type(self))[name]
        return make_method(description.type or type(self).__name__, name, description.methods[name])

    def _tuber_value(self, value: Any) -> Any:
        """A property's value in the form that the user chose."""
        return with_results(value) if self._tuber_link.session.options.convert_json else value

    def _tuber_known(self) -> Description:
        description = self._tuber_description
        if description is None:
            if isinstance(self.__dict__.get("_tuber_link"), VanishedLink):
                self._tuber_link.fail()
            raise AttributeError(f"{self!r} is not resolved yet: call its tuber_resolve() first")
        return description
