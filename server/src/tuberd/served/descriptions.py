"""Descriptions: the answer to every call without a method (PROTOCOL.md sections 3 and 6).

What is listed is decided by `Reach`; here it is only written down. A property that raises or that
can't be sent must never hide the rest of the description.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tuber.protocol import Signature
from tuberd.exposure.class_lists import LIVE
from tuberd.exposure.kinds import Kind, Member, is_object
from tuberd.exposure.policy import Reach, ServedCodeError
from tuberd.served.containers import TuberContainer
from tuberd.served.failures import describe_failure
from tuberd.served.registry import TuberRegistry
from tuberd.served.signatures import describe_method

__all__ = ["Describer"]

# Objects inside objects beyond these are described by names only, as an object is that leads back
# to one that holds it; a peer asks for them by their paths. The first keeps the reply within the
# nesting that codecs take, the second ends objects that make new ones whenever they are looked at.
MAX_DESCRIBED_DEPTH: Final = 32
MAX_DESCRIBED_OBJECTS: Final = 100_000


class Describer:
    """Answers calls without a method. Thread-safe.

    Args:
        registry: the objects.
        reach: decides what is listed.
        encode: writes a value as a JSON reply would, and raises when it can't.
        encode_exactly: the same for replies that carry every value as what it is (CBOR).
    """

    def __init__(
        self,
        registry: TuberRegistry,
        reach: Reach,
        encode: Callable[[Any], object],
        encode_exactly: Callable[[Any], object],
    ) -> None:
        self._registry = registry
        self._reach = reach
        self._encoders = {False: encode, True: encode_exactly}
        # Methods of classes do not change from call to call; (class, name) -> (attribute, map). By
        # the class's id, because not every class can be hashed; the attribute tells them apart.
        self._methods: dict[tuple[int, str], tuple[object, dict[str, Any]]] = {}

    def __call__(self, call: Mapping[str, Any], lossless: bool = False) -> Any:
        """The result of a call.

        Args:
            lossless: whether the reply carries every value as what it is.

        Raises:
            TypeError: a member of the call is of the wrong type.
            AttributeError, KeyError, IndexError: it names nothing that may be reached.
            ServedCodeError: code of a served object raised.
        """
        path = _member(call, "object", (str, list), "a string or an array")
        name = _member(call, "property", (str,), "a string")
        resolve = bool(_member(call, "resolve", (bool,), "a bool"))
        if path is not None and name is not None:
            return self._named(self._registry.walk(path, self._reach), name, resolve, lossless)
        if path is not None or name is not None:
            served = self._registry.walk(name if path is None else path, self._reach)
            return self.in_full(served, lossless) if resolve else self.names(served)
        if not resolve:
            return {"objects": list(self._registry)}
        return self._everything(_Description(self, lossless))

    def validate(self) -> None:
        """Describe everything.

        Raises:
            ValueError: some properties can't be read or sent, or classes name as live what is no
                property; the message names them all.
        """
        everything = self._everything(_Description(self, strict=True))
        faults = [
            f"{place}: {failure['message']}"
            for name, description in everything["objects"].items()
            for place, failure in _failed(description, name)
        ]
        if faults:
            raise ValueError(f"the registry can't be served whole: {'; '.join(faults)}")

    def names(self, served: object) -> dict[str, Any]:
        """The description of an object, names only."""
        members = self._reach.members(served)
        return {
            "__doc__": _docstring(served),
            "methods": [each.name for each in members if each.kind is Kind.METHOD],
            "properties": [each.name for each in members if each.kind is Kind.PROPERTY],
        }

    def in_full(self, served: object, lossless: bool = False) -> dict[str, Any]:
        """The full description of an object."""
        described = _Description(self, lossless)
        return described.sendable(described.of(served))

    def members(self, served: object) -> list[Member]:
        """What is listed of an object."""
        return self._reach.members(served)

    def method(self, served: object, member: Member) -> dict[str, Any]:
        """The description of a method."""
        cls = type(served)
        known = self._methods.get((id(cls), member.name))
        if known is not None and member.by_class and known[0] is member.value:
            return known[1]
        description = describe_method(member.value, cls)
        signature = description.signature
        members = {
            "__doc__": description.doc,
            "__signature__": signature.to_map() if isinstance(signature, Signature) else None,
        }
        if member.by_class:
            self._methods[id(cls), member.name] = (member.value, members)
        return members

    def why_not_sendable(self, value: object, lossless: bool) -> Exception | None:
        """What encoding the value raises, if it does."""
        try:
            self._encoders[lossless](value)
        except Exception as error:  # noqa: BLE001 (the border of user code: values encode themselves)
            return error
        return None

    def misnamed_live(self, served: object) -> list[str]:
        """What its class names as live although it is none of its properties."""
        return self._reach.misnamed_live(served)

    def _everything(self, described: _Description) -> dict[str, Any]:
        objects = {name: described.of(served) for name, served in dict(self._registry).items()}
        return described.sendable({"objects": objects})

    def _named(self, served: object, name: str, resolve: bool, lossless: bool) -> Any:
        member = self._reach.member(served, name)
        if member.kind is Kind.PROPERTY:
            return member.value
        if member.kind is Kind.METHOD:
            return self.method(served, member)
        return self.in_full(member.value, lossless) if resolve else self.names(member.value)


@dataclass(slots=True)
class _Description:
    """One full description in the making, of an object and those inside it.

    Attributes:
        lossless: whether the reply carries every value as what it is.
        strict: whether names in ``__tuber_dynamic__`` that are no properties are failures.
    """

    describer: Describer
    lossless: bool = False
    strict: bool = False
    branch: list[object] = field(default_factory=list)
    count: int = 0
    described: list[dict[str, Any]] = field(default_factory=list)

    def of(self, served: object) -> dict[str, Any]:
        """The description of an object, whose values are still to be made `sendable`."""
        self.count += 1
        if (
            any(each is served for each in self.branch)
            or len(self.branch) >= MAX_DESCRIBED_DEPTH
            or self.count > MAX_DESCRIBED_OBJECTS
        ):
            return self.describer.names(served)
        self.branch.append(served)
        try:
            return self._inside(served)
        finally:
            self.branch.pop()

    def sendable(self, description: dict[str, Any]) -> dict[str, Any]:
        """The description, in which every value that can't be encoded has become a failure.

        All is tried at once; only what fails is tried again, object by object, then each value.
        """
        why_not = self.why_not_sendable
        if why_not(description) is None:
            return description
        for members in self.described:
            properties = members["properties"]
            if why_not(properties) is None:
                continue
            for name in list(properties):
                if (error := why_not(properties[name])) is not None:
                    del properties[name]
                    _fail(members, name, error)
        return description

    def why_not_sendable(self, value: object) -> Exception | None:
        """What encoding the value for this reply raises, if it does."""
        return self.describer.why_not_sendable(value, self.lossless)

    def _inside(self, served: object) -> dict[str, Any]:
        methods: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        objects: dict[str, Any] = {}
        failed: dict[str, Any] = {}
        live: list[str] = []
        for member in self.describer.members(served):
            if member.live:
                live.append(member.name)
            if member.error is not None:
                failed[member.name] = describe_failure(member.error, True)
            elif member.kind is Kind.METHOD:
                methods[member.name] = self.describer.method(served, member)
            elif member.kind is Kind.OBJECT:
                objects[member.name] = self.of(member.value)
            else:
                properties[member.name] = member.value
        members: dict[str, Any] = {
            "__doc__": _docstring(served),
            "methods": methods,
            "properties": properties,
            "objects": objects,
            "type": type(served).__name__,
        }
        if live:
            members["dynamic"] = live
        if failed:
            members["failed"] = failed
        for name in self.describer.misnamed_live(served) if self.strict else ():
            _fail(members, name, AttributeError(f"it is in {LIVE}, but is no property of a peer's"))
        self.described.append(members)
        if isinstance(served, TuberContainer):
            members.update(self._items(served))
        elif hasattr(type(served), "tuber_meta"):
            self._add_own_items(members, served)
        return members

    def _items(self, container: TuberContainer) -> dict[str, Any]:
        """The members that only a container has."""
        items = container.values()
        keys: dict[str, Any] = {"keys": container.keys()} if container.is_map() else {}
        if not container.is_uniform() or not items:
            return {**keys, "values": [self.of(item) for item in items]}
        return {"keys": len(items), **keys, "values": self.of(items[0])}

    def _add_own_items(self, members: dict[str, Any], served: Any) -> None:
        """Merge in what a user's own container says of its items by ``tuber_meta()``.

        It returns ``{"keys": ..., "values": ...}`` in the sense of PROTOCOL.md section 6; objects
        among the values are described here.
        """
        try:
            said = dict(served.tuber_meta())
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            _fail(members, "tuber_meta", ServedCodeError(error))
            return
        values: Any = said.get("values")
        is_list = isinstance(values, (list, tuple))
        given: list[Any] = list(values) if is_list else [] if values is None else [values]
        ready = [each for each in given if isinstance(each, Mapping)]
        if strange := [
            each for each in given if not isinstance(each, Mapping) and not is_object(each)
        ]:
            what = f"tuber_meta() lists a {type(strange[0]).__name__}, which is no tuber object"
            _fail(
                members, "tuber_meta", TypeError(f"{what}; give its class __tuber_object__ = True")
            )
            return
        if why_not := self.why_not_sendable([said.get("keys"), ready]):
            _fail(members, "tuber_meta", why_not)
            return
        if "keys" in said:
            members["keys"] = said["keys"]
        described = [self._described(each) for each in given]
        if values is not None:
            members["values"] = described if is_list else described[0]

    def _described(self, value: object) -> Any:
        return value if isinstance(value, Mapping) else self.of(value)


def _fail(members: dict[str, Any], name: str, error: BaseException) -> None:
    """Put a failure into a description."""
    members.setdefault("failed", {})[name] = describe_failure(error, False, name)


def _member(call: Mapping[str, Any], name: str, types: tuple[type, ...], expected: str) -> Any:
    value = call.get(name)
    if value is None or isinstance(value, types):
        return value
    came = type(value).__name__
    raise TypeError(f"the member {name!r} of a call must be {expected}, not {came}")


def _failed(description: Mapping[str, Any], place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What failed in a description and in those inside it, with its place."""
    for name, failure in description.get("failed", {}).items():
        yield f"{place}.{name}", failure
    for name, inside in description.get("objects", {}).items():
        yield from _failed(inside, f"{place}.{name}")
    values = description.get("values", ())
    keys = description.get("keys")
    for index, inside in enumerate([values] if isinstance(values, Mapping) else values):
        key = keys[index] if isinstance(keys, list) else index
        yield from _failed(inside, f"{place}[{key!r}]")


def _docstring(served: object) -> str | None:
    try:
        doc = served.__doc__
    except BaseException:  # noqa: BLE001 (the border of user code)
        doc = type(served).__doc__
    return inspect.cleandoc(doc) if isinstance(doc, str) else None
