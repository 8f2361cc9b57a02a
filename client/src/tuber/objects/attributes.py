"""The attributes of a remote object: how they are looked up, read, set and listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import MethodType
from typing import Any

from tuber.errors import TuberNetworkError
from tuber.objects.described import DescribedObject
from tuber.objects.names import is_local, no_attribute_text, warn_similar_name
from tuber.objects.properties import read_items, refuse_unsettable, write, write_items
from tuber.protocol import ABSENT, Call, Item, path_of_object


class _ForInstances:
    """A method that instances have, but not their class.

    IPython's completer evaluates ``lab.supply.`` only if the class of ``lab`` has no
    ``__getattr__``, which could do anything. Ours does no I/O, but IPython can't know that.
    """

    def __init__(self, function: Callable[[Any, str], Any]) -> None:
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute '__getattr__'")
        return MethodType(self._function, instance)


class RemoteAttributes(DescribedObject):
    """The part of a remote object that looks up its attributes.

    Methods and live properties are in the generated class; static properties and objects inside are
    in ``__dict__``. Only methods, live properties, ``tuber_get`` and ``tuber_set`` do I/O.
    """

    def tuber_attribute(self, name: str) -> Any:
        """Return the remote attribute of a name, also when a local attribute hides it.

        ``board.tuber_attribute("close")()`` calls the method ``close`` of the remote object.

        Args:
            name: the name of a method, a property or an object inside.

        Returns:
            The method; the value that a property had when the object was resolved; the object
            inside; or what ``tuber_get`` returns for a live property.

        Raises:
            AttributeError: the remote object has no such attribute, or is not resolved yet.
        """
        description = self._tuber_known()
        if name in description.methods:
            return MethodType(self._tuber_method(description, name), self)
        if name in description.dynamic:
            return self.tuber_get(name)
        if name not in self._tuber_hidden and name in self.__dict__:
            return self.__dict__[name]
        if name in description.properties:
            return self._tuber_value(description.properties[name])
        if name in description.objects:
            path = path_of_object(self._tuber_path, name)
            return self._tuber_make_object(path, description.objects[name])
        raise self._tuber_missing(name)

    def tuber_get(self, name: str, keys: Iterable[Item] | None = None) -> Any:
        """Read a property from the server; for a container, that of its items in one request.

        Args:
            name: the name of the property.
            keys: the indices or keys of the items of a container; None: all items, in order.

        Returns:
            The value; for a container, the list of values.

        Raises:
            TypeError: ``keys`` is given and the object is not a container.
            TuberRemoteError: the property can't be read; for a container, of the first such item.
        """
        link, items = self._tuber_link, self._tuber_items
        if items is not None:
            return link.run(read_items(self, items, name, keys))
        if keys is not None:
            raise self._tuber_no_container()
        return link.run(link.session.read_property(self._tuber_path, name))

    def tuber_set(
        self,
        name: str,
        value: Any = ABSENT,
        keys: Iterable[Item] | None = None,
        values: Sequence[Any] | None = None,
    ) -> Any:
        """Set a live property; for a container, that of its items in one request.

        Args:
            name: the name of the property.
            value: the value, for a container that of all items.
            keys: the indices or keys of the items of a container; None: all items.
            values: for a container, one value for each item, instead of ``value``.

        Returns:
            The value that was read back; for a container, the list of them.

        Raises:
            AttributeError: the property is not live; nothing was sent.
            TypeError: the arguments don't fit together; nothing was sent.
            TuberRemoteError: the server did not set it.
        """
        link, items = self._tuber_link, self._tuber_items
        self._tuber_known()
        if items is not None:
            return link.run(write_items(self, items, name, value, keys, values))
        if keys is not None or values is not None:
            raise self._tuber_no_container()
        if value is ABSENT:
            raise TypeError(f"expected a value for property {name!r} of {self!r}; came none")
        return link.run(write(self, name, value))

    @property
    def tuber_is_container(self) -> bool:
        """Whether the object is a container: a list or a map of objects."""
        return self._tuber_known().is_container

    def _tuber_no_container(self) -> TypeError:
        self._tuber_known()
        return TypeError(f"{self!r} is not a container: it has no items, so it takes no keys")

    @_ForInstances
    def __getattr__(self, name: str) -> Any:
        """Raise the fitting error: neither the object nor its class has the attribute."""
        if is_local(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._tuber_known()
        stand_in = vars(self._tuber_stand_in).get(name) if self._tuber_stand_in else None
        if stand_in is not None:
            return stand_in.__get__(self, type(self))
        raise self._tuber_missing(name)

    def _tuber_missing(self, name: str) -> Exception:
        """The error that says why there is no attribute of that name."""
        description = self._tuber_known()
        raised: Exception | None = self.__dict__.pop("_tuber_raised", None)
        if raised is not None and name in description.dynamic:
            return raised
        if name in description.failed:
            call = Call(self._tuber_path, property=name)
            error: Exception = self._tuber_link.session.remote_error(description.failed[name], call)
            return error
        text = no_attribute_text(repr(self), description.names, name)
        return AttributeError(text, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a local attribute or a live property.

        Warns if the name of a new local attribute is nearly that of a live property.

        Raises:
            AttributeError: the name is that of a remote method, static property or object.
        """
        description = self._tuber_description
        if description is not None and name not in self._tuber_hidden:
            if name in description.dynamic:
                return self._tuber_assign(name, value)
            if name in description.properties or name in description.failed:
                refuse_unsettable(description, name, repr(self))
                return self._tuber_assign(name, value)
            if name in description.objects:
                raise AttributeError(f"object {name!r} of {self!r} can't be replaced from here")
            if name in description.methods:
                raise AttributeError(
                    f"method {name!r} of {self!r} can't be replaced from here; for a local one, "
                    "define it in a subclass"
                )
            if name not in self.__dict__ and not hasattr(type(self), name):
                warn_similar_name(repr(self), description.dynamic, name)
        return super().__setattr__(name, value)

    def _tuber_assign(self, name: str, value: Any) -> None:
        """Set a live property by assignment."""
        try:
            self.tuber_set(name, value)
        except TuberNetworkError as error:
            raise error.with_traceback(None)  # noqa: B904  # without inner frames

    def __delattr__(self, name: str) -> None:
        """Delete a local attribute.

        Raises:
            AttributeError: the attribute is remote, or there is none.
        """
        description = self._tuber_description
        if description is not None and name in description.names - self._tuber_hidden:
            raise AttributeError(f"{name!r} of {self!r} is at the server, and can't be deleted")
        super().__delattr__(name)

    def __dir__(self) -> Iterable[str]:
        names = {name for name in super().__dir__() if not name.startswith("_tuber")}
        description = self._tuber_description
        if description is not None:
            names |= {name for name in description.names if not is_local(name)}
            if "maps" not in description.names:
                names.discard("maps")  # only for IPython, see Container
        return sorted(names)
