"""The attributes of a remote object: how they are looked up, read, set and listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MethodType
from typing import Any

from tuber.errors import TuberNetworkError
from tuber.objects.containers import list_of_keys
from tuber.objects.described import DescribedObject
from tuber.objects.names import is_local, no_attribute_text, warn_similar_name
from tuber.protocol import (
    ABSENT,
    Call,
    Description,
    Item,
    attribute_name,
    path_of_item,
    path_of_object,
)
from tuber.result import ForInstances


class RemoteAttributes(DescribedObject):
    """The part of a remote object that looks up its attributes.

    Methods and live properties are in the generated class. Static properties and nested objects are
    in ``__dict__``. Only methods, live properties, ``tuber_get`` and ``tuber_set`` do I/O.
    """

    def tuber_attribute(self, name: str) -> Any:
        """Return the remote attribute of that name, even if a local attribute hides it.

        ``board.tuber_attribute("close")()`` calls the method ``close`` of the remote object.

        Args:
            name: the name of a method, a property or a nested object.

        Returns:
            The method, the nested object, or the value of the property. A live property is read
            from the server; any other has its value from when the object was resolved.

        Raises:
            AttributeError: the remote object has no such attribute, or is not resolved yet.
        """
        description = self._tuber_known()
        name = attribute_name(name)
        if name in description.methods:
            return MethodType(self._tuber_method(description, name), self)
        if name in description.dynamic:
            return self.tuber_get(name)
        if name not in self._tuber_hidden and name in self.__dict__:
            return self.__dict__[name]
        if name in description.properties:
            return self._tuber_value(description.properties[name])
        if name in description.objects:
            path = path_of_object(self._tuber_path, description.wire_name(name))
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
            TuberRemoteError: the property cannot be read; for a container, of the first such item.
        """
        link, items = self._tuber_link, self._tuber_items
        if self._tuber_description is not None:
            name = self._tuber_description.wire_name(name)
        session, path = link.session, self._tuber_path
        if items is None:
            if keys is not None:
                raise self._tuber_no_container()
            return link.run(session.read_property(path, name))
        if "tuber_get" in self._tuber_known().methods:
            chosen = {} if keys is None else {"keys": list_of_keys(keys)}
            return link.run(session.call(path, "tuber_get", (name,), chosen))
        wanted = items.all_keys if keys is None else list_of_keys(keys)
        return link.run(session.read_properties([path_of_item(path, key) for key in wanted], name))

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
            value: the value; for a container, the value for all items.
            keys: the indices or keys of the items of a container; None: all items.
            values: for a container, one value for each item, instead of ``value``.

        Returns:
            The value that was read back; for a container, the list of them.

        Raises:
            AttributeError: the property is not live; nothing was sent.
            TypeError: the arguments contradict each other; nothing was sent.
            TuberRemoteError: the server did not set it.
        """
        link, items, known = self._tuber_link, self._tuber_items, self._tuber_known()
        kwargs: dict[str, Any] = {}
        if items is None:
            if keys is not None or values is not None:
                raise self._tuber_no_container()
            if value is ABSENT:
                raise TypeError(f"expected a value for property {name!r} of {self!r}; got none")
            _refuse_unsettable(known, name, repr(self))
        else:
            if (value is ABSENT) is (values is None):
                raise TypeError(
                    "expected either one value for all items, or values= with one for each"
                )
            if keys is not None:
                keys = list_of_keys(keys)
            for key in items.all_keys if keys is None else keys:
                _refuse_unsettable(items.description_of(key), name, f"{self!r}[{key!r}]")
            chosen = {"values": None if values is None else list(values), "keys": keys}
            kwargs = {each: given for each, given in chosen.items() if given is not None}
        if "tuber_set" not in known.methods:
            raise AttributeError(
                f"property {name!r} of {self!r} can't be set: its server offers no tuber_set, "
                "because it has no live properties or is older than they are"
            )
        sent = known.wire_name(name)
        args = (sent,) if value is ABSENT else (sent, value)
        return link.run(link.session.call(self._tuber_path, "tuber_set", args, kwargs))

    @property
    def tuber_is_container(self) -> bool:
        """Whether the object is a container: a list or a map of objects."""
        return self._tuber_known().is_container

    def _tuber_no_container(self) -> TypeError:
        self._tuber_known()
        return TypeError(f"{self!r} is not a container: it has no items, so it takes no keys")

    @ForInstances
    def __getattr__(self, name: str) -> Any:
        """Raise the fitting error: neither the object nor its class has the attribute."""
        if not name.isascii() and (stored := attribute_name(name)) != name:
            return getattr(self, stored)
        if is_local(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._tuber_known()
        stand_in = vars(self._tuber_stand_in).get(name) if self._tuber_stand_in else None
        if stand_in is not None:
            return stand_in.__get__(self, type(self))
        raise self._tuber_missing(name)

    def _tuber_missing(self, name: str) -> Exception:
        """Return the error that explains why there is no attribute of that name."""
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
        if not name.isascii():
            name = attribute_name(name)
        if description is not None and name not in self._tuber_hidden:
            if name in description.dynamic:
                return self._tuber_assign(name, value)
            if name in description.properties or name in description.failed:
                _refuse_unsettable(description, name, repr(self))
                return self._tuber_assign(name, value)
            if name in description.objects:
                raise AttributeError(f"object {name!r} of {self!r} is remote and can't be replaced")
            if name in description.methods:
                raise AttributeError(
                    f"method {name!r} of {self!r} is remote and can't be replaced; to hide it with "
                    "a local one, define that in a subclass"
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
        name = attribute_name(name)
        if description is not None and name in description.names - self._tuber_hidden:
            raise AttributeError(f"{name!r} of {self!r} is on the server and can't be deleted")
        super().__delattr__(name)

    def __dir__(self) -> Iterable[str]:
        names = {name for name in super().__dir__() if not name.startswith("_tuber")}
        description = self._tuber_description
        if description is not None:
            names |= {name for name in description.names if not is_local(name)}
            if "maps" not in description.names:
                names.discard("maps")  # only for IPython, see Container
        return sorted(names)


def _refuse_unsettable(description: Description, name: str, where: str) -> None:
    """Raise AttributeError when the object has no live property of that name."""
    name = attribute_name(name)
    known = description.property_descriptions.get(name)
    if known is not None and known.writable is False:
        raise AttributeError(f"property {name!r} of {where} can't be set: it has no setter there")
    if name in description.dynamic or name in description.failed:
        return
    if name not in description.properties:
        raise AttributeError(f"{where} has no property {name!r} that could be set")
    raise AttributeError(
        f"property {name!r} of {where} can't be set: it is a copy from when the object was "
        f"resolved. tuber_get({name!r}) reads it now, tuber_resolve(force=True) renews all copies; "
        "on the server, @tuberd.live or __tuber_dynamic__ makes it live and settable"
    )
