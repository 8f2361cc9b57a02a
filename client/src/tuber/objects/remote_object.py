"""Remote objects: what a program holds in its hands instead of the object at the server.

One implementation for both shells: whatever needs the server goes through a link, which runs a
conversation in its own way. What an object offers is in its class, which is generated from the
description (``_classes``), and in its ``__dict__``: values of static properties, objects inside.
Nothing here does I/O but methods, live properties and ``tuber_resolve``, ``_get`` and ``_set``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar

from tuber.objects import classes as _classes
from tuber.objects.described import Known
from tuber.objects.misspelt import tell_misspelt, unknown_text
from tuber.objects.names import is_foreign
from tuber.objects.properties import read, read_items, refuse_unsettable, write, write_items
from tuber.objects.removed import VanishedLink
from tuber.options import Options, TimeoutLike, choose
from tuber.protocol import ABSENT, Call, Description, Item, Path
from tuber.protocol.paths import checked_path, path_of_object, path_text
from tuber.session.session import Conversation, Link

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport

Self = TypeVar("Self", bound="RemoteObject")


def attribute_blacklisted(name: str) -> bool:
    """Whether an attribute of this name is never looked for at a server."""
    return is_foreign(name)


class _ForInstances:
    """A method that only objects have: looked up in the class it is not there.

    IPython's completer evaluates ``lab.supply.`` only when the class of ``lab`` has no
    ``__getattr__`` that might do anything. Ours does no I/O, but there is no way to tell.
    """

    def __init__(self, function: Callable[[Any, str], Any]) -> None:
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute '__getattr__'")
        return MethodType(self._function, instance)


class RemoteObject(Known):
    """What remote objects of both shells have in common.

    Subclasses may be combined with other classes: ``__init__`` passes on the named arguments it
    does not know, there is no metaclass, and everything kept is in attributes ``_tuber_*``.

    What has a name here hides what the server has under it: ``close`` and the others of this class,
    which a warning tells of, and on purpose whatever a subclass defines. ``tuber_attribute`` gives
    what is hidden.

    Args:
        objname: the name of the object or its path (PROTOCOL.md section 3); None: the registry.
        hostname: where the server is; not needed with ``parent``.
        accept_types: see ``tuber.options.Options``, as for all others up to ``token``; None for
            the default.
        parent: take the link to the server, with its options, from this remote object.
    """

    def __init__(
        self,
        objname: Path = None,
        *,
        hostname: str | None = None,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        ssl_context: ssl.SSLContext | None = None,
        transport: Transport | None = None,
        max_reply_bytes: int | None = None,
        token: str | None = None,
        parent: RemoteObject | None = None,
        **others: Any,
    ) -> None:
        super().__init__(**others)
        if parent is not None:
            self._tuber_link = parent._tuber_link
        elif hostname is not None:
            hostname, options = choose(
                hostname,
                token,
                accept_types=accept_types,
                convert_json=convert_json,
                return_exceptions=return_exceptions,
                timeout=timeout,
                ssl_context=ssl_context,
                transport=transport,
                max_reply_bytes=max_reply_bytes,
            )
            self._tuber_link = self._tuber_connect(hostname, options)
        else:
            raise TypeError(f"{type(self).__name__} needs hostname= or parent=")
        self._tuber_path = checked_path(objname)

    def _tuber_connect(self, hostname: str, options: Options) -> Link:
        """Make the link of this shell."""
        raise NotImplementedError

    # --- what is known of the remote object

    def tuber_resolve(self, force: bool = False) -> Any:
        """Learn what the object offers: its methods, properties, objects and items.

        Args:
            force: ask again, also when it is known; properties get the values of this moment.
                Objects inside and items that were handed out stay the same Python objects.

        Raises:
            TuberRemoteError: there is no such object.
            TuberNetworkError: the server can't be reached.
        """
        return self._tuber_present_link().run(self._tuber_resolving(force))

    def object_factory(self, objname: Path) -> RemoteObject:
        """Make the remote object for an object inside this one; subclasses may choose a class.

        Args:
            objname: its full path from the registry.
        """
        return self._tuber_plain_class()(objname, parent=self)

    def _tuber_plain_class(self) -> type[RemoteObject]:
        """The class of this shell's remote objects, without what a subclass adds."""
        raise NotImplementedError

    def tuber_attribute(self, name: str) -> Any:
        """What the server has under a name, also when another attribute here hides it.

        ``board.tuber_attribute("close")()`` calls the method ``close`` of the remote object.

        Returns: the method, the property's value as of the resolve, or the object inside; what a
            live property gives when it is read.
        Raises:
            AttributeError: the remote object has nothing of this name, or is not resolved yet.
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
            return self._tuber_make_object(
                path_of_object(self._tuber_path, name), description.objects[name]
            )
        raise self._tuber_missing(name)

    def tuber_get(self, name: str, keys: Iterable[Item] | None = None) -> Any:
        """Read a property at this moment; of a container, that of its items, with one request.

        Args:
            name: of the property.
            keys: of a container, the indices or keys of the items to ask; None: all, in order.

        Returns: the value; of a container, the list of values.
        Raises:
            TypeError: keys are given and the object is not a container.
            TuberRemoteError: the property can't be read; of the first such item.
        """
        link, path, items = self._tuber_link, self._tuber_path, self._tuber_items
        if items is not None:
            known = self._tuber_known()
            return link.run(read_items(link.session, path, known, items, name, keys))
        if keys is not None:
            raise self._tuber_no_container()
        return link.run(read(link.session, path, name))

    def tuber_set(
        self,
        name: str,
        value: Any = ABSENT,
        keys: Iterable[Item] | None = None,
        values: Sequence[Any] | None = None,
    ) -> Any:
        """Set a live property; of a container, that of its items, with one request.

        Args:
            name: of the property.
            value: the one value, also for all items of a container.
            keys: of a container, the indices or keys of the items to set; None: all.
            values: of a container, one for each of the items, in place of ``value``.

        Returns: the value read back; of a container, the list of them.
        Raises:
            AttributeError: the property is not live; nothing was sent.
            TypeError: the arguments don't fit together; nothing was sent.
            TuberRemoteError: the server did not set it.
        """
        link, path, items = self._tuber_link, self._tuber_path, self._tuber_items
        known, where = self._tuber_known(), repr(self)
        if items is not None:
            return link.run(
                write_items(link.session, path, known, items, name, value, keys, values, where)
            )
        if keys is not None or values is not None:
            raise self._tuber_no_container()
        if value is ABSENT:
            raise TypeError(f"expected a value for property {name!r} of {where}; came none")
        return link.run(write(link.session, path, known, name, value, where))

    @property
    def tuber_is_container(self) -> bool:
        """Whether the object has items: whether it is a list or a map of objects."""
        return self._tuber_known().is_container

    def _tuber_present_link(self) -> Any:
        """The link, also of an object that vanished."""
        link = self._tuber_link
        return link.link if isinstance(link, VanishedLink) else link

    def _tuber_resolving(self: Self, force: bool) -> Conversation[Self]:
        if self._tuber_description is None or force:
            link = self._tuber_present_link()
            description = yield from link.session.describe(self._tuber_path, self)
            self._tuber_link = link
            self._tuber_adopt(description)
        return self

    def _tuber_no_container(self) -> TypeError:
        self._tuber_known()
        return TypeError(f"{self!r} is not a container: it has no items, so it takes no keys")

    # --- attributes

    @_ForInstances
    def __getattr__(self, name: str) -> Any:
        """An attribute that neither the object nor its class has: raises the fitting error."""
        if is_foreign(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._tuber_known()
        stand_in = vars(self._tuber_stand_in).get(name) if self._tuber_stand_in else None
        if stand_in is not None:
            return stand_in.__get__(self, type(self))
        raise self._tuber_missing(name)

    def _tuber_missing(self, name: str) -> Exception:
        """Why there is no attribute of that name."""
        description = self._tuber_known()
        session = self._tuber_link.session
        raised: Exception | None = self.__dict__.pop("_tuber_raised", None)
        if raised is not None and name in description.dynamic:
            return raised
        if name in description.failed:
            call = Call(self._tuber_path, property=name)
            return session.remote_error(description.failed[name], call)  # type: ignore[no-any-return]
        text = unknown_text(repr(self), _classes.all_names(description), name)
        return AttributeError(text, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a local attribute or a live property; the rest of what the server has stays.

        A new local attribute whose name is nearly that of a live property is warned of.

        Raises:
            AttributeError: the name is one of the remote object's methods, properties or objects.
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
                tell_misspelt(repr(self), description.dynamic, name)
        return super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        """Delete a local attribute; what the server has stays.

        Raises:
            AttributeError: as ``__setattr__``, or there is none.
        """
        description = self._tuber_description
        if description is not None and name in _classes.all_names(description) - self._tuber_hidden:
            raise AttributeError(f"{name!r} of {self!r} is at the server, and can't be deleted")
        super().__delattr__(name)

    def _tuber_assign(self, name: str, value: Any) -> None:
        """Set a live property by assignment."""
        self.tuber_set(name, value)

    def __dir__(self) -> Iterable[str]:
        names = {name for name in super().__dir__() if not name.startswith("_tuber")}
        description = self._tuber_description
        if description is not None:
            names |= {name for name in _classes.all_names(description) if not is_foreign(name)}
            if "maps" not in _classes.all_names(description):
                names.discard("maps")  # IPython's business, see _containers
        return sorted(names)

    # --- displays, which never do I/O

    def __repr__(self) -> str:
        path = self.__dict__.get("_tuber_path")
        link = self.__dict__.get("_tuber_link")
        where = "" if link is None else f" at {link.session.url}"
        name = _classes.base_of(type(self)).__name__
        return f"<{name} {path_text(path) or 'registry'}{where}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In IPython: with what it has, unless it is one of several in a list."""
        from tuber.objects.display import text  # noqa: PLC0415  # only at a prompt

        printer.text(repr(self) if cycle or len(printer.stack) > 1 else text(self))

    def _repr_html_(self) -> str:
        from tuber.objects.display import html  # noqa: PLC0415  # only for Jupyter

        return html(self)

    # --- travelling

    def __reduce__(self) -> tuple[Any, ...]:
        """To pickle and copy: what is known travels along, so that arriving needs no I/O."""
        description = self._tuber_description
        ours = self._tuber_contents()
        state = {
            name: value
            for name, value in self.__dict__.items()
            if name not in ours and not name.startswith("_tuber")
        }
        base = _classes.base_of(type(self))
        return _rebuild, (base, self._tuber_path, self._tuber_link, description, state)


def _rebuild(
    base: type[RemoteObject],
    path: Path,
    link: Any,
    description: Description | None,
    state: dict[str, Any],
) -> RemoteObject:
    """Unpickle; ``__init__`` is not called again, its effects are in the state."""
    made: RemoteObject = base.__new__(base)
    made.__dict__.update(state, _tuber_path=path, _tuber_link=link)
    if description is not None:
        made._tuber_adopt(description)
        server = link.session.state
        server.described(made, server.described_under)
    return made
