"""Paths inside a context: objects, items and methods at any depth, whose calls are queued.

This module sends nothing, and does not check that the server has the names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index
from typing import Any, Final, Protocol

from tuber.objects.containers import list_of_keys
from tuber.objects.names import is_local
from tuber.protocol import (
    ABSENT,
    Call,
    CallMap,
    Item,
    Path,
    path_of_item,
    path_of_object,
    path_text,
)

# The only remote method whose name has the prefix of local names.
_REMOTE: Final = "tuber_call"


class Queue(Protocol):
    """The interface of a context, which queues calls."""

    _tuber_broadcast: Mapping[str, Any]

    def _tuber_is_container(self, path: Path) -> bool: ...
    def _tuber_wire_name(self, path: Path, name: str) -> str: ...
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
    """

    _tuber_context: Queue
    _tuber_path: Path
    _tuber_name: str | None
    _tuber_method: CallMap | None  # the call without arguments, set by the first call

    # With __getitem__ alone, Python would iterate over [0], [1], [2] ... without end.
    __iter__ = None
    __contains__ = None

    def __init__(self, context: Queue, path: Path, name: str | None = None) -> None:
        own = self.__dict__  # not through __setattr__, for speed
        own["_tuber_context"] = context
        own["_tuber_path"] = path
        own["_tuber_name"] = name
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
        return QueuedPath(self._tuber_context, path_of_item(path, item))

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
        path, context = self._tuber_object_path(), self._tuber_context
        if not name.isascii():
            name = context._tuber_wire_name(path, name)
        return QueuedPath(context, path, name)

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
        elif context._tuber_is_container(path):
            call = Call(path, "tuber_get", (name,))
        else:
            call = Call(path, property=name)
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
            TypeError: not exactly one of ``value`` and ``values`` is given; nothing is queued.
        """
        if (value is ABSENT) is (values is None):
            raise TypeError(f"tuber_set({name!r}) expects either value or values")
        args = (name,) if value is ABSENT else (name, value)
        kwargs: dict[str, Any] = {}
        if keys is not None:
            kwargs["keys"] = list_of_keys(keys)
        if values is not None:
            kwargs["values"] = list(values)
        call = Call(self._tuber_object_path(), "tuber_set", args, kwargs)
        return self._tuber_context._tuber_queue(call.to_map())
