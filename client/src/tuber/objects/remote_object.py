"""Remote objects, which programs use in place of the objects on the server.

This module is the part that both shells share. All access to the server goes through a link, which
each shell implements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tuber.objects.attributes import RemoteAttributes
from tuber.objects.classes import base_of
from tuber.objects.described import RemovedObjectLink
from tuber.options import Options, TimeoutLike, choose
from tuber.protocol import Description, Path, checked_path, path_text
from tuber.session.session import Conversation, Link

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport

Self = TypeVar("Self", bound="RemoteObject")


class RemoteObject(RemoteAttributes):
    """The base of remote objects of both shells.

    You may combine subclasses with other classes. ``__init__`` passes unknown named arguments on,
    there is no metaclass, and all state is in attributes named ``_tuber_*``.

    A local attribute hides the remote one of the same name: the methods of this class, of which a
    warning is shown, and whatever a subclass defines. ``tuber_attribute`` returns the remote
    attribute. Only ``close`` is the remote method, if the description lists one.

    Args:
        objname: the name of the object or its path (PROTOCOL.md section 3); None: the registry.
        hostname: the address of the server; not needed with ``parent``.
        accept_types: see ``tuber.options.Options``, also for the arguments up to ``token``; None
            for the default.
        parent: a remote object whose link to the server and options are used.
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
        """Create the link of this shell."""
        raise NotImplementedError

    def tuber_resolve(self, force: bool = False) -> Any:
        """Read the description of the object: its methods, properties, objects and items.

        Args:
            force: read the description and the properties again if they are already known. Nested
                objects and items that you hold stay the same Python objects.

        Returns:
            The object itself.

        Raises:
            TuberRemoteError: there is no such object.
            TuberNetworkError: the server cannot be reached.
        """
        return self._tuber_present_link().run(self._tuber_resolving(force))

    def object_factory(self, objname: Path) -> RemoteObject:
        """Create the remote object for a nested object. Override it to choose its class.

        Args:
            objname: the full path of the nested object from the registry.
        """
        return self._tuber_plain_class()(objname, parent=self)

    def tuber_close(self) -> None:
        """Close the idle connections."""
        raise NotImplementedError

    def close(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method ``close`` of the served object if it has one, otherwise ``tuber_close``.

        Use ``tuber_close`` to close the connections of any object.
        """
        if self._tuber_stand_in is not None and "close" in vars(self._tuber_stand_in):
            return self.tuber_attribute("close")(*args, **kwargs)
        return self.tuber_close(*args, **kwargs)

    def __enter__(self: Self) -> Self:
        self._tuber_refuse_context()
        return self

    def __exit__(self, *_: object) -> None:
        self.tuber_close()  # never a served method: clean-up code must not close hardware

    def _tuber_refuse_context(self) -> None:
        description = self._tuber_description
        if description is not None and description.context:
            raise TypeError(
                f"'with' would not enter {self!r} on the server: its class "
                f"{description.type or ''} is a context manager there, and 'with' here only closes "
                "the connections at the end. Call methods that do what entering and leaving do; "
                "use 'with contextlib.ExitStack() as stack: stack.callback(obj.tuber_close)' to "
                "close connections"
            )

    def _tuber_plain_class(self) -> type[RemoteObject]:
        """Return the plain class of this shell's remote objects, without a user's subclass."""
        raise NotImplementedError

    def _tuber_present_link(self) -> Any:
        """Return the link, even of a removed object."""
        link = self._tuber_link
        return link.link if isinstance(link, RemovedObjectLink) else link

    def _tuber_resolving(self: Self, force: bool) -> Conversation[Self]:
        if self._tuber_description is None or force:
            link = self._tuber_present_link()
            description = yield from link.session.describe(self._tuber_path, self)
            self._tuber_link = link
            self._tuber_adopt(description)
        return self

    def __repr__(self) -> str:
        path = self.__dict__.get("_tuber_path")
        link = self.__dict__.get("_tuber_link")
        where = "" if link is None else f" at {link.session.url}"
        name = base_of(type(self)).__name__
        return f"<{name} {path_text(path) or 'registry'}{where}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Display the object in IPython, with its members unless it is an item of a list."""
        from tuber.objects.display import text  # noqa: PLC0415  # only at a prompt

        printer.text(repr(self) if cycle or len(printer.stack) > 1 else text(self))

    def _repr_html_(self) -> str:
        from tuber.objects.display import html  # noqa: PLC0415  # only for Jupyter

        return html(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy with the description, so that the copy needs no I/O."""
        description = self._tuber_description
        ours = self._tuber_contents()
        state = {
            name: value
            for name, value in self.__dict__.items()
            if name not in ours and not name.startswith("_tuber")
        }
        base = base_of(type(self))
        return _rebuild, (base, self._tuber_path, self._tuber_link, description, state)


def _rebuild(
    base: type[RemoteObject],
    path: Path,
    link: Any,
    description: Description | None,
    state: dict[str, Any],
) -> RemoteObject:
    """Unpickle without calling ``__init__``, because the state contains its effects."""
    made: RemoteObject = base.__new__(base)
    made.__dict__.update(state, _tuber_path=path, _tuber_link=link)
    if description is not None:
        made._tuber_adopt(description)
        server = link.session.state
        server.described(made, server.described_under)
    return made
