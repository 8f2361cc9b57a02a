"""A method of a remote object: what a program calls, and what ``help`` and ``inspect`` show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tuber._paths import path_text
from tuber._session import Link
from tuber._signature import make_signature
from tuber.protocol import MethodDescription, Path

if TYPE_CHECKING:
    from inspect import Signature


class RemoteMethod:
    """Calls one method of one remote object. Thread-safe as its link is."""

    def __init__(self, link: Link, path: Path, name: str, description: MethodDescription) -> None:
        self.__name__ = name
        self.__qualname__ = f"{path_text(path)}.{name}"
        self.__doc__ = _doc(name, description)
        self._path = path
        self._description = description
        self._url = link.session.url
        # Bound once: this is the way of every call.
        self._call = link.session.call
        self._run = link.run

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._run(self._call(self._path, self.__name__, args, kwargs))

    def __get__(self, instance: object, owner: type | None = None) -> RemoteMethod:
        # inspect.isroutine() looks for this; with it help() shows name, signature and docstring.
        return self

    @property
    def __signature__(self) -> Signature:
        return make_signature(self._description.signature)

    def __repr__(self) -> str:
        return f"<remote method {self.__qualname__} at {self._url}>"


def _doc(name: str, description: MethodDescription) -> str | None:
    """The docstring; very old servers' signatures are text, which only people can read."""
    if not isinstance(description.signature, str):
        return description.doc
    return f"{name}{description.signature}\n\n{description.doc or ''}".rstrip()
