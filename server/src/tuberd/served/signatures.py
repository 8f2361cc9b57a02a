"""Signatures: how a method may be called, as far as Python or its docstring says.

The docstring of a pybind11 or nanobind method begins with the signature. It is parsed by `ast` and
must never be evaluated. A signature that can't be parsed is null, never a guess.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any, Final, ForwardRef

from tuber.codec.classes import is_enum
from tuber.protocol import ABSENT, MethodDescription, Parameter, Signature
from tuberd.served.enums import annotation_in_docstring, choices_of, enum_value, evaluated
from tuberd.served.failures import sendable_text

__all__ = ["annotation_text", "cleaned_docstring", "describe_method", "sent_default"]

# In characters, for the text of a default such as a table of numbers.
MAX_DEFAULT_LENGTH: Final = 200

# Of a default that travels as a number: any peer reads 4300 digits (PROTOCOL.md section 9).
MAX_INT_BITS: Final = 14_000


def describe_method(method: object, owner: type) -> MethodDescription:
    """Return the docstring and the signature of a method.

    Args:
        method: bound, or as the class holds it (the signature then includes ``self``).
        owner: the class in which it was found.
    """
    if isinstance(method, staticmethod):
        method = method.__func__
    elif isinstance(method, classmethod):
        method = method.__get__(None, owner)
    doc = _docstring(method)
    signature = _python_signature(method)
    if signature is not None or doc is None:
        return MethodDescription(doc, signature)
    overloads = getattr(method, "__nb_signature__", None)
    if isinstance(overloads, tuple):
        return _describe_nanobind(overloads, doc)
    return _describe_pybind11(doc, getattr(method, "__name__", ""))


def _docstring(method: object) -> str | None:
    if isinstance(method, partial):
        method = method.func
    return cleaned_docstring(getattr(method, "__doc__", None))


def cleaned_docstring(doc: object) -> str | None:
    """Return a docstring as it is sent: without indentation, and as valid text."""
    if not isinstance(doc, str):
        return None
    return sendable_text(inspect.cleandoc(str.__str__(doc))) or None


# --- signatures of Python methods -----------------------------------------------------------------


def _python_signature(method: Any) -> Signature | None:
    try:
        signature = inspect.signature(method)
        return Signature(
            tuple(_parameter(each, method) for each in signature.parameters.values()),
            annotation_text(signature.return_annotation),
        )
    except Exception:  # noqa: BLE001 (there is none, or the border of user code)
        return None


def _parameter(parameter: inspect.Parameter, method: Any) -> Parameter:
    default = parameter.default
    function = inspect.unwrap(getattr(method, "__func__", method))
    names = getattr(function, "__globals__", {})
    return Parameter(
        sendable_text(parameter.name),
        int(parameter.kind),
        ABSENT if default is inspect.Parameter.empty else sent_default(default),
        annotation_text(parameter.annotation),
        choices_of(evaluated(parameter.annotation, names, {})) or choices_of(type(default)),
    )


def sent_default(value: object) -> Any:
    """Return a default as it is sent: its text if JSON cannot encode the value."""
    if value is None or isinstance(value, bool):
        return value
    if is_enum(value):
        try:
            value = enum_value(value)
        except BaseException:  # noqa: BLE001 (the border of user code)
            value = f"<{type(value).__name__}>"
    if not isinstance(value, Enum):
        # Not int(value): a subclass may convert itself to something else.
        if isinstance(value, int) and int.bit_length(value) <= MAX_INT_BITS:
            return int.__index__(value)
        if isinstance(value, float) and isfinite(value):
            return float.__float__(value)
        if isinstance(value, str) and sendable_text(text := str.__str__(value)) == text:
            return text
    try:
        text = repr(value)
    except BaseException:  # noqa: BLE001 (the border of user code)
        text = f"<{type(value).__name__}>"
    return sendable_text(_shortened(text))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_DEFAULT_LENGTH else text[:MAX_DEFAULT_LENGTH] + "..."


# --- annotations, as a person would write them ----------------------------------------------------


def annotation_text(annotation: object) -> str | None:
    """Return an annotation as a person would write it; None if there is none."""
    text = _annotation_text(annotation)
    return None if text is None else sendable_text(text)


def _annotation_text(annotation: object) -> str | None:
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
        return _simplify(f"{annotation.__module__}.{annotation.__qualname__}")
    return _simplify(repr(annotation).replace("NoneType", "None"))


def _unquoted(text: str) -> str:
    """Remove quotes: ``'int'`` under postponed annotations is a string in a string."""
    if text[:1] in "'\"" and text[:1] == text[-1:] and len(text) > 1:
        return text[1:-1]
    return text


_PREFIX: Final = re.compile(r"(?<![\w.])(?:typing|collections\.abc|typing_extensions)\.(?=[A-Z])")
_FORWARD: Final = re.compile(r"ForwardRef\('([^']*)'\)")
# pybind11 3 writes the protocols that it converts from; a person writes int and float.
_NUMBERS: Final = (
    (re.compile(r"\bSupportsInt(?: \| SupportsIndex)?\b"), "int"),
    (re.compile(r"\bSupportsFloat(?: \| SupportsIndex)?\b"), "float"),
)


def _simplify(text: str) -> str:
    return _FORWARD.sub(r"\1", _PREFIX.sub("", text))


def _simplify_cpp(text: str) -> str:
    text = _simplify(text)
    for pattern, plain in _NUMBERS:
        text = pattern.sub(plain, text)
    return text


# --- signatures in docstrings ---------------------------------------------------------------------

_OVERLOADED: Final = "Overloaded function."


def _describe_pybind11(doc: str, name: str) -> MethodDescription:
    """Parse a docstring that may begin with ``name(parameters) -> type``."""
    if _OVERLOADED in doc:
        return MethodDescription(doc[doc.index(_OVERLOADED) :], None)
    header, _, rest = doc.partition("\n\n")
    if not header.startswith(f"{name}(") or not name:
        return MethodDescription(doc, None)
    defaults: list[str] = []
    signature = _parse(f"def {_replace_defaults(header, defaults)}: ...", defaults)
    if signature is None:
        return MethodDescription(doc, None)
    return MethodDescription(rest.strip() or None, signature)


def _describe_nanobind(overloads: tuple[Any, ...], doc: str) -> MethodDescription:
    """Parse overloads, each ``(header, docstring, defaults)``; ``\\0`` stands for a default."""
    if len(overloads) != 1:
        return MethodDescription(doc[max(doc.find(_OVERLOADED), 0) :], None)
    header, own_doc, defaults = overloads[0]
    header = re.sub(r"\\(\d+)", rf"{_PLACEHOLDER}\1", header)
    signature = _parse(f"{header}: ...", [sent_default(each) for each in defaults or ()])
    return MethodDescription(inspect.cleandoc(own_doc) if own_doc else None, signature)


# Replaces the text of a default that is not Python, such as ``<Mode.FAST: 0>``.
_PLACEHOLDER: Final = "_tuber_default_"


def _replace_defaults(header: str, defaults: list[str]) -> str:
    """Move each default ``<...>`` of the header into ``defaults``, and return the header."""
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
        pieces.append(f"{header[at:start]}{_PLACEHOLDER}{len(defaults)}")
        defaults.append(header[start : end + 1])
        at = end + 1
    return "".join(pieces) + header[at:]


def _parse(source: str, defaults: list[Any]) -> Signature | None:
    """Return the signature of a ``def`` without running it."""
    try:
        (function,) = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(function, ast.FunctionDef):
        return None
    args = function.args
    positional = args.posonlyargs + args.args
    required = len(positional) - len(args.defaults)
    rows: list[tuple[ast.arg | None, ast.expr | None]] = [
        *zip(positional, [*[None] * required, *args.defaults], strict=True),
        (args.vararg, None),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
        (args.kwarg, None),
    ]
    kinds = [0] * len(args.posonlyargs) + [1] * len(args.args) + [2]
    kinds += [3] * len(args.kwonlyargs) + [4]
    parameters = [
        _with_choices(
            Parameter(
                arg.arg,
                kind,
                ABSENT if default is None else _parsed_default(source, default, defaults),
                _text(source, arg.annotation),
            )
        )
        for (arg, default), kind in zip(rows, kinds, strict=True)
        if arg is not None
    ]
    return Signature(tuple(parameters), _text(source, function.returns))


_MEMBER: Final = re.compile(r"<?(?:[\w.]+\.)?(\w+)(?:: .*>)?")


def _with_choices(parameter: Parameter) -> Parameter:
    """Add the members of an enumeration, and replace the text of a default by its value."""
    choices = choices_of(annotation_in_docstring(parameter.annotation))
    if choices is None:
        return parameter
    default = parameter.default
    match = _MEMBER.fullmatch(default) if isinstance(default, str) else None
    if match is not None:
        default = choices.get(match.group(1), default)
    return replace(parameter, default=default, choices=choices)


def _parsed_default(source: str, default: ast.expr, replaced: list[Any]) -> Any:
    if isinstance(default, ast.Name) and default.id.startswith(_PLACEHOLDER):
        return replaced[int(default.id.removeprefix(_PLACEHOLDER))]
    try:
        value = ast.literal_eval(default)
    except ValueError:
        value = ...
    if value is None or isinstance(value, (bool, int, float, str)):
        return sent_default(value)
    return _shortened(ast.get_source_segment(source, default) or "")


def _text(source: str, node: ast.expr | None) -> str | None:
    if node is None:
        return None
    return _simplify_cpp(ast.get_source_segment(source, node) or ast.unparse(node))
