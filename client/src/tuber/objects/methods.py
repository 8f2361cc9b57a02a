"""The functions and properties of generated classes, as ``help`` and ``inspect`` expect them.

They pass a conversation to the link. This module never waits or does I/O.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Final

from tuber.protocol import ABSENT, MethodDescription, PropertyDescription, Signature

# Used instead of a module's name. No module has it, so no tool shows tuber's files as the source.
REMOTE: Final = "tuber.<remote>"


def make_method(
    owner: str, name: str, description: MethodDescription, wire_name: str
) -> Callable[..., Any]:
    """Make the function that calls a method of the remote object that it is bound to.

    Args:
        owner: the name of the class that it will belong to.
        wire_name: the name as the server spells it.
    """

    def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        link = self._tuber_link
        return link.run(link.session.call(self._tuber_path, wire_name, args, kwargs))

    _disguise(call, owner, name)
    call.__doc__ = description.doc
    if isinstance(description.signature, str):  # text from very old servers, which cannot be parsed
        call.__doc__ = f"{name}{description.signature}\n\n{description.doc or ''}".rstrip()
    signature = make_signature(description.signature)
    call.__annotations__ = {
        parameter.name: str(parameter.annotation)
        for parameter in signature.parameters.values()
        if parameter.annotation is not _EMPTY
    }
    if signature.return_annotation is not _EMPTY:
        call.__annotations__["return"] = str(signature.return_annotation)
    call.__dict__["__signature__"] = signature
    return call


def make_live_property(
    owner: str, name: str, kind: type, description: PropertyDescription, wire_name: str
) -> property:
    """Make a property that is read and set on the server on each access.

    Args:
        owner: the name of the class that it will belong to.
        kind: the type of its last known value. IPython and jedi complete by this annotation,
            without reading the hardware.
        wire_name: as in ``make_method``.
    """

    def get(self: Any) -> Any:
        link = self._tuber_link
        try:
            return link.run(link.session.read_property(self._tuber_path, wire_name))
        except AttributeError as error:  # from the server; Python goes on with __getattr__,
            self.__dict__["_tuber_raised"] = error  # which raises it again
            raise

    def set_(self: Any, value: Any) -> None:
        self._tuber_assign(name, value)

    _disguise(get, owner, name)
    _disguise(set_, owner, name)
    get.__annotations__ = {"return": kind}
    return property(get, set_, doc=property_text(description, kind, live=True))


def property_text(description: PropertyDescription, kind: type, live: bool) -> str:
    """Return the docstring of a property: its own, its type, unit and limits."""
    details = description.details
    text = f"{description.annotation or kind.__name__}{f', {details}' if details else ''}"
    if live:
        read_only = ", read-only" if description.writable is False else ""
        text = f"Live: read on the server on each access ({text}{read_only})."
    return f"{description.doc}\n\n{text}" if description.doc else text


class StaticProperty:
    """The entry of a static property in a generated class, for ``help``; objects have the value.

    Attributes:
        text: its docstring.
    """

    def __init__(self, name: str, text: str) -> None:
        self.__name__ = name
        self.__doc__ = text

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        raise AttributeError(self.__name__)  # it has no value; Python goes on with __getattr__

    def __repr__(self) -> str:
        return "<static property>"


def _disguise(function: Any, owner: str, name: str) -> None:
    """Give a function the names of the remote method, in tracebacks too.

    Its code gets no file. Otherwise inspect, IPython and jedi would show tuber's source as the
    source of the remote method.
    """
    code: CodeType = function.__code__
    function.__code__ = code.replace(co_name=name, co_filename=f"<remote {owner}>")
    function.__name__ = name
    function.__qualname__ = f"{owner}.{name}"
    function.__module__ = REMOTE


_EMPTY: Final = inspect.Parameter.empty
_SELF: Final = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
_ANY_ARGUMENTS: Final = inspect.Signature(
    [
        _SELF,
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


def make_signature(signature: Signature | str | None) -> inspect.Signature:
    """Create the function's signature, with ``self``; if unknown, it accepts any arguments."""
    if not isinstance(signature, Signature):
        return _ANY_ARGUMENTS
    try:
        parameters = [
            inspect.Parameter(
                each.name,
                inspect._ParameterKind(each.kind),
                default=_EMPTY if each.default is ABSENT else each.default,
                annotation=_annotation(each.annotation, each.choices),
            )
            for each in signature.parameters
        ]
        if not parameters or parameters[0].name != "self":
            parameters.insert(0, _SELF)  # descriptions of bound C++ functions lack it
        returned = _annotation(signature.return_annotation)
        return inspect.Signature(parameters, return_annotation=returned)
    except ValueError:  # not a valid signature in Python
        return _ANY_ARGUMENTS


class _Annotation(str):
    """An annotation from the server's source, shown by inspect and help() without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _annotation(text: str | None, choices: Mapping[str, Any] | None = None) -> Any:
    if choices:
        text = literal_text(choices)
    return _EMPTY if text is None else _Annotation(text)


def literal_text(choices: Mapping[str, Any]) -> str:
    """Return the members of an enumeration as an annotation; names too if they say more."""
    values = list(choices.values())
    names = [name for name, value in choices.items() if not isinstance(value, str)]
    return f"Literal[{', '.join(map(repr, [*values, *names]))}]"
