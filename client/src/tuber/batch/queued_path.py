"""Paths inside a context: objects, items and methods at any depth, whose calls are queued.

Names are checked against the description of the object, as far as it is known. Nothing here sends
anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index
from typing import Any, Final, Protocol

from tuber.objects.containers import list_of_keys
from tuber.objects.names import is_local, no_attribute_text
from tuber.protocol import (
    ABSENT,
    Call,
    CallMap,
    Description,
    Item,
    Path,
    attribute_name,
    path_of_item,
    path_of_object,
    path_text,
)
from tuber.protocol.descriptions import description_of_item

# The only remote method whose name has the prefix of local names.
_REMOTE: Final = "tuber_call"


class Queue(Protocol):
    """The interface of a context, which queues calls."""

    _tuber_broadcast: Mapping[str, Any]

    def _tuber_find(self, path: Path) -> Description | None: ...
    def _tuber_queue(self, call: CallMap) -> Any: ...
    def _tuber_with_arguments(
        self, method: CallMap, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> CallMap: ...


class QueuedPath:
    """An object or a method that is named inside a context, or the context itself.

    Names that begin with ``tuber_`` are local, except ``tuber_call``, a method of containers.
    Unknown names of this kind raise AttributeError, so that nothing is called by mistake.
    ``tuber_attribute`` returns a remote attribute of any name.

    Args:
        context: queues the calls.
        path: the path of the object; with ``name``, of the object that has that name.
        name: the name of a method or a nested object; the client need not know which.
        known: the description of the object, or of the one that ``name`` is; None if not known.
    """

    _tuber_context: Queue
    _tuber_path: Path
    _tuber_name: str | None
    _tuber_known: Description | None
    _tuber_method: CallMap | None  # the call without arguments, set by the first call

    # With __getitem__ alone, Python would iterate over [0], [1], [2] ... without end.
    __iter__ = None
    __contains__ = None

    def __init__(
        self,
        context: Queue,
        path: Path,
        name: str | None = None,
        known: Description | None = None,
    ) -> None:
        own = self.__dict__  # not through __setattr__, for speed
        own["_tuber_context"] = context
        own["_tuber_path"] = path
        own["_tuber_name"] = name
        own["_tuber_known"] = known
        own["_tuber_method"] = None

    def _tuber_object_path(self) -> Path:
        name = self._tuber_name  # methods, the usual case, never get here
        return self._tuber_path if name is None else path_of_object(self._tuber_path, name)

    def __getattr__(self, name: str) -> QueuedPath:
        if is_local(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name.startswith("tuber_") and name != _REMOTE:
            raise AttributeError(
                f"contexts have no {name!r}, and names that begin with 'tuber_' are local; if the "
                f"server has this name, use tuber_attribute({name!r})"
            )
        made = self.tuber_attribute(name)
        self.__dict__[name] = made  # so that the next access finds it
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        """Queue an assignment to a live property, like ``tuber_set``."""
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif name.startswith("tuber_"):
            raise AttributeError(f"names that begin with 'tuber_' are local; got {name!r}")
        else:
            self.tuber_set(name, value)

    def __getitem__(self, item: Item) -> QueuedPath:
        path = self._tuber_object_path()
        if path is None:
            raise TypeError(f"the registry has names and no items; got [{item!r}]")
        if not isinstance(item, str):
            try:
                item = index(item)
            except TypeError:
                raise TypeError(
                    f"expected the index (int) or the key (str) of an item of {path_text(path)}; "
                    f"got {item!r}"
                ) from None
        known = self._tuber_known
        inside = None if known is None else description_of_item(known, item)
        return QueuedPath(self._tuber_context, path_of_item(path, item), None, inside)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Queue a call of the method and return its future."""
        method = self._tuber_method
        if method is None:
            if self._tuber_name is None:
                raise TypeError(f"{path_text(self._tuber_path)} is an item and can't be called")
            method = self._tuber_method = Call(self._tuber_path, self._tuber_name).to_map()
        context = self._tuber_context
        if args or kwargs or context._tuber_broadcast:
            method = context._tuber_with_arguments(method, args, kwargs)
        return context._tuber_queue(method)

    def __repr__(self) -> str:
        return f"<{path_text(self._tuber_object_path())} in {self._tuber_context!r}>"

    def tuber_attribute(self, name: str) -> QueuedPath:
        """Return the remote method or object of that name, even if a local attribute hides it.

        ``context.tuber_attribute("send")()`` queues a call of the remote object's method ``send``.
        """
        path, context, known = self._tuber_object_path(), self._tuber_context, self._tuber_known
        if known is None and not name.isascii():
            known = context._tuber_find(path)
        if known is None:
            return QueuedPath(context, path, name)
        stored = attribute_name(name)
        inside = known.objects.get(stored)
        if inside is None and stored not in known.methods:
            self._tuber_check(name)
        return QueuedPath(context, path, known.wire_name(name), inside)

    def _tuber_check(self, name: str, only_properties: bool = False) -> str:
        """Return a name as the server spells it.

        Raises:
            AttributeError: the object is known to have no such name.
        """
        path = self._tuber_object_path()
        known = self._tuber_context._tuber_find(path)  # as it is now: the server may be a new one
        if known is None:
            return name
        names = {*known.properties, *known.failed} if only_properties else known.names
        if not known.partial and attribute_name(name) not in names:
            where = f"{path_text(path) or 'the registry'} in {self._tuber_context!r}"
            raise AttributeError(no_attribute_text(where, names, name), name=name, obj=self)
        return known.wire_name(name)

    def tuber_get(self, name: str, keys: Iterable[Item] | None = None) -> Any:
        """Queue a read of a property; see ``RemoteAttributes.tuber_get``.

        Args:
            keys: None reads the property of the object itself or, if it is resolved and known to be
                a container, of all items.

        Returns:
            The future of the value; for items, of the list of values.
        """
        path, context = self._tuber_object_path(), self._tuber_context
        if keys is not None:
            call = Call(path, "tuber_get", (name,), {"keys": list_of_keys(keys)})
        elif (known := context._tuber_find(path)) is not None and known.is_container:
            call = Call(path, "tuber_get", (name,))
        else:
            call = Call(path, property=self._tuber_check(name, only_properties=True))
        return context._tuber_queue(call.to_map())

    def tuber_set(
        self,
        name: str,
        value: Any = ABSENT,
        keys: Iterable[Item] | None = None,
        values: Iterable[Any] | None = None,
    ) -> Any:
        """Queue an assignment to a live property; see ``RemoteAttributes.tuber_set``.

        Returns:
            The future of the value that the server reads back; with ``values``, of a list.

        Raises:
            AttributeError: the object is known to have no such property; nothing is queued.
            TypeError: not exactly one of ``value`` and ``values`` is given; nothing is queued.
        """
        if (value is ABSENT) is (values is None):
            raise TypeError(f"tuber_set({name!r}) expects either value or values")
        path = self._tuber_object_path()
        known = self._tuber_context._tuber_find(path)
        if known is not None and not known.is_container:
            name = self._tuber_check(name, only_properties=True)
        args = (name,) if value is ABSENT else (name, value)
        kwargs: dict[str, Any] = {}
        if keys is not None:
            kwargs["keys"] = list_of_keys(keys)
        if values is not None:
            kwargs["values"] = list(values)
        call = Call(path, "tuber_set", args, kwargs)
        return self._tuber_context._tuber_queue(call.to_map())
