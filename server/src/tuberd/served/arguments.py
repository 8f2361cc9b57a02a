"""Arguments as the annotations of a method say: a value or a name becomes the enumeration's member.

Looked up once for each method. A method without such annotations is called directly.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MethodType
from typing import Any

from tuber.protocol import Signature
from tuberd.exposure.attributes import class_attribute
from tuberd.exposure.lasting import LastingClasses
from tuberd.served.enums import (
    Convert,
    annotation_in_docstring,
    converter_of,
    evaluated,
)
from tuberd.served.signatures import describe_method

__all__ = ["ArgumentConverter", "annotation_of", "property_annotation", "returned_text"]

_ANY = inspect.Parameter.empty


@dataclass(slots=True)
class _Plan:
    """How the arguments of one method are converted; by place and by name."""

    positional: list[tuple[str, Convert | None]] = field(default_factory=list)
    named: dict[str, Convert] = field(default_factory=dict)
    more_positional: Convert | None = None
    more_named: Convert | None = None

    def add(self, parameter: inspect.Parameter, convert: Convert | None) -> None:
        if parameter.kind is parameter.VAR_POSITIONAL:
            self.more_positional = convert
        elif parameter.kind is parameter.VAR_KEYWORD:
            self.more_named = convert
        elif parameter.kind is not parameter.KEYWORD_ONLY:
            self.positional.append((parameter.name, convert))
        if convert is not None and parameter.kind in (
            parameter.POSITIONAL_OR_KEYWORD,
            parameter.KEYWORD_ONLY,
        ):
            self.named[parameter.name] = convert

    def converts(self) -> bool:
        return any(
            (self.named, self.more_positional, self.more_named, *(c for _, c in self.positional))
        )


class ArgumentConverter:
    """Converts arguments and values of properties for one policy. Thread-safe."""

    def __init__(self) -> None:
        self._classes = LastingClasses()
        # (id of the class, name) -> (class attribute, plan): see `Describer` about the id.
        self._plans: dict[tuple[int, str], tuple[object, _Plan | None]] = {}

    def method(
        self, obj: object, name: str, attribute: object, bound: Callable[..., Any]
    ) -> Callable[..., Any] | None:
        """Return a method that converts its arguments; None if it has none to convert.

        Args:
            attribute: what the class holds, if that decides; otherwise the same as ``bound``.
        """
        if attribute is bound and isinstance(bound, MethodType):
            attribute = bound.__func__  # of a method that the instance holds
        key = id(type(obj)), name
        known = self._plans.get(key)
        if known is not None and known[0] is attribute:
            plan = known[1]
        else:
            plan = _plan_of(bound, type(obj))
            if attribute is not bound and self._classes.lasts(type(obj)):
                self._plans[key] = attribute, plan
        if plan is None:
            return None
        where = f"{type(obj).__name__}.{name}()"
        return lambda *args, **kwargs: bound(
            *_converted_args(plan, args, where), **_converted_kwargs(plan, kwargs, where)
        )

    def value(self, obj: object, name: str, value: Any) -> Any:
        """Return the value to set a property to."""
        convert = converter_of(property_annotation(type(obj), name))
        return (
            value if convert is None else _convert(convert, value, f"{type(obj).__name__}.{name}")
        )


def _convert(convert: Convert, value: Any, where: str) -> Any:
    try:
        return convert(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _converted_args(plan: _Plan, args: tuple[Any, ...], where: str) -> list[Any]:
    converted = list(args)
    for place, value in enumerate(args):
        if place < len(plan.positional):
            name, convert = plan.positional[place]
        else:
            name, convert = f"argument {place}", plan.more_positional
        if convert is not None:
            converted[place] = _convert(convert, value, f"{name} of {where}")
    return converted


def _converted_kwargs(plan: _Plan, kwargs: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        name: value
        if (convert := plan.named.get(name, plan.more_named)) is None
        else _convert(convert, value, f"{name} of {where}")
        for name, value in kwargs.items()
    }


def _plan_of(bound: Callable[..., Any], owner: type) -> _Plan | None:
    plan = _Plan()
    for parameter, annotation in _parameters(bound, owner):
        plan.add(parameter, converter_of(annotation))
    return plan if plan.converts() else None


def _parameters(bound: Any, owner: type) -> list[tuple[inspect.Parameter, object]]:
    try:
        signature = inspect.signature(bound)
        return [(each, annotation_of(each, bound, owner)) for each in signature.parameters.values()]
    except Exception:  # noqa: BLE001 (there is none, or the border of user code)
        pass
    described = describe_method(bound, owner).signature
    if not isinstance(described, Signature):
        return []
    given = described.parameters
    if given and given[0].name == "self":
        given = given[1:]
    return [
        (
            inspect.Parameter(each.name, inspect._ParameterKind(each.kind)),
            annotation_in_docstring(each.annotation),
        )
        for each in given
    ]


def annotation_of(parameter: inspect.Parameter, function: Any, owner: type) -> object:
    """Return the annotation of a parameter as an object; without one, the class of the default."""
    if parameter.annotation is _ANY:
        default = parameter.default
        return None if default is _ANY else type(default) | object
    inner = inspect.unwrap(getattr(function, "__func__", function))
    return evaluated(parameter.annotation, getattr(inner, "__globals__", {}), vars(owner))


def property_annotation(cls: type, name: str) -> object:
    """Return the enumeration of a property: of its setter, its getter, or its name in the class."""
    held: Any = class_attribute(cls, name)
    getter, setter = getattr(held, "fget", None), getattr(held, "fset", None)
    if getter is None:
        for each in cls.__mro__:
            annotation = vars(each).get("__annotations__", {}).get(name)
            if annotation is not None:
                module = inspect.getmodule(each)
                return evaluated(annotation, vars(module) if module else {}, vars(each))
        return None
    for function, take in ((setter, _last_parameter), (getter, _returned)):
        annotation = take(function, cls) if function is not None else None
        if converter_of(annotation) is not None:
            return annotation
    return None


def _last_parameter(function: Any, cls: type) -> object:
    parameters = _parameters(function, cls)
    return parameters[-1][1] if parameters else _compiled(function, last=True)


def _returned(function: Any, cls: type) -> object:
    try:
        annotation = inspect.signature(function).return_annotation
    except Exception:  # noqa: BLE001 (there is none, or the border of user code)
        return _compiled(function, last=False)
    if annotation is inspect.Signature.empty:
        return None
    return evaluated(annotation, getattr(function, "__globals__", {}), vars(cls))


def _compiled(function: Any, *, last: bool) -> object:
    """Return an annotation of pybind11's getter or setter, whose signature has no name."""
    described = _compiled_signature(function)
    if described is None:
        return None
    if last:
        found = described.parameters[-1].annotation if described.parameters else None
    else:
        found = described.return_annotation
    return annotation_in_docstring(found)


def _compiled_signature(function: Any) -> Signature | None:
    text = (getattr(function, "__doc__", None) or "").partition("\n")[0]
    found = describe_method(_Named(f"f{text}"), object).signature if text[:1] == "(" else None
    return found if isinstance(found, Signature) else None


def returned_text(getter: Any, cls: type) -> str | None:
    """Return the annotation of what a getter returns, as text."""
    found = describe_method(getter, cls).signature
    signature = found if isinstance(found, Signature) else _compiled_signature(getter)
    return None if signature is None else signature.return_annotation


class _Named:
    """A function that has a docstring and a name only."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc
        self.__name__ = "f"
