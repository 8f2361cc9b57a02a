"""The registry: the served objects by name, and the walk along a path to one of them.

It must never hold what can't be served, and never follow a path past what `ExposurePolicy` allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from tuber.protocol import attribute_name
from tuberd.exposure.attributes import own_attributes
from tuberd.exposure.kinds import Kind
from tuberd.exposure.policy import ExposurePolicy
from tuberd.exposure.refusals import shown, suggestion
from tuberd.served.containers import with_containers

__all__ = ["TuberRegistry"]


class TuberRegistry(MutableMapping[str, Any]):
    """Map names to the served objects.

    You may add and remove objects while a server runs: it looks up names at every call.
    ``registry.Board`` is ``registry["Board"]``, also in assignments; ``registry["Board", "adc"]``
    follows a path. Names are compared as Python's parser does (NFKC, PEP 3131). A plain list or
    dict of objects is served as a `TuberContainer`.

    Args:
        objects: a map of names to objects; the registry keeps a copy.
        named: more objects, as keyword arguments: ``TuberRegistry(Board=Board())``.

    Attributes:
        objects: the objects by name. Read it only; change the registry itself.

    Raises:
        TypeError: A name is not a string or empty, or an object is a module, a class, a function or
            a plain value; the message names them all.
        ValueError: Two names of objects, or of the attributes of one, are the same for Python; or
            a name is not valid Unicode.
    """

    objects: dict[str, Any]

    def __init__(self, objects: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        self.__dict__["objects"] = {}
        if not isinstance(objects, Mapping | None):
            raise TypeError(f"a registry is a dict of objects; got {type(objects).__name__!r}")
        given = {**(objects or {}), **named}
        faults: list[str] = []
        wrong_names = _same_names(given, "the registry")
        for name, served in given.items():
            self._add(name, served, faults, wrong_names)
        _refuse(faults, wrong_names)

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, (tuple, list)):
            return self.walk(name, ExposurePolicy())
        return self.objects[attribute_name(name) if isinstance(name, str) else name]

    def __setitem__(self, name: str, served: Any) -> None:
        faults: list[str] = []
        wrong_names: list[str] = []
        self._add(name, served, faults, wrong_names)
        _refuse(faults, wrong_names)

    def _add(self, name: object, served: Any, faults: list[str], wrong_names: list[str]) -> None:
        if not isinstance(name, str) or not name:
            faults.append(f"a name in the registry must be a non-empty string; got {name!r}")
            return
        where = f"registry[{name!r}]"
        try:
            name.encode()
        except UnicodeEncodeError:
            wrong_names.append(f"a name in the registry must be valid Unicode text; got {name!r}")
            return
        before = len(faults) + len(wrong_names)
        held = [*own_attributes(served), *(n for each in type(served).__mro__ for n in vars(each))]
        wrong_names += _same_names(held, where)
        served = with_containers(served, where, faults)
        if len(faults) + len(wrong_names) == before:
            self.objects[attribute_name(str(name))] = served

    def __delitem__(self, name: str) -> None:
        del self.objects[attribute_name(name)]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "objects":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._registered(attribute_name(name))

    def __setattr__(self, name: str, served: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, served)
        elif name == "objects" or hasattr(type(self), name):
            raise AttributeError(
                f"{name!r} is an attribute of the registry itself; to serve an object under this "
                f"name, write registry[{name!r}] = ..."
            )
        else:
            self[name] = served

    def __delattr__(self, name: str) -> None:
        if attribute_name(name) not in self.objects:
            raise AttributeError(f"the registry has no object {shown(name)}")
        del self[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.objects})

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
                found = self._registered(name if name.isascii() else attribute_name(name))
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


def _refuse(faults: list[str], wrong_names: list[str]) -> None:
    if faults or wrong_names:
        raise (TypeError if faults else ValueError)("; ".join(faults + wrong_names))


def _same_names(names: Iterable[object], where: str) -> list[str]:
    """Return a text for each of the names that Python's parser takes for another of them."""
    spelt: dict[str, str] = {}
    return [
        f"{where} has {spelt[attribute_name(name)]!a} and {name!a}, which are the same name"
        " for Python (NFKC, PEP 3131); rename one of them"
        for name in names
        if isinstance(name, str) and spelt.setdefault(attribute_name(name), name) != name
    ]


def _step(step: Any, place: int) -> tuple[Any, ...]:
    """Return the name of a step, and then its items."""
    if isinstance(step, str):
        return (step,)
    if isinstance(step, (list, tuple)) and step and isinstance(step[0], str):
        return tuple(step)
    raise TypeError(f"step {place} of a path is a name or [name, item, ...]; got {shown(step)}")
