"""Descriptions: the answer to every call without a method (PROTOCOL.md sections 3 and 6).

`ExposurePolicy` decides what is listed. A property that raises or that can't be sent must never
hide the rest of the description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tuber.protocol import Signature
from tuberd.exposure.attributes import LIVE, class_attribute, is_context_manager
from tuberd.exposure.kinds import PLURAL, Kind, Member, is_object
from tuberd.exposure.lasting import LastingClasses
from tuberd.exposure.policy import ExposurePolicy, ServedCodeError
from tuberd.served.containers import TuberContainer
from tuberd.served.failures import describe_failure
from tuberd.served.properties import describe_property
from tuberd.served.registry import TuberRegistry
from tuberd.served.signatures import cleaned_docstring, describe_method

__all__ = ["Describer"]

# Nested objects beyond these limits are described by names only, and so is an object that contains
# itself; a peer asks for them by path. The depth keeps the reply within the nesting of the codecs.
# The number ends the description of objects whose properties create new objects at each read.
MAX_DESCRIBED_DEPTH: Final = 32
MAX_DESCRIBED_OBJECTS: Final = 100_000
# Descriptions of methods that are kept: those of some thousand classes.
MAX_KNOWN_METHODS: Final = 50_000


class Describer:
    """Answers calls without a method. Thread-safe.

    Args:
        registry: the objects.
        policy: decides what is listed.
        encode: encodes a value for a JSON reply, or raises.
        encode_exactly: the same for lossless replies (CBOR).
    """

    def __init__(
        self,
        registry: TuberRegistry,
        policy: ExposurePolicy,
        encode: Callable[[Any], object],
        encode_exactly: Callable[[Any], object],
    ) -> None:
        self._registry = registry
        self.policy = policy
        self._encoders = {False: encode, True: encode_exactly}
        # Methods of classes seldom change: (id of the class, name) -> (attribute, description), for
        # classes that last. The id, because not every class can be hashed; the attribute shows
        # whether the entry is about this class and still right.
        self._methods: dict[tuple[int, str], tuple[object, dict[str, Any]]] = {}
        self._details: dict[tuple[int, str], tuple[object, bool, dict[str, Any]]] = {}
        self._classes = LastingClasses()

    def __call__(
        self,
        call: Mapping[str, Any],
        lossless: bool = False,
        described: dict[str, Any] | None = None,
    ) -> Any:
        """Return the result of a call.

        Args:
            call: the members of the call, as received.
            lossless: whether the reply carries every value without loss.
            described: for a call of a batch, the descriptions that its calls may share: those made
                since a method was called or a property read.

        Raises:
            TypeError: A member of the call is of the wrong type.
            AttributeError, KeyError, IndexError: A peer can reach nothing of this name.
            ServedCodeError: Code of a served object raised.
        """
        path = _member(call, "object", (str, list), "a string or an array")
        name = _member(call, "property", (str,), "a string")
        resolve = bool(_member(call, "resolve", (bool,), "a bool"))
        if described is None:
            return self._answer(path, name, resolve, lossless)[0]
        asked = repr((path, name, resolve))
        if asked not in described:
            answer, may_be_shared = self._answer(path, name, resolve, lossless)
            if not may_be_shared:
                described.clear()
                return answer
            described[asked] = answer
        return described[asked]

    def _answer(self, path: Any, name: Any, resolve: bool, lossless: bool) -> tuple[Any, bool]:
        """Return the result of a call, and whether equal calls of its batch may share it."""
        if path is None and name is None:
            if not resolve:
                return {"objects": list(self._registry)}, True
            return self._everything(_Description(self, lossless)), True
        served = self._registry.walk(name if path is None else path, self.policy)
        if path is not None and name is not None:
            member = self.policy.member(served, name)
            if member.kind is Kind.PROPERTY:
                return member.value, False
            if member.kind is Kind.METHOD:
                return self.method(served, member), True
            served = member.value
        return self.in_full(served, lossless) if resolve else self.names(served), True

    def validate(self) -> None:
        """Describe everything.

        Raises:
            ValueError: Properties can't be read or sent, or a class lists as live what is not a
                property; the message names them all.
        """
        everything = self._everything(_Description(self, strict=True))
        faults = [
            f"{place}: {failure['message']}"
            for name, description in everything["objects"].items()
            for place, failure in _failed(description, name)
        ]
        if faults:
            raise ValueError(f"the registry can't be served in full: {'; '.join(faults)}")

    def names(self, served: object) -> dict[str, Any]:
        """Return the description of an object with names only."""
        members = self.policy.members(served)
        return {
            "__doc__": _docstring(served),
            "methods": [each.name for each in members if each.kind is Kind.METHOD],
            "properties": [each.name for each in members if each.kind is Kind.PROPERTY],
        }

    def in_full(self, served: object, lossless: bool = False) -> dict[str, Any]:
        """Return the full description of an object."""
        full = _Description(self, lossless)
        return full.sendable(full.of(served))

    def method(self, served: object, member: Member) -> dict[str, Any]:
        """Return the description of a method."""
        cls = type(served)
        known = self._methods.get((id(cls), member.name))
        if known is not None and member.by_class and known[0] is member.value:
            return known[1]
        try:
            description = describe_method(member.value, cls)
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return _undescribed(error)
        signature = description.signature
        members = {
            "__doc__": description.doc,
            "__signature__": signature.to_map() if isinstance(signature, Signature) else None,
        }
        if member.by_class and self._classes.lasts(cls):
            if len(self._methods) >= MAX_KNOWN_METHODS:
                self._methods.clear()
            self._methods[id(cls), member.name] = (member.value, members)
        return members

    def details(self, served: object, member: Member) -> dict[str, Any]:
        """Return the description of a property, without its value."""
        cls, key = type(served), (id(type(served)), member.name)
        held = class_attribute(cls, member.name)
        known = self._details.get(key)
        if known is None or known[0] is not held or known[1] is not member.live:
            try:
                found = describe_property(cls, member.name, member.live).to_map()
            except BaseException:  # noqa: BLE001 (the border of user code)
                found = {}
            if self._classes.lasts(cls):
                self._details[key] = held, member.live, found
            return found
        return known[2]

    def why_not_sendable(self, lossless: bool, value: object) -> BaseException | None:
        """Return what encoding the value raises, or None."""
        try:
            self._encoders[lossless](value)
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return error
        return None

    def _everything(self, described: _Description) -> dict[str, Any]:
        objects = {name: described.of(served) for name, served in dict(self._registry).items()}
        return described.sendable({"objects": objects})


@dataclass(slots=True)
class _Description:
    """One full description while it is made, of an object and those inside it.

    Attributes:
        lossless: whether the reply carries every value without loss.
        strict: whether a wrong name in ``__tuber_dynamic__`` is a failure.
        branch: the objects around the present one.
        described: the finished descriptions.
    """

    describer: Describer
    lossless: bool = False
    strict: bool = False
    branch: list[object] = field(default_factory=list)
    described: list[dict[str, Any]] = field(default_factory=list)

    def of(self, served: object) -> dict[str, Any]:
        """Return the description of an object; pass it to `sendable` at the end."""
        if (
            any(each is served for each in self.branch)
            or len(self.branch) >= MAX_DESCRIBED_DEPTH
            or len(self.described) + len(self.branch) >= MAX_DESCRIBED_OBJECTS
        ):
            return self.describer.names(served)
        self.branch.append(served)
        try:
            return self._inside(served)
        finally:
            self.branch.pop()

    def sendable(self, description: dict[str, Any]) -> dict[str, Any]:
        """Replace every value that can't be encoded by a failure, and return the description.

        The whole is tried first; only what fails is tried by object, and then by value.
        """
        why_not = partial(self.describer.why_not_sendable, self.lossless)
        if why_not(description) is None:
            return description
        for members in self.described:
            properties, methods = members["properties"], members["methods"]
            details = members.get("property_descriptions", {})
            if why_not([properties, methods, details, members.get("keys")]) is None:
                continue
            for name in [each for each in details if why_not(details[each]) is not None]:
                del details[name]
            if why_not(properties) is not None:
                for name in list(properties):
                    if (error := why_not(properties[name])) is not None:
                        del properties[name]
                        _fail(members, name, error)
            if why_not(methods) is not None:
                for name, method in methods.items():
                    if (error := why_not(method)) is not None:
                        methods[name] = _undescribed(error)
            if (error := why_not(members.get("keys"))) is not None:
                del members["keys"], members["values"]
                _fail(members, "keys", error)
        return description

    def _inside(self, served: object) -> dict[str, Any]:
        methods: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        objects: dict[str, Any] = {}
        failed: dict[str, Any] = {}
        listed = self.describer.policy.members(served)
        for member in listed:
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
        if live := [each.name for each in listed if each.live]:
            members["dynamic"] = live
        if failed:
            members["failed"] = failed
        if details := self._details(served, listed):
            members["property_descriptions"] = details
        if is_context_manager(served):
            members["context"] = True
        for name in self.describer.policy.invalid_live_names(served) if self.strict else ():
            text = f"{members['type']} has no public property of that name"
            _fail(members, name, AttributeError(f"{LIVE} lists {name!r}, but {text}"))
        self.described.append(members)
        if isinstance(served, TuberContainer):
            members.update(self._items(served))
        elif hasattr(type(served), "tuber_meta"):
            self._add_own_items(members, served)
        return members

    def _details(self, served: object, listed: list[Member]) -> dict[str, Any]:
        """Return the descriptions of properties that have something to say."""
        details = {}
        for each in listed:
            if each.kind is Kind.PROPERTY and (found := self.describer.details(served, each)):
                details[each.name] = found
        return details

    def _items(self, container: TuberContainer) -> dict[str, Any]:
        """Return the members that only a container has."""
        pairs = container.items()
        keys: dict[str, Any] = {"keys": [key for key, _ in pairs]} if container.is_map() else {}
        shared = container.shared_index()
        if shared is None or shared >= len(pairs):  # its list may change in other threads
            return {**keys, "values": [self._item(container, *each) for each in pairs]}
        return {"keys": len(pairs), **keys, "values": self._item(container, *pairs[shared])}

    def _item(self, container: TuberContainer, key: str | int, item: object) -> dict[str, Any]:
        """Return the description of an item, which may have come later and be no object."""
        fault = container.why_not_item(key, item)
        if fault is None:
            return self.of(item)
        refused: dict[str, Any] = {kind: {} for kind in PLURAL.values()}
        _fail(refused, "tuber_item", TypeError(fault))
        return refused

    def _add_own_items(self, members: dict[str, Any], served: Any) -> None:
        """Add the members that ``tuber_meta()`` of a user's own container returns.

        These are ``{"keys": ..., "values": ...}`` as in PROTOCOL.md section 6; objects among the
        values are described here.
        """
        try:
            own = dict(served.tuber_meta())
        except BaseException as error:  # noqa: BLE001 (the border of user code)
            return _fail(members, "tuber_meta", ServedCodeError(error))
        values: Any = own.get("values")
        is_list = isinstance(values, (list, tuple))
        given: list[Any] = list(values) if is_list else [] if values is None else [values]
        ready = [each for each in given if isinstance(each, Mapping)]
        if wrong := [
            each for each in given if not isinstance(each, Mapping) and not is_object(each)
        ]:
            why_not: BaseException | None = TypeError(
                f"tuber_meta() lists a {type(wrong[0]).__name__}, which is not a tuber object;"
                " give its class __tuber_object__ = True"
            )
        else:
            why_not = self.describer.why_not_sendable(self.lossless, [own.get("keys"), ready])
        if why_not is not None:
            return _fail(members, "tuber_meta", why_not)
        if "keys" in own:
            members["keys"] = own["keys"]
        if values is not None:
            described = [each if isinstance(each, Mapping) else self.of(each) for each in given]
            members["values"] = described if is_list else described[0]
        return None


def _undescribed(error: BaseException) -> dict[str, Any]:
    """Return the description of a method whose own can't be made or sent."""
    message = describe_failure(error, False, "the description")["message"]
    return {"__doc__": f"(not described: {message})", "__signature__": None}


def _fail(members: dict[str, Any], name: str, error: BaseException) -> None:
    """Add a failure to a description."""
    members.setdefault("failed", {})[name] = describe_failure(error, False, name)


def _member(call: Mapping[str, Any], name: str, types: tuple[type, ...], expected: str) -> Any:
    value = call.get(name)
    if value is None or isinstance(value, types):
        return value
    raise TypeError(f"the member {name!r} of a call must be {expected}; got {type(value).__name__}")


def _failed(description: Mapping[str, Any], place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the failures of a description and of those inside it, each with its place."""
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
    return cleaned_docstring(doc)
