"""What the compiled core calls in Python: to find objects and methods, and to describe things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.descriptions import Describer
from tuberd.served.failures import describe_failure
from tuberd.served.registry import TuberRegistry

__all__ = ["CoreCallbacks", "make_callbacks"]


@dataclass(frozen=True, slots=True)
class CoreCallbacks:
    """The core reads these attributes once; any of its threads may call them.

    Attributes:
        objects: the dict of the registry, in which the core looks up names.
        reachable: see `ExposurePolicy`.
        find_method: ``(object, name)`` -> the bound method, or raises.
        find_readonly_method: the same for clients with read-only access.
        walk: ``(path)`` -> the object, or raises.
        describe: ``(call, lossless, described)`` -> the result of a call without a method, or
            raises; see `Describer`.
        describe_failure: ``(exception, entered)`` -> the members of a failure.
    """

    objects: dict[str, Any]
    reachable: dict[type, dict[str, tuple[str, object]]]
    find_method: Callable[[object, str], Callable[..., Any]]
    find_readonly_method: Callable[[object, str], Callable[..., Any]]
    walk: Callable[[Any], Any]
    describe: Callable[[Mapping[str, Any], bool, dict[str, Any] | None], Any]
    describe_failure: Callable[[BaseException, bool], dict[str, Any]]


def make_callbacks(
    registry: TuberRegistry, policy: ExposurePolicy, describer: Describer
) -> CoreCallbacks:
    """Return the callbacks for one registry under one policy."""
    return CoreCallbacks(
        objects=registry.objects,
        reachable=policy.reachable,
        find_method=policy.method,
        find_readonly_method=policy.for_readers().method,
        walk=lambda path: registry.walk(path, policy),
        describe=describer,
        describe_failure=describe_failure,
    )
