"""Remote objects: what a program holds in its hands instead of the object at the server.

One implementation for both shells: whatever needs the server goes through a link, which runs a
conversation in its own way. Everything else here is local; attribute access, ``dir``, ``repr``,
``len`` and iteration never do I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from tuber._items import ListItems, MapItems, items_of
from tuber._method import RemoteMethod
from tuber._paths import path_of_item, path_of_object, path_text
from tuber._result import with_results
from tuber._session import Conversation, Link, Options
from tuber._timing import TimeoutLike
from tuber.protocol import JSON, Description, Item, Path

Self = TypeVar("Self", bound="RemoteObject")

# Names that other libraries look for in every object they meet (SQLAlchemy's instrumentation,
# IPython's and Jupyter's display hooks), and our own. No server is asked about them.
_LOCAL_PREFIXES = ("__", "_sa", "_ipython", "_repr_", "_tuber")
_MAP_METHODS = ("keys", "values", "items", "get")


def attribute_blacklisted(name: str) -> bool:
    """Whether an attribute of this name is never looked for at a server."""
    return name.startswith(_LOCAL_PREFIXES)


class RemoteObject:
    """What remote objects of both shells have in common.

    Subclasses may be combined with other classes: ``__init__`` passes on the named arguments it
    does not know, there is no metaclass, and everything kept is in attributes ``_tuber_*``.

    Args:
        objname: the name of the object or its path (PROTOCOL.md section 3); None: the registry.
        hostname: where the server is; not needed with ``parent``.
        accept_types: media types for replies, the preferred first.
        convert_json: whether maps in results become TuberResult objects; None means yes.
        return_exceptions: whether failures in a batch become items of its list of results.
        timeout: seconds for a call, or ``(connect, total)``; see ``Timing``.
        parent: take the link to the server, with its options, from this remote object.
    """

    _tuber_link: Any
    _tuber_path: Path
    _tuber_description: Description | None = None
    _tuber_items: ListItems | MapItems | None = None

    def __init__(
        self,
        objname: Path = None,
        *,
        hostname: str | None = None,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        parent: RemoteObject | None = None,
        **others: Any,
    ) -> None:
        super().__init__(**others)
        if parent is not None:
            self._tuber_link = parent._tuber_link
        elif hostname is not None:
            options = Options(
                accept_types=(JSON,) if accept_types is None else tuple(accept_types),
                convert_json=convert_json is not False,
                return_exceptions=bool(return_exceptions),
            )
            self._tuber_link = self._tuber_connect(hostname, options, timeout)
        else:
            raise TypeError(f"{type(self).__name__} needs hostname= or parent=")
        self._tuber_path = objname

    def _tuber_connect(self, hostname: str, options: Options, timeout: TimeoutLike) -> Link:
        """Make the link of this shell."""
        raise NotImplementedError

    # --- what is known of the remote object

    def tuber_resolve(self, force: bool = False) -> Any:
        """Learn what the object offers: its methods, properties, objects and items.

        Args:
            force: ask again, also when it is known; properties get the values of this moment.

        Raises:
            TuberRemoteError: there is no such object.
            TuberNetworkError: the server can't be reached.
        """
        return self._tuber_link.run(self._tuber_resolving(force))

    def object_factory(self, objname: Path) -> RemoteObject:
        """Make the remote object for an object inside this one; subclasses may choose a class.

        Args:
            objname: its full path from the registry.
        """
        raise NotImplementedError

    @property
    def tuber_is_container(self) -> bool:
        """Whether the object has items: whether it is a list or a map of objects."""
        return self._tuber_known().is_container

    def _tuber_resolving(self: Self, force: bool) -> Conversation[Self]:
        if self._tuber_description is None or force:
            link = self._tuber_link
            description = yield from link.session.describe(self._tuber_path)
            self._tuber_adopt(description)
        return self

    def _tuber_adopt(self, description: Description) -> None:
        """Take on what is known of the object; forgets what was made out of older knowledge."""
        old = self._tuber_description
        if old is not None:
            for name in _names(old):
                self.__dict__.pop(name, None)
        self._tuber_description = description
        self._tuber_items = items_of(description, self._tuber_make_item)
        if description.doc is not None:
            self.__doc__ = description.doc

    def _tuber_make_object(self, path: Path, description: Description) -> RemoteObject:
        made = self.object_factory(path)
        made._tuber_adopt(description)
        return made

    def _tuber_make_item(self, item: Item, description: Description) -> RemoteObject:
        return self._tuber_make_object(path_of_item(self._tuber_path, item), description)

    def _tuber_known(self) -> Description:
        description = self._tuber_description
        if description is None:
            raise AttributeError(f"{self!r} is not resolved yet: call its tuber_resolve() first")
        return description

    # --- attributes

    def __getattr__(self, name: str) -> Any:
        """An attribute that was not used before: made from the description, then kept."""
        if attribute_blacklisted(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        description = self._tuber_known()
        link, path = self._tuber_link, self._tuber_path
        made: Any
        if name in description.methods:
            made = RemoteMethod(link, path, name, description.methods[name])
        elif name in description.properties:
            made = description.properties[name]
            if link.session.options.convert_json:
                made = with_results(made)
        elif name in description.objects:
            child = description.objects[name]
            made = self._tuber_make_object(path_of_object(path, name), child)
        elif name in description.failed:
            called = f"{path_text(path)}.{name}"
            raise link.session.remote_error(description.failed[name], called)
        elif name in _MAP_METHODS and isinstance(self._tuber_items, MapItems):
            return getattr(self._tuber_items, name)
        else:
            raise AttributeError(_unknown(self, name, _names(description)), name=name, obj=self)
        return self.__dict__.setdefault(name, made)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a local attribute; what the server has can't be changed this way.

        Raises:
            AttributeError: the name is one of the remote object's properties or objects.
        """
        description = self._tuber_description
        if description is not None and not hasattr(type(self), name):
            if name in description.properties or name in description.failed:
                raise AttributeError(
                    f"property {name!r} of {self!r} can't be set: its value is a copy from when "
                    "the object was resolved"
                )
            if name in description.objects:
                raise AttributeError(f"object {name!r} of {self!r} can't be replaced from here")
        super().__setattr__(name, value)

    def __dir__(self) -> Iterable[str]:
        description = self._tuber_description
        names = set(super().__dir__())
        if description is not None:
            names |= _names(description)
            if isinstance(self._tuber_items, MapItems):
                names.update(_MAP_METHODS)
        return sorted(names)

    def __repr__(self) -> str:
        path = self.__dict__.get("_tuber_path")
        link = self.__dict__.get("_tuber_link")
        where = "" if link is None else f" at {link.session.url}"
        return f"<{type(self).__name__} {path_text(path) or 'registry'}{where}>"

    # --- items

    def __len__(self) -> int:
        return len(self._tuber_container())

    def __bool__(self) -> bool:
        return self._tuber_items is None or len(self._tuber_items) > 0

    def __getitem__(self, item: Any) -> Any:
        return self._tuber_container()[item]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._tuber_container())

    def __contains__(self, item: object) -> bool:
        return item in self._tuber_container()

    def _tuber_container(self) -> ListItems | MapItems:
        items = self._tuber_items
        if items is None:
            self._tuber_known()
            raise TypeError(f"{self!r} is not a container: it has no items")
        return items


def _names(description: Description) -> set[str]:
    return {
        *description.methods,
        *description.properties,
        *description.objects,
        *description.failed,
    }


def _unknown(remote: RemoteObject, name: str, names: set[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only for this message

    message = f"{remote!r} has no attribute {name!r}"
    close = get_close_matches(name, names)
    if close:
        return f"{message}; did you mean {' or '.join(map(repr, close))}?"
    return f"{message}; dir() lists what it has, tuber_resolve(force=True) asks the server again"
