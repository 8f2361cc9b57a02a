"""Remote objects: what a program holds in its hands instead of the object at the server.

One implementation for both shells: whatever needs the server goes through a link, which runs a
conversation in its own way. Everything else here is local; attribute access, ``dir``, ``repr``,
``len`` and iteration never do I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tuber._hidden_names import tell_hidden
from tuber._items import ListItems, MapItems, items_of
from tuber._method import RemoteMethod
from tuber._paths import path_of_item, path_of_object, path_text
from tuber._result import with_results
from tuber._session import Conversation, Link, Options
from tuber._target import Target
from tuber._timing import TimeoutLike
from tuber.protocol import JSON, Call, Description, Item, Path

if TYPE_CHECKING:
    import ssl

    from tuber._transport import Transport

Self = TypeVar("Self", bound="RemoteObject")

# Names that other libraries look for in every object they meet (SQLAlchemy's instrumentation,
# IPython's and Jupyter's display hooks), and our own. No server is asked about them.
_LOCAL_PREFIXES = ("__", "_sa", "_ipython", "_repr_", "_tuber")
_MAP_METHODS = ("keys", "values", "items", "get")
_NOTHING = object()  # for None is the value of many properties


def attribute_blacklisted(name: str) -> bool:
    """Whether an attribute of this name is never looked for at a server."""
    return name.startswith(_LOCAL_PREFIXES)


class RemoteObject:
    """What remote objects of both shells have in common.

    Subclasses may be combined with other classes: ``__init__`` passes on the named arguments it
    does not know, there is no metaclass, and everything kept is in attributes ``_tuber_*``.

    What has a name here hides what the server has under it: ``close`` and the others of this class,
    which a warning tells of, and on purpose whatever a subclass defines. ``tuber_attribute`` gives
    what is hidden.

    Args:
        objname: the name of the object or its path (PROTOCOL.md section 3); None: the registry.
        hostname: where the server is; not needed with ``parent``.
        accept_types: media types for replies, the preferred first.
        convert_json: whether maps in results become TuberResult objects; None means yes.
        return_exceptions: whether failures in a batch become items of its list of results.
        timeout: seconds for a call, or ``(connect, total)``; see ``Timing``.
        trust_env, ssl_context, transport, max_reply_bytes: see ``Target``.
        parent: take the link to the server, with its options, from this remote object.
    """

    _tuber_link: Any
    _tuber_path: Path
    _tuber_description: Description | None = None
    _tuber_items: ListItems | MapItems | None = None
    # The names in the description that something of ours, or of a subclass, stands before.
    _tuber_hidden: frozenset[str] = frozenset()

    def __init__(
        self,
        objname: Path = None,
        *,
        hostname: str | None = None,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        trust_env: bool = False,
        ssl_context: ssl.SSLContext | None = None,
        transport: Transport | None = None,
        max_reply_bytes: int | None = None,
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
            target = Target(hostname, timeout, trust_env, ssl_context, transport, max_reply_bytes)
            self._tuber_link = self._tuber_connect(target, options)
        else:
            raise TypeError(f"{type(self).__name__} needs hostname= or parent=")
        self._tuber_path = objname

    def _tuber_connect(self, target: Target, options: Options) -> Link:
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

    def tuber_attribute(self, name: str) -> Any:
        """What the server has under a name, also when another attribute here hides it.

        ``board.tuber_attribute("close")()`` calls the method ``close`` of the remote object.

        Returns: the method, the property's value as of the resolve, or the object inside.
        Raises:
            AttributeError: the remote object has nothing of this name, or is not resolved yet.
        """
        made = self._tuber_make_attribute(name)
        if made is _NOTHING:
            raise AttributeError(_unknown(self, name), name=name, obj=self)
        return made

    def tuber_get(self, name: str, keys: Iterable[Item] | None = None) -> Any:
        """Read a property of the items of a container at this moment, with one request.

        Args:
            name: of the property.
            keys: the indices or keys of the items to ask; None: all, in their order.

        Returns: the list of values.
        Raises:
            TypeError: the object is not a container.
            TuberRemoteError: the property of an item can't be read; of the first such item.
        """
        items = self._tuber_container()
        if keys is None:
            keys = items if isinstance(items, Mapping) else range(len(items))
        paths = [path_of_item(self._tuber_path, key) for key in keys]
        return self._tuber_link.run(self._tuber_link.session.read_properties(paths, name))

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
            for name in _names(old) - self._tuber_hidden:
                self.__dict__.pop(name, None)
        self._tuber_description = description
        self._tuber_items = items_of(description, self._tuber_make_item)
        if description.doc is not None:
            self.__doc__ = description.doc
        self._tuber_hidden = frozenset(
            name
            for name in _names(description)
            if name in self.__dict__ or hasattr(type(self), name)
        )
        tell_hidden(self, self._tuber_hidden, description.type, self._tuber_link.session)

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
        made = self._tuber_make_attribute(name)
        if made is not _NOTHING:
            return self.__dict__.setdefault(name, made)
        if name in _MAP_METHODS and isinstance(self._tuber_items, MapItems):
            return getattr(self._tuber_items, name)
        raise AttributeError(_unknown(self, name), name=name, obj=self)

    def _tuber_make_attribute(self, name: str) -> Any:
        """What the description has under a name; _NOTHING when it has nothing."""
        description = self._tuber_known()
        link, path = self._tuber_link, self._tuber_path
        if name in description.methods:
            return RemoteMethod(link, path, name, description.methods[name])
        if name in description.properties:
            value = description.properties[name]
            return with_results(value) if link.session.options.convert_json else value
        if name in description.objects:
            child = description.objects[name]
            return self._tuber_make_object(path_of_object(path, name), child)
        if name in description.failed:
            call = Call(path, property=name)
            raise link.session.remote_error(description.failed[name], call)
        return _NOTHING

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a local attribute; what the server has can't be changed this way.

        Raises:
            AttributeError: the name is one of the remote object's methods, properties or objects.
        """
        description = self._tuber_description
        if description is not None and name not in self._tuber_hidden:
            if name in description.properties or name in description.failed:
                raise AttributeError(
                    f"property {name!r} of {self!r} can't be set: its value is a copy from when "
                    "the object was resolved"
                )
            if name in description.objects:
                raise AttributeError(f"object {name!r} of {self!r} can't be replaced from here")
            if name in description.methods:
                raise AttributeError(
                    f"method {name!r} of {self!r} can't be replaced from here; for a local one, "
                    "define it in a subclass"
                )
        super().__setattr__(name, value)

    def __dir__(self) -> Iterable[str]:
        description = self._tuber_description
        names = {name for name in super().__dir__() if not name.startswith("_tuber")}
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


def _unknown(remote: RemoteObject, name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only for this message

    message = f"{remote!r} has no attribute {name!r}"
    close = get_close_matches(name, _names(remote._tuber_known()))
    if close:
        return f"{message}; did you mean {' or '.join(map(repr, close))}?"
    return f"{message}; dir() lists what it has, tuber_resolve(force=True) asks the server again"
