"""The displays of remote objects in IPython and Jupyter.

They show only what the client already knows, so they do no I/O. Imported when first used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape
from inspect import signature
from reprlib import Repr
from types import MethodType
from typing import Final

from tuber.objects.classes import property_types
from tuber.objects.described import DescribedObject
from tuber.protocol import Description, PropertyDescription

_short: Final = Repr()
_short.maxother = _short.maxstring = 60


def text(remote: DescribedObject) -> str:
    """Return the object and below it its methods, properties and objects, one line each."""
    description = remote._tuber_description
    if description is None:
        return f"{remote!r} is not resolved"
    parts = [f"{remote!r}  {_first_line(description.doc)}".rstrip()]
    for title, rows in _tables(remote, description):
        lines = [f"    {head}{f'  {line}' if line else ''}" for head, line in rows]
        if lines:
            parts.append("\n".join([f"{title}:", *lines]))
    return "\n".join(parts)


def html(remote: DescribedObject) -> str:
    """Return HTML tables of the object's members. All text from the server is escaped."""
    head = f"<code>{escape(repr(remote))}</code>"
    description = remote._tuber_description
    if description is None:
        return f"<div>{head} is not resolved</div>"
    parts = [head]
    if description.doc:
        parts.append(f"<p>{escape(_first_line(description.doc))}</p>")
    for title, rows in _tables(remote, description):
        cells = "".join(
            f'<tr><td style="text-align:left"><code>{escape(head)}</code></td>'
            f'<td style="text-align:left">{escape(line)}</td></tr>'
            for head, line in rows
        )
        if cells:
            parts.append(
                f"<table><thead><tr><th colspan=2>{title}</th></tr></thead>{cells}</table>"
            )
    return f"<div>{''.join(parts)}</div>"


def _tables(
    remote: DescribedObject, description: Description
) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    """Yield each section: its title, and rows of a heading and a text."""
    yield "Methods", _methods(remote, description)
    yield "Properties", _properties(remote, description)
    yield "Objects", _objects(description)


def _methods(remote: DescribedObject, description: Description) -> Iterator[tuple[str, str]]:
    for name, method in sorted(description.methods.items()):
        shown = method.signature
        if not isinstance(shown, str):
            shown = str(signature(MethodType(remote._tuber_method(description, name), remote)))
        yield f"{name}{shown}", _first_line(method.doc)


def _properties(remote: DescribedObject, description: Description) -> Iterator[tuple[str, str]]:
    kinds = property_types(description, remote._tuber_link.session.options.convert_json)
    for name, value in sorted(description.properties.items()):
        known = description.property_descriptions.get(name, PropertyDescription())
        live = " (live; as of the resolve)" if name in description.dynamic else ""
        if known.writable is False:
            live = " (live, read-only; as of the resolve)"
        unit = f" {known.unit}" if known.unit else ""
        doc = f"  {_first_line(known.doc)}" if known.doc else ""
        kind = known.annotation or kinds[name].__name__
        limits = replace(known, unit=None).details
        limits = f", {limits}" if limits else ""
        yield f"{name}: {kind}", f"{_short.repr(value)}{unit}{limits}{live}{doc}"
    for name, failure in sorted(description.failed.items()):
        yield name, f"failed: {_first_line(failure.message)}"


def _objects(description: Description) -> Iterator[tuple[str, str]]:
    for name, inside in sorted(description.objects.items()):
        count = inside.keys if isinstance(inside.keys, int) else None
        if count is None and isinstance(inside.values, tuple):
            count = len(inside.values)
        items = "" if count is None else f"[{count}]"
        kind = "" if inside.type is None or count is not None else f": {inside.type}"
        yield f"{name}{items}{kind}", _first_line(inside.doc)


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]
