"""Descriptions of objects (PROTOCOL.md section 6), and lookups in them by path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tuber.protocol.calls import Failure
from tuber.protocol.members import malformed, map_of, text_or_none, texts_of
from tuber.protocol.names import attribute_name
from tuber.protocol.paths import Item, Path, parts
from tuber.protocol.properties import PropertyDescription
from tuber.protocol.signatures import MethodDescription


@dataclass(frozen=True, slots=True)
class Description:
    """The description of an object or, with only ``objects`` set, of the registry.

    Attributes:
        keys: the keys of a map of objects, or the length of a list whose items share one
            description; otherwise None.
        values: the descriptions of a container's items in order, or the one that they share.
        type: the name of the object's class; None from servers before 1.0.
        failed: the properties that could not be read, and why.
        dynamic: the live properties: those that are read at each access and may be set.
        spelt: name -> the server's spelling of it, where it is another one: names are in the form
            of ``attribute_name``, and servers before 1.0 send them as they are.
        property_descriptions: of properties, what is known in addition to the value.
        partial: whether only names of methods and properties are known, and no objects.
        context: whether the class is a context manager, which a remote object can't enter.
    """

    doc: str | None = None
    methods: Mapping[str, MethodDescription] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    objects: Mapping[str, Description] = field(default_factory=dict)
    keys: tuple[Item, ...] | int | None = None
    values: tuple[Description, ...] | Description | None = None
    type: str | None = None
    failed: Mapping[str, Failure] = field(default_factory=dict)
    dynamic: frozenset[str] = frozenset()
    spelt: Mapping[str, str] = field(default_factory=dict)
    property_descriptions: Mapping[str, PropertyDescription] = field(default_factory=dict)
    partial: bool = False
    context: bool = False

    @classmethod
    def from_map(cls, members: Any) -> Description:
        """Read a full description.

        Raises:
            TuberProtocolError: the value is not a full description, or has lists of names in
                place of maps.
        """
        where = "a description"
        members = map_of(members, where)
        described = {name: _map_or_empty(members, name) for name in _MAPS}
        spelt = _spelt(described)
        if spelt:
            names = {wire: name for name, wire in spelt.items()}
            described = {
                kind: {names.get(each, each): value for each, value in of_kind.items()}
                for kind, of_kind in described.items()
            }
        return cls(
            doc=text_or_none(members, "__doc__", where),
            methods={n: MethodDescription.from_map(m) for n, m in described["methods"].items()},
            properties=described["properties"],
            objects={n: _nested(each) for n, each in described["objects"].items()},
            keys=_keys(members.get("keys")),
            values=_values(members.get("values")),
            type=text_or_none(members, "type", where),
            failed={n: Failure.from_map(map_of(f, where)) for n, f in described["failed"].items()},
            dynamic=_dynamic(texts_of(members, "dynamic", where), described),
            spelt=spelt,
            property_descriptions={
                n: PropertyDescription.from_map(p)
                for n, p in described["property_descriptions"].items()
            },
            context=members.get("context") is True,
        )

    @property
    def is_container(self) -> bool:
        """Whether the object has items."""
        return self.values is not None

    def wire_name(self, name: str) -> str:
        """Return a name as the server spells it."""
        name = attribute_name(name)
        return self.spelt.get(name, name)

    @property
    def names(self) -> set[str]:
        """All names of the object's members."""
        return {*self.methods, *self.properties, *self.objects, *self.failed}

    def __post_init__(self) -> None:
        """Refuse members that contradict each other."""
        keys, values = self.keys, self.values
        if isinstance(keys, int) and not isinstance(values, Description):
            raise malformed("a container", "a count with one shared description", values)
        if isinstance(keys, tuple) and values is None:
            raise malformed("a container", "member 'values' next to 'keys'", None)
        if isinstance(keys, tuple) and isinstance(values, tuple) and len(keys) != len(values):
            raise malformed("a container", f"{len(keys)} values", len(values))
        if keys is None and isinstance(values, Description):
            raise malformed("a container", "member 'keys' next to one shared description", None)


_MAPS: Final = ("methods", "properties", "objects", "failed", "property_descriptions")


def find_description(known: Description | None, at: Path, path: Path) -> Description | None:
    """Return the description of the object at ``path``; None if it is not known.

    Args:
        known: the description of the object at the path ``at``, with which ``path`` begins.
    """
    for is_item, part in parts(path)[len(parts(at)) :]:
        if known is None:
            return None
        known = (
            description_of_item(known, part)
            if is_item
            else known.objects.get(attribute_name(str(part)))
        )
    return known


def description_of_item(container: Description, item: Item) -> Description | None:
    """Return the description of an item of a container; None if there is none."""
    keys, values = container.keys, container.values
    if values is None or isinstance(values, Description):
        return values
    try:
        place = keys.index(item) if isinstance(keys, tuple) else item
        return values[place]  # type: ignore[index]
    except (LookupError, TypeError, ValueError):
        return None


def _spelt(described: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The names that are not in the form of ``attribute_name``; an exact one precedes them."""
    names = {name for of_kind in described.values() for name in of_kind}
    if all(map(str.isascii, names)):
        return {}
    spelt = {attribute_name(each): each for each in sorted(names) if not each.isascii()}
    return {name: wire for name, wire in spelt.items() if name not in names}


def _map_or_empty(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    return {} if value is None else map_of(value, f"member {name!r} of a description")


def _keys(keys: Any) -> tuple[Item, ...] | int | None:
    if keys is None or (type(keys) is int and keys >= 0):
        return keys
    if isinstance(keys, (list, tuple)) and all(isinstance(key, (str, int)) for key in keys):
        return tuple(keys)
    raise malformed("a container", "member 'keys' to be a count or an array of keys", keys)


def _values(values: Any) -> tuple[Description, ...] | Description | None:
    if values is None:
        return None
    if isinstance(values, (list, tuple)):
        return tuple(map(_nested, values))
    return _nested(values)


def _dynamic(names: Iterable[str], described: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Return the live properties, including those that failed."""
    return frozenset(map(attribute_name, names)).intersection(
        [*described["properties"], *described["failed"]]
    )


_UNREAD: Final = {
    "message": "not read yet, because this object leads back to one that holds it, or is nested"
    " very deep; call tuber_resolve(force=True) of this object to read it"
}


def _nested(members: Any) -> Description:
    """Read the description of a nested object.

    The server sends only the names of an object that contains one of its own parents, or is nested
    too deeply. Its methods can still be called; its properties count as failed.
    """
    if not isinstance(members, Mapping) or not isinstance(members.get("methods"), list):
        return Description.from_map(members)
    methods, properties = members["methods"], members.get("properties")
    if not isinstance(properties, list):
        properties = []
    for names in (methods, properties):
        if not all(isinstance(name, str) for name in names):
            raise malformed("a description", "an array of names", names)
    known = Description.from_map(
        {
            **members,
            "methods": {name: {} for name in methods},
            "properties": {},
            "failed": dict.fromkeys(properties, _UNREAD),
        }
    )
    return replace(known, partial=True)
