"""What the compiled core asks of Python: where objects are, and what may be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuberd.exposure.policy import Reach
from tuberd.served.descriptions import Describer
from tuberd.served.failures import describe_failure
from tuberd.served.registry import TuberRegistry

__all__ = ["Face", "make_face"]


@dataclass(frozen=True, slots=True)
class Face:
    """What the core asks of Python while it answers calls; any of its threads may ask.

    Attributes:
        objects: the registry's own dict, in which the core looks up names.
        reachable: see `Reach`.
        find_method: ``(object, name)`` -> the bound method, or raises.
        find_reading_method: the same for who may only read.
        walk: ``(path)`` -> the object, or raises.
        describe: ``(call, lossless)`` -> the result of a call without a method, or raises.
        describe_failure: ``(exception, entered)`` -> the members of a failure.
    """

    objects: dict[str, Any]
    reachable: dict[type, dict[str, tuple[str, object]]]
    find_method: Callable[[object, str], Callable[..., Any]]
    find_reading_method: Callable[[object, str], Callable[..., Any]]
    walk: Callable[[Any], Any]
    describe: Callable[[Mapping[str, Any], bool], Any]
    describe_failure: Callable[[BaseException, bool], dict[str, str]]


def make_face(registry: TuberRegistry, reach: Reach, describer: Describer) -> Face:
    """The face of a registry under one decision of what may be reached."""
    return Face(
        objects=registry.objects,
        reachable=reach.reachable,
        find_method=reach.method,
        find_reading_method=reach.for_readers().method,
        walk=lambda path: registry.walk(path, reach),
        describe=describer,
        describe_failure=describe_failure,
    )
