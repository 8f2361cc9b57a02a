"""What is named inside a context: objects, items and methods at any depth, and how it is queued.

Names only: nothing here asks the server whether it has them, or sends anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import index
from typing import Any, Final, Protocol

from tuber.objects.containers import list_of_keys
from tuber.objects.names import is_local
from tuber.protocol import Call, CallMap, Item, Path, path_of_item, path_of_object, path_text

# No argument was written: None is a value that properties are set to.
_ABSENT: Final = object()
# The only method of the server's whose name begins as ours do.
_QUEUED_AS_IT_IS: Final = "tuber_call"


class Queue(Protocol):
    """Where calls go; a context is one."""

    _tuber_broadcast: Mapping[str, Any]
    """The named arguments that all calls of methods are given."""

    def _tuber_is_container(self, path: Path) -> bool:
        """Whether it is known of the object there that it has items."""

    def _tuber_queue(self, call: CallMap) -> Any:
        """Queue a call as it is; returns its future."""

    def _tuber_with_arguments(
        self, method: CallMap, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> CallMap:
        """The call of a method with these arguments, and those that all calls are given.

        Args:
            method: its call without arguments.
        """


class Referring:
    """What leads further in, by names and items: a context, and each reference inside it.

    Names that begin ``tuber_`` are this class's, and ``tuber_call``, a method of containers; with
    any other an AttributeError is raised, so that nothing is called by mistake that is not the
    server's. ``tuber_attribute`` names what the server has under such a name all the same.
    """

    # With __getitem__ alone, Python would take [0], [1], [2] ... without end.
    __iter__ = None
    __contains__ = None

    def _tuber_where(self) -> Path:
        """The path of the object that this is."""
        raise NotImplementedError

    def _tuber_queue_of(self) -> Queue:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Reference:
        if is_local(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name.startswith("tuber_") and name != _QUEUED_AS_IT_IS:
            raise AttributeError(
                f"contexts have no {name!r}, and names that begin 'tuber_' are not the server's; "
                f"should it have one all the same: tuber_attribute({name!r})"
            )
        made = self.tuber_attribute(name)
        self.__dict__[name] = made  # next time it is there
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        """Queue the setting of a live property, as ``tuber_set`` does."""
        if name.startswith("_"):
            super().__setattr__(name, value)
        elif name.startswith("tuber_"):
            raise AttributeError(f"names that begin 'tuber_' are not the server's; came {name!r}")
        else:
            self.tuber_set(name, value)

    def __getitem__(self, item: Item) -> Reference:
        path = self._tuber_where()
        if path is None:
            raise TypeError(f"the registry has names and no items; came [{item!r}]")
        if not isinstance(item, str):
            try:
                item = index(item)
            except TypeError:
                raise TypeError(
                    f"expected the index (int) or the key (str) of an item of {path_text(path)}; "
                    f"came {item!r}"
                ) from None
        return Reference(self._tuber_queue_of(), path_of_item(path, item))

    def tuber_attribute(self, name: str) -> Reference:
        """The method or object of this name, also when something here has the name.

        ``context.tuber_attribute("send")()`` queues a call of the remote object's method ``send``.
        """
        return Reference(self._tuber_queue_of(), self._tuber_where(), name)

    def tuber_get(self, name: str, keys: Iterable[Item] | None = None) -> Any:
        """Queue the reading of a property at that moment; returns its future.

        Args:
            name: of the property.
            keys: of the items of a container whose properties are read; their values come as one
                list in this order. None: the property is the object's own; where the object was
                resolved and is known to be a container, that of all items.
        """
        path, queue = self._tuber_where(), self._tuber_queue_of()
        if keys is not None:
            chosen = {"keys": list_of_keys(keys)}
            return queue._tuber_queue(Call(path, "tuber_get", (name,), chosen).to_map())
        if queue._tuber_is_container(path):
            return queue._tuber_queue(Call(path, "tuber_get", (name,)).to_map())
        return queue._tuber_queue(Call(path, property=name).to_map())

    def tuber_set(
        self,
        name: str,
        value: Any = _ABSENT,
        keys: Iterable[Item] | None = None,
        values: Iterable[Any] | None = None,
    ) -> Any:
        """Queue the setting of a live property; its future gives the value read back.

        Args:
            name: of the property.
            value: for the object, or for all items of a container.
            keys: of the items of a container that are set; None: all of them.
            values: one for each item, instead of ``value``; they are read back as a list.

        Raises:
            TypeError: not exactly one of ``value`` and ``values`` is given; nothing is queued.
        """
        if (value is _ABSENT) is (values is None):
            raise TypeError(f"tuber_set({name!r}) expects either value or values")
        args = (name,) if value is _ABSENT else (name, value)
        kwargs: dict[str, Any] = {}
        if keys is not None:
            kwargs["keys"] = list_of_keys(keys)
        if values is not None:
            kwargs["values"] = list(values)
        call = Call(self._tuber_where(), "tuber_set", args, kwargs)
        return self._tuber_queue_of()._tuber_queue(call.to_map())


class Reference(Referring):
    """An object or a method that is named inside a context.

    Args:
        queue: of the context.
        path: of the object; with a name, of the object that has it.
        name: of the method, or of the object inside, whichever it turns out to be.
    """

    _tuber_context: Queue
    _tuber_path: Path
    _tuber_name: str | None
    _tuber_method: CallMap | None
    """Its call without arguments, once it was called."""

    def __init__(self, queue: Queue, path: Path, name: str | None = None) -> None:
        own = self.__dict__  # past __setattr__, for there are many references
        own["_tuber_context"] = queue
        own["_tuber_path"] = path
        own["_tuber_name"] = name
        own["_tuber_method"] = None

    def _tuber_where(self) -> Path:
        name = self._tuber_name  # methods are most, and theirs is never asked for
        return self._tuber_path if name is None else path_of_object(self._tuber_path, name)

    def _tuber_queue_of(self) -> Queue:
        return self._tuber_context

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Queue a call of the method; returns its future."""
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
        return f"<{path_text(self._tuber_where())} in {self._tuber_context!r}>"
