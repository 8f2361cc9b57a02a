"""Containers as sequences and maps of objects, and calls to all their items."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.containers import TuberArray, TuberContainer


class Channel:
    def __init__(self, number: int) -> None:
        self.number = number
        self.calls = 0

    def read(self, factor: int = 1, *, offset: int = 0) -> int:
        self.calls += 1
        return self.number * factor + offset

    def _hidden(self) -> None: ...


class Mute:
    pass


def test_a_list_behaves_as_a_sequence() -> None:
    channels = [Channel(n) for n in range(3)]
    container = TuberContainer(channels)
    assert len(container) == 3
    assert list(container) == channels
    assert container[1] is channels[1]
    assert container[-1] is channels[2]
    assert channels[0] in container
    assert container.keys() == [0, 1, 2]
    assert container.values() == channels
    assert container.items() == list(enumerate(channels))
    assert not container.is_map()
    assert "Channel" in repr(container)


def test_a_dict_behaves_as_a_mapping() -> None:
    channels = {"a": Channel(1), 7: Channel(2)}
    container = TuberContainer(channels)
    assert len(container) == 2
    assert list(container) == container.keys() == ["a", 7]
    assert container["a"] is channels["a"]
    assert container.items() == list(channels.items())
    assert dict(container.items()) == channels
    assert container.is_map()
    assert "a" in container


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([1], "item 0 of TuberContainer is a plain int; a container holds objects"),
        (["a"], "is a plain str"),
        ([None], "is a plain NoneType"),
        ([[Channel(0)]], "wrap lists and dicts of objects in a TuberContainer"),
        ({"x": {}}, "item 'x' of TuberContainer is a plain dict"),
        ([math], "item 0 of TuberContainer is the module 'math'"),
        ([Channel], "item 0 of TuberContainer is the class 'Channel'"),
        ([Channel(0).read], "item 0 of TuberContainer is the function"),
        ({(1, 2): Channel(0)}, "a key of TuberContainer must be a string or an integer"),
        ({True: Channel(0)}, "a key of TuberContainer must be a string or an integer"),
        ("abc", "holds a list or a dict of objects"),
        (7, "holds a list or a dict of objects"),
        (None, "holds a list or a dict of objects"),
    ],
)
def test_items_that_are_not_objects_are_refused(items: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TuberContainer(items)


class FastChannel(Channel):
    pass


class SlowChannel(Channel):
    pass


def test_an_array_holds_one_class_and_its_subclasses() -> None:
    assert TuberArray([Channel(0), Channel(1)]).shared_index() == 0
    assert TuberArray({"a": Channel(0)}).shared_index() == 0
    assert TuberArray([FastChannel(0), Channel(1), SlowChannel(2)]).shared_index() == 1
    assert TuberArray([]).shared_index() is None
    assert TuberContainer([Channel(0)]).shared_index() is None
    with pytest.raises(TypeError, match="one class and its subclasses; got Channel, Mute"):
        TuberArray([Channel(0), Mute()])
    with pytest.raises(TypeError, match="got FastChannel, SlowChannel"):
        TuberArray([FastChannel(0), SlowChannel(0)])
    array = TuberArray([Channel(0)])
    with pytest.raises(TypeError, match="got Channel, Mute"):
        array.append(Mute())
    assert len(array) == 1


def test_a_container_is_a_view_of_its_list_or_dict() -> None:
    channels = [Channel(0)]
    listed = TuberContainer(channels)
    channels.append(Channel(1))
    assert (len(listed), listed.tuber_call("read")) == (2, [0, 1])
    listed.append(Channel(2))
    listed.extend(Channel(n) for n in (3, 4))
    listed.insert(0, Channel(5))
    listed[1] = Channel(6)
    del listed[2]
    assert [each.number for each in channels] == [5, 6, 2, 3, 4]
    assert listed.index(channels[3]) == 3
    assert listed.pop() not in channels
    named = {"a": Channel(0)}
    mapped = TuberContainer(named)
    named["b"] = Channel(1)
    assert mapped.keys() == ["a", "b"]
    assert mapped.get("z") is None
    mapped.update(c=Channel(2))
    mapped.setdefault("d", Channel(3))
    mapped["e"] = Channel(4)
    assert [each.number for each in named.values()] == [0, 1, 2, 3, 4]
    for container in (listed, mapped):
        assert {"append", "get", "pop"}.isdisjoint(
            each.name for each in ExposurePolicy().members(container)
        )
        assert ExposurePolicy().resolve(container, "pop") is None


@pytest.mark.parametrize(
    "add",
    [
        lambda container: container.append(5),
        lambda container: container.insert(0, 5),
        lambda container: container.extend(iter([Channel(0), 5])),
        lambda container: container.__setitem__(0, 5),
        lambda container: container.__setitem__(slice(0, 1), [5]),
    ],
)
def test_what_cannot_be_served_is_not_added(add: Any) -> None:
    channels = [Channel(0)]
    before = list(channels)
    with pytest.raises(TypeError, match="is a plain int; a container holds objects"):
        add(TuberContainer(channels))
    assert channels == before
    for change in ({"update": {"b": 5}}, {"setdefault": "b"}):
        ((name, argument),) = change.items()
        with pytest.raises(TypeError, match="is a plain"):
            getattr(TuberContainer({"a": Channel(0)}), name)(argument)


def test_an_item_that_came_into_the_list_and_is_no_object_cannot_be_reached() -> None:
    channels: list[Any] = [Channel(0)]
    container = TuberContainer(channels)
    channels.append([])
    with pytest.raises(TypeError, match="item 1 of TuberContainer is a plain list"):
        container.tuber_item(1)


@pytest.mark.parametrize("items", [[Channel(1), Channel(2)], {"a": Channel(1), "b": Channel(2)}])
def test_calls_every_item_in_order(items: Any) -> None:
    container = TuberContainer(items)
    assert container.tuber_call("read") == [1, 2]
    assert container.tuber_call("read", 10, offset=1) == [11, 21]
    assert container.tuber_call("read", keys=[]) == []
    assert container.tuber_call("read", keys=container.keys()[::-1]) == [2, 1]


def test_if_an_item_lacks_the_method_nothing_is_called() -> None:
    channel = Channel(1)
    container = TuberContainer([channel, Mute()])
    with pytest.raises(AttributeError, match="'Mute' has no method 'read'"):
        container.tuber_call("read")
    assert channel.calls == 0


@pytest.mark.parametrize("method", ["_hidden", "__init__", "__class__", "number", ""])
def test_calls_only_what_a_peer_may_reach(method: str) -> None:
    with pytest.raises(AttributeError):
        TuberContainer([Channel(1)]).tuber_call(method)


@pytest.mark.parametrize(
    ("keys", "error"),
    [([2], IndexError), (["a"], KeyError), ([True], TypeError), ("01", TypeError), (1, TypeError)],
)
def test_keys_that_name_no_item_are_refused(keys: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        TuberContainer([Channel(1), Channel(2)]).tuber_call("read", keys=keys)


def test_calls_pass_through_nested_containers() -> None:
    row = TuberContainer([Channel(1), Channel(2)])
    assert TuberContainer([row, row]).tuber_call("tuber_call", "read") == [[1, 2], [1, 2]]


class Knob:
    """A channel whose live property refuses some values."""

    __tuber_dynamic__ = "offset"

    def __init__(self) -> None:
        self.unit = "V"
        self._offset = 0.0
        self.reads = 0

    @property
    def offset(self) -> float:
        self.reads += 1
        return self._offset

    @offset.setter
    def offset(self, volts: float) -> None:
        if volts > 10:
            raise ValueError(f"{volts} V")
        self._offset = float(volts)


def test_reads_a_property_of_every_item() -> None:
    container = TuberContainer({"a": Knob(), "b": Knob()})
    container["b"].offset = 2
    assert container.tuber_get("offset") == [0.0, 2.0]
    assert container.tuber_get("offset", ["b", "a", "b"]) == [2.0, 0.0, 2.0]
    assert container.tuber_get("unit", keys=["a"]) == ["V"]


@pytest.mark.parametrize("name", ["volume", "_offset", "read", "__dict__", ""])
def test_if_an_item_lacks_the_property_nothing_is_read(name: str) -> None:
    knob = Knob()
    with pytest.raises(AttributeError):
        TuberContainer([knob, Channel(1)]).tuber_get(name)
    with pytest.raises(AttributeError):
        TuberContainer([knob, Channel(1)]).tuber_get("offset")
    assert knob.reads == 0


def test_one_value_is_set_or_one_for_each_item() -> None:
    container = TuberContainer([Knob(), Knob(), Knob()])
    assert container.tuber_set("offset", 1) == [1.0, 1.0, 1.0]
    assert container.tuber_set("offset", values=[1, 2, 3]) == [1.0, 2.0, 3.0]
    assert container.tuber_set("offset", keys=[2, -3], values=(7, 8)) == [7.0, 8.0]
    assert container.tuber_set("offset", 5, keys=[1]) == [5.0]
    assert container.tuber_get("offset") == [8.0, 5.0, 7.0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, TypeError, "one 'value' for all items or a list of 'values'; got none"),
        ({"value": 1, "values": [1, 1]}, TypeError, "got both"),
        ({"values": [1]}, ValueError, "expected 2 'values', one for each item; got 1"),
        ({"values": [1, 2], "keys": [0]}, ValueError, "expected 1 'values'"),
        ({"values": "ab"}, TypeError, "'values' must be a list"),
        ({"value": 1, "keys": "01"}, TypeError, "'keys' must be a list"),
        ({"value": 1, "keys": [0, 2]}, IndexError, "has 2 items"),
        ({"value": 1, "name": "unit"}, AttributeError, "'unit' of 'Knob' can't be set"),
        ({"value": 1, "name": "volume"}, AttributeError, "'Knob' has no property 'volume'"),
    ],
)
def test_after_a_refusal_nothing_was_set(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    container = TuberContainer([Knob(), Knob()])
    with pytest.raises(error, match=message):
        container.tuber_set(**{"name": "offset", **arguments})
    assert container.tuber_get("offset") == [0.0, 0.0]


def test_a_failure_after_some_items_names_them() -> None:
    container = TuberContainer({"a": Knob(), "b": Knob(), "c": Knob(), "d": Knob()})
    with pytest.raises(RuntimeError) as raised:
        container.tuber_set("offset", values=[1, 2, 30, 4])
    expected = "item 'c': ValueError: 30 V ('offset' was already set in the items 'a', 'b')"
    assert str(raised.value) == expected
    assert isinstance(raised.value.__cause__, ValueError)
    assert container.tuber_get("offset") == [1.0, 2.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="30 V"):  # nothing was set: the item's own error
        container.tuber_set("offset", 30)


def test_a_subclass_may_replace_what_is_done_to_items() -> None:
    class Locked(TuberContainer):
        def tuber_set(self, name: str, *args: Any, **kwargs: Any) -> list[Any]:
            raise PermissionError(name)

    with pytest.raises(PermissionError):
        ExposurePolicy().method(Locked([Knob()]), "tuber_set")("offset", 1)
    assert ExposurePolicy().method(Locked([Knob()]), "tuber_get")("offset") == [0.0]
