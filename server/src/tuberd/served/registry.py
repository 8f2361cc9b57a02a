"""The registry: the served objects by name, and the walk along a path to one of them.

It must never hold what can't be served, and never follow a path past what `ExposurePolicy` allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from tuberd.exposure.kinds import Kind
from tuberd.exposure.policy import ExposurePolicy
from tuberd.exposure.refusals import shown, suggestion
from tuberd.served.containers import with_containers

__all__ = ["TuberRegistry"]


class TuberRegistry(MutableMapping[str, Any]):
    """Map names to the served objects.

    You may add and remove objects while a server runs: it looks up names at every call. A plain
    list or dict of objects is served as a `TuberContainer`.

    Args:
        objects: a map of names to objects; the registry keeps a copy.
        named: more objects, as keyword arguments: ``TuberRegistry(Board=Board())``.

    Attributes:
        objects: the objects by name. Read it only; change the registry itself.

    Raises:
        TypeError: A name is not a string or empty, or an object is a module, a class, a function or
            a plain value; the message names them all.
    """

    def __init__(self, objects: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        self.objects: dict[str, Any] = {}
        if not isinstance(objects, Mapping | None):
            raise TypeError(f"a registry is a dict of objects; got {type(objects).__name__!r}")
        faults: list[str] = []
        for name, served in {**(objects or {}), **named}.items():
            self._add(name, served, faults)
        if faults:
            raise TypeError("; ".join(faults))

    def __getitem__(self, name: str) -> Any:
        return self.objects[name]

    def __setitem__(self, name: str, served: Any) -> None:
        faults: list[str] = []
        self._add(name, served, faults)
        if faults:
            raise TypeError("; ".join(faults))

    def _add(self, name: object, served: Any, faults: list[str]) -> None:
        if not isinstance(name, str) or not name:
            faults.append(f"a name in the registry must be a non-empty string; got {name!r}")
            return
        before = len(faults)
        served = with_containers(served, f"registry[{name!r}]", faults)
        if len(faults) == before:
            self.objects[str(name)] = served

    def __delitem__(self, name: str) -> None:
        del self.objects[name]

    def __iter__(self) -> Iterator[str]:
        return iter(list(self.objects))  # a copy: other threads may register objects

    def __len__(self) -> int:
        return len(self.objects)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.objects)})"

    def walk(self, path: Any, policy: ExposurePolicy) -> Any:
        """Return the object at a path (PROTOCOL.md section 3).

        Args:
            path: a name, or a sequence of steps, as received.
            policy: decides about each step.

        Raises:
            AttributeError, KeyError, IndexError: A peer can reach nothing at this path.
            TypeError: ``path`` is not a path.
            ServedCodeError: Code of a served object raised on the way.
        """
        steps = [path] if isinstance(path, str) else path
        if not isinstance(steps, (list, tuple)) or not steps:
            raise TypeError(f"a path is a name or an array of steps; got {shown(path)}")
        found = None
        for place, step in enumerate(steps):
            name, *items = _step(step, place)
            if place == 0:
                found = self._registered(name)
            else:
                found = policy.member(found, name, Kind.OBJECT).value
            for item in items:
                found = policy.item(found, item)
        return found

    def _registered(self, name: str) -> Any:
        try:
            return self.objects[name]
        except KeyError:
            hint = suggestion(name, sorted(self.objects), "objects")
            raise AttributeError(f"the registry has no object {shown(name)}{hint}") from None


def _step(step: Any, place: int) -> tuple[Any, ...]:
    """Return the name of a step, and then its items."""
    if isinstance(step, str):
        return (step,)
    if isinstance(step, (list, tuple)) and step and isinstance(step[0], str):
        return tuple(step)
    raise TypeError(f"step {place} of a path is a name or [name, item, ...]; got {shown(step)}")
