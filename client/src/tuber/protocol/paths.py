"""Paths of objects (PROTOCOL.md section 3): a name, or an array of steps; None is the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Item: TypeAlias = str | int
Step: TypeAlias = str | Sequence[Item]
Path: TypeAlias = str | Sequence[Step] | None


def checked_path(path: object) -> Path:
    """Return the value as a path; raise TypeError if it is not one."""
    if path is None or isinstance(path, (str, list, tuple)):
        return path
    meant = f": a port belongs to the host, 'host:{path}'" if isinstance(path, int) else ""
    raise TypeError(f"expected the name or the path of an object; got {path!r}{meant}")


def path_of_object(parent: Path, name: str) -> Path:
    """Return the path of an object inside another one, or inside the registry."""
    if parent is None:
        return name
    return [*_steps(parent), name]


def path_of_item(container: Path, item: Item) -> Path:
    """Return the path of an item of a container."""
    *before, last = _steps(container)
    step = (last,) if isinstance(last, str) else tuple(last)
    return [*before, [*step, item]]


def parts(path: Path) -> list[tuple[bool, Item]]:
    """Return the steps of a path, each with whether it is an item."""
    found: list[tuple[bool, Item]] = []
    for step in _steps(path):
        name, *items = (step,) if isinstance(step, str) else step
        found += [(False, name), *((True, item) for item in items)]
    return found


def path_text(path: Path) -> str:
    """Return the path as Python text: ``Boards[3].adcs['a']``."""
    if path is None:
        return ""
    texts = []
    for step in _steps(path):
        name, *items = (step,) if isinstance(step, str) else step
        texts.append(str(name) + "".join(f"[{item!r}]" for item in items))
    return ".".join(texts)


def _steps(path: Path) -> list[str | list[Item]]:
    if path is None:
        return []
    if isinstance(path, str):
        return [path]
    return [step if isinstance(step, str) else list(step) for step in path]
