"""Descriptions of properties: docstring, annotation, unit, limits, and whether they can be set.

No getter is run.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from tuber.markers import LiveProperty
from tuber.protocol import PropertyDescription
from tuberd.exposure.attributes import class_attribute
from tuberd.served.arguments import property_annotation, returned_text
from tuberd.served.enums import choices_of, enum_value
from tuberd.served.failures import sendable_text
from tuberd.served.signatures import annotation_text, cleaned_docstring, sent_default

__all__ = ["describe_property"]


def describe_property(cls: type, name: str, live: bool) -> PropertyDescription:
    """Return the description of a property.

    Args:
        live: whether the property is live; the description says if such a one can be set.
    """
    held: Any = class_attribute(cls, name)
    getter = getattr(held, "fget", None)
    is_descriptor = hasattr(type(held), "__get__")
    doc = getattr(held, "__doc__", None) if is_descriptor else None
    own = held if isinstance(held, LiveProperty) else LiveProperty()
    choices: Any = choices_of(property_annotation(cls, name))
    if own.choices is not None:
        members = own.choices
        choices = [enum_value(m) if isinstance(m, Enum) else sent_default(m) for m in members]
    return PropertyDescription(
        doc=cleaned_docstring(doc),
        annotation=_class_annotation(cls, name) if getter is None else returned_text(getter, cls),
        unit=None if own.unit is None else _text(own.unit),
        min=sent_default(own.min),
        max=sent_default(own.max),
        choices=choices,
        writable=_is_settable(held, is_descriptor) if live else None,
    )


def _text(unit: object) -> str:
    try:
        return sendable_text(str.__str__(str(unit)))
    except BaseException:  # noqa: BLE001 (the border of user code)
        return f"<{type(unit).__name__}>"


def _class_annotation(cls: type, name: str) -> str | None:
    for each in cls.__mro__:
        annotation = vars(each).get("__annotations__", {}).get(name)
        if annotation is not None:
            return annotation_text(annotation)
    return None


def _is_settable(held: Any, is_descriptor: bool) -> bool:
    if isinstance(held, property):
        return held.fset is not None
    return not is_descriptor or hasattr(type(held), "__set__")
