"""Signatures: how a method may be called, as far as Python or its docstring tell.

The docstrings of pybind11 and nanobind methods begin with the signature; it is parsed by `ast` and
never evaluated. What can't be understood is null, never a guess.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any, Final, ForwardRef

from tuber.protocol import ABSENT, MethodDescription, Parameter, Signature

__all__ = ["describe_method"]

# A default's text: a table of numbers is not read by anyone.
MAX_DEFAULT_LENGTH: Final = 200


def describe_method(method: object, owner: type) -> MethodDescription:
    """What is known of a method.

    Args:
        method: as the class holds it (then a parameter ``self`` is included), or bound.
        owner: the class that it was found in.
    """
    if isinstance(method, staticmethod):
        method = method.__func__
    elif isinstance(method, classmethod):
        method = method.__get__(None, owner)
    doc = _docstring(method)
    signature = _signature_of_python(method)
    if signature is not None or doc is None:
        return MethodDescription(doc, signature)
    spelt = getattr(method, "__nb_signature__", None)
    if isinstance(spelt, tuple):
        return _of_nanobind(spelt, doc)
    return _of_docstring(doc, getattr(method, "__name__", ""))


def _docstring(method: object) -> str | None:
    if isinstance(method, partial):
        method = method.func
    doc = getattr(method, "__doc__", None)
    return inspect.cleandoc(doc) if isinstance(doc, str) and doc.strip() else None


# --- methods that Python knows --------------------------------------------------------------------


def _signature_of_python(method: Any) -> Signature | None:
    try:
        signature = inspect.signature(method)
        return Signature(
            tuple(_parameter(each) for each in signature.parameters.values()),
            _annotation(signature.return_annotation),
        )
    except Exception:  # noqa: BLE001 (none, or the border of user code)
        return None


def _parameter(parameter: inspect.Parameter) -> Parameter:
    default = parameter.default
    return Parameter(
        parameter.name,
        int(parameter.kind),
        ABSENT if default is inspect.Parameter.empty else _default(default),
        _annotation(parameter.annotation),
    )


def _default(value: object) -> Any:
    """A default as it travels: what JSON has no form for, as its text."""
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, Enum):
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) and isfinite(value):
            return float(value)
        if isinstance(value, str):
            return str(value)
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 (the border of user code)
        text = f"<{type(value).__name__}>"
    return text if len(text) <= MAX_DEFAULT_LENGTH else text[:MAX_DEFAULT_LENGTH] + "..."


# --- annotations, as one would write them ---------------------------------------------------------


def _annotation(annotation: object) -> str | None:
    if annotation is inspect.Signature.empty:
        return None
    if annotation is None or annotation is type(None):
        return "None"
    if isinstance(annotation, str):  # postponed, or a quoted name
        return _unquoted(annotation)
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    if isinstance(annotation, type) and not hasattr(annotation, "__origin__"):
        if annotation.__module__ == "builtins":
            return annotation.__qualname__
        return _plainer(f"{annotation.__module__}.{annotation.__qualname__}")
    return _plainer(repr(annotation).replace("NoneType", "None"))


def _unquoted(text: str) -> str:
    """``'int'`` under postponed annotations is a string in a string."""
    if text[:1] in "'\"" and text[:1] == text[-1:] and len(text) > 1:
        return text[1:-1]
    return text


_PREFIX: Final = re.compile(r"(?<![\w.])(?:typing|collections\.abc|typing_extensions)\.(?=[A-Z])")
_FORWARD: Final = re.compile(r"ForwardRef\('([^']*)'\)")
# pybind11 3 spells what it converts from; a person calls these numbers int and float.
_NUMBERS: Final = (
    (re.compile(r"\bSupportsInt(?: \| SupportsIndex)?\b"), "int"),
    (re.compile(r"\bSupportsFloat(?: \| SupportsIndex)?\b"), "float"),
)


def _plainer(text: str) -> str:
    return _FORWARD.sub(r"\1", _PREFIX.sub("", text))


def _plainer_of_cpp(text: str) -> str:
    text = _plainer(text)
    for pattern, plain in _NUMBERS:
        text = pattern.sub(plain, text)
    return text


# --- methods whose signature stands in the docstring ----------------------------------------------

_OVERLOADED: Final = "Overloaded function."


def _of_docstring(doc: str, name: str) -> MethodDescription:
    """A docstring that may begin with ``name(parameters) -> type``, as pybind11 writes it."""
    if _OVERLOADED in doc:
        return MethodDescription(doc[doc.index(_OVERLOADED) :], None)
    header, _, rest = doc.partition("\n\n")
    if not header.startswith(f"{name}(") or not name:
        return MethodDescription(doc, None)
    defaults: list[str] = []
    signature = _parsed(f"def {_with_places(header, defaults)}: ...", defaults)
    return (
        MethodDescription(doc, None)
        if signature is None
        else MethodDescription(rest.strip() or None, signature)
    )


def _of_nanobind(spelt: tuple[Any, ...], doc: str) -> MethodDescription:
    """A tuple of overloads, each ``(header, docstring, defaults)``; ``\\0`` in it is a default."""
    if len(spelt) != 1:
        return MethodDescription(doc[max(doc.find(_OVERLOADED), 0) :], None)
    header, own_doc, defaults = spelt[0]
    header = re.sub(r"\\(\d+)", rf"{_PLACE}\1", header)
    signature = _parsed(f"{header}: ...", [_default(each) for each in defaults or ()])
    return MethodDescription(inspect.cleandoc(own_doc) if own_doc else None, signature)


# Stands for a default's text that is not Python, such as ``<Mode.FAST: 0>``.
_PLACE: Final = "_tuber_default_"


def _with_places(header: str, defaults: list[str]) -> str:
    """The header with each ``<...>`` behind an ``=`` put aside into ``defaults``."""
    pieces = []
    at = 0
    while (start := header.find(" = <", at)) >= 0:
        start += len(" = ")
        depth = 0
        for end in range(start, len(header)):
            depth += {"<": 1, ">": -1}.get(header[end], 0)
            if depth == 0:
                break
        else:
            break
        pieces.append(f"{header[at:start]}{_PLACE}{len(defaults)}")
        defaults.append(header[start : end + 1])
        at = end + 1
    return "".join(pieces) + header[at:]


def _parsed(source: str, defaults: list[Any]) -> Signature | None:
    """The signature of a ``def``, which is read and not run."""
    try:
        (function,) = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(function, ast.FunctionDef):
        return None
    return Signature(
        tuple(_ParsedParameters(source, defaults).read(function.args)),
        _text(source, function.returns),
    )


@dataclass(frozen=True, slots=True)
class _ParsedParameters:
    """Reads the parameters of one parsed header; ``defaults`` are those put aside."""

    source: str
    defaults: list[Any]

    def read(self, args: ast.arguments) -> Iterator[Parameter]:
        positional = args.posonlyargs + args.args
        required = len(positional) - len(args.defaults)
        for place, arg in enumerate(positional):
            default = args.defaults[place - required] if place >= required else None
            yield self._one(arg, 0 if place < len(args.posonlyargs) else 1, default)
        if args.vararg:
            yield self._one(args.vararg, 2, None)
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            yield self._one(arg, 3, default)
        if args.kwarg:
            yield self._one(args.kwarg, 4, None)

    def _one(self, arg: ast.arg, kind: int, default: ast.expr | None) -> Parameter:
        annotation = _text(self.source, arg.annotation)
        value = ABSENT if default is None else self._value(default)
        return Parameter(arg.arg, kind, value, annotation)

    def _value(self, default: ast.expr) -> Any:
        if isinstance(default, ast.Name) and default.id.startswith(_PLACE):
            return self.defaults[int(default.id.removeprefix(_PLACE))]
        try:
            value = ast.literal_eval(default)
        except ValueError:
            value = ...
        if value is None or isinstance(value, (bool, int, float, str)):
            return _default(value)
        text = ast.get_source_segment(self.source, default) or ""
        return text if len(text) <= MAX_DEFAULT_LENGTH else text[:MAX_DEFAULT_LENGTH] + "..."


def _text(source: str, node: ast.expr | None) -> str | None:
    if node is None:
        return None
    return _plainer_of_cpp(ast.get_source_segment(source, node) or ast.unparse(node))
