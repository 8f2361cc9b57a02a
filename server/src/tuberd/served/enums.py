"""Enumerations: their members by value or by name, and which of them an annotation allows.

The enumerations are Python's, those of ``py::str_enum`` and ``py::native_enum``, which are Python's
too, and pybind11's older ``py::enum_``.
"""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, Final, Optional, TypeAlias, Union, get_args, get_origin

from tuber.codec.classes import plain_scalar

__all__ = [
    "Convert",
    "annotation_in_docstring",
    "choices_of",
    "converter_of",
    "enum_value",
    "evaluated",
]

# Returns the value for the served code; raises ValueError if it is none of the choices.
Convert: TypeAlias = "Callable[[Any], Any]"

_UNIONS: Final = (Union, types.UnionType)
_LISTS: Final = (list, tuple, set, frozenset, Sequence, AbstractSet)


def is_enum_class(kind: object) -> bool:
    """Return whether a value is the class of an enumeration with members."""
    if not isinstance(kind, type):
        return False
    if issubclass(kind, Enum):
        return bool(kind.__members__)
    return "__entries" in vars(kind) and isinstance(getattr(kind, "__members__", None), Mapping)


def enum_value(member: Any) -> Any:
    """Return the value of a member as it is sent, or its name if the value is not plain."""
    value = member.value
    if isinstance(value, Enum):
        return enum_value(value)
    if value is None or isinstance(value, bool):
        return value
    plain = plain_scalar(value)
    return member.name if plain is None else plain


def choices_of(annotation: object) -> dict[str, Any] | None:
    """Return the names and values of the members that an annotation allows; None if any value."""
    if is_enum_class(annotation):
        return {name: enum_value(each) for name, each in _members(annotation).items()}
    if get_origin(annotation) in (*_UNIONS, *_LISTS):
        for each in get_args(annotation):
            if (found := choices_of(each)) is not None:
                return found
    return None


def converter_of(annotation: object) -> Convert | None:
    """Return what converts a received value as an annotation says; None to leave it as it is."""
    if is_enum_class(annotation):
        return lambda value: _member_of(annotation, value)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in _UNIONS:
        return _union_converter(args)
    if origin in _LISTS and args:
        convert = converter_of(args[0])
        if convert is not None and {*args[1:]} <= {args[0], ...}:
            return lambda value: _converted_items(convert, value)
    return None


def _converted_items(convert: Convert, value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return {convert(each) for each in value}
    return [convert(each) for each in value] if isinstance(value, list) else value


def _union_converter(alternatives: Sequence[Any]) -> Convert | None:
    converters = [each for each in map(converter_of, alternatives) if each is not None]
    others = [each for each in alternatives if converter_of(each) is None]
    if not converters:
        return None

    def convert(value: Any) -> Any:
        if value is None and type(None) in others:
            return value
        fault: ValueError | None = None
        for each in converters:
            try:
                return each(value)
            except ValueError as error:
                fault = error
        if fault is None or {*others} - {type(None)}:
            return value
        raise fault

    return convert


def _members(kind: Any) -> dict[str, Any]:
    return dict(kind.__members__)


def _member_of(kind: Any, value: Any) -> Any:
    """Return the member of a value or a name; values go first."""
    if isinstance(value, kind):
        return value
    members = _members(kind)
    given = tuple(value) if isinstance(value, list) else value
    for member in members.values():
        held = member.value
        if held == given and isinstance(held, bool) == isinstance(given, bool):
            return member
    if isinstance(given, str) and given in members:
        return members[given]
    if issubclass(kind, Enum) and not isinstance(given, bool):
        try:
            return kind(given)  # combined flags, or what the class makes of other values
        except (ValueError, TypeError):
            pass
    choices = {name: enum_value(each) for name, each in members.items()}
    shown = list(choices.values())
    shown += [name for name, each in choices.items() if not isinstance(each, str)]
    listed = ", ".join(map(repr, shown[:24])) + (", ..." if len(shown) > 24 else "")
    raise ValueError(f"expected one of {listed}; got {value!r:.80}")


# --- annotations that are text


def evaluated(annotation: object, names: Mapping[str, Any], more: Mapping[str, Any]) -> object:
    """Return the object that an annotation of a Python function stands for; itself if unknown.

    Args:
        names: the globals of the function, in which Python itself would evaluate the text.
        more: the names of its class.
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(names), dict(more))  # the program's own source
    except Exception:  # noqa: BLE001 (a name that only a type checker knows)
        return annotation


def annotation_in_docstring(text: str | None) -> object:
    """Return what the annotation of a compiled method stands for, without running it."""
    try:
        return _found(ast.parse(text or "", mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _found(node: ast.expr) -> Any:
    if isinstance(node, ast.BinOp):
        return Union[_found(node.left), _found(node.right)]  # noqa: UP007
    if isinstance(node, ast.Subscript):
        base = ast.unparse(node.value).rpartition(".")[2]
        inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if base == "Optional":
            return Optional[_found(inside[0])]  # noqa: UP045
        if base == "Union":
            return Union[tuple(map(_found, inside))]  # noqa: UP007
        if base.lower() in ("list", "sequence"):
            return list[_found(inside[0])]  # type: ignore[misc]
        return object
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    return _class_named(ast.unparse(node))


def _class_named(dotted: str) -> object:
    """Return the class of an importable name; object if no loaded module has it."""
    module, _, rest = dotted.rpartition(".")
    while module:
        if module in sys.modules:
            found: Any = sys.modules[module]
            for part in rest.split("."):
                found = vars(found).get(part) if hasattr(found, "__dict__") else None
            return object if found is None else found
        module, _, last = module.rpartition(".")
        rest = f"{last}.{rest}"
    return object
