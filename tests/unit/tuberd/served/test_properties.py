"""Live properties that are declared where they are defined, and descriptions of properties."""

from __future__ import annotations

import enum
import pydoc
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from tests.support.scripted_link import described
from tests.unit.tuberd.served.test_descriptions import describer
from tuber.codec.json import JsonCodec
from tuberd import live
from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.arguments import ArgumentConverter
from tuberd.served.descriptions import Describer
from tuberd.served.registry import TuberRegistry


class Mode(enum.Enum):
    FAST = 1
    SLOW = 2


@dataclass
class Plain:
    gain: float = 2.0


class Stage(Plain):
    """A stage."""

    __tuber_dynamic__ = ("gain",)

    def __init__(self) -> None:
        super().__init__()
        self.held = 0.0
        self.bare = 1

    @live(unit="mm", min=0, max=30)
    def position(self) -> float:
        """The position."""
        return self.held

    @position.setter
    def position(self, value: float) -> None:
        self.held = value

    @live
    def temperature(self) -> float:
        return 20.0

    @property
    def serial(self) -> str:
        """The serial number."""
        return "S1"

    @cached_property
    def cached(self) -> int:
        """A cached value."""
        return 3

    @live
    def mode(self) -> Mode:
        return Mode.FAST

    @mode.setter
    def mode(self, value: Mode) -> None:
        assert isinstance(value, Mode)

    @property
    def broken(self) -> int:
        """Never works."""
        raise OSError("no sensor")


class Fixed(Stage):
    position = 5.0


DETAILS = {
    "position": {
        **{"__doc__": "The position.", "annotation": "float", "unit": "mm"},
        **{"min": 0, "max": 30, "writable": True},
    },
    "temperature": {"annotation": "float", "writable": False},
    "serial": {"__doc__": "The serial number.", "annotation": "str"},
    "cached": {"__doc__": "A cached value."},
    "mode": {"annotation": "Mode", "choices": {"FAST": 1, "SLOW": 2}, "writable": True},
    "gain": {"annotation": "float", "writable": True},
    "broken": {"__doc__": "Never works.", "annotation": "int"},
}


def description(**objects: Any) -> Any:
    members = describer(**objects)({"resolve": True})["objects"]
    return JsonCodec().decode(JsonCodec().encode(members))


def test_a_description_has_what_is_known_of_each_property() -> None:
    found = description(stage=Stage())["stage"]
    assert found["property_descriptions"] == DETAILS
    assert found["dynamic"] == ["gain", "mode", "position", "temperature"]
    assert found["properties"]["position"] == 0.0
    assert "tuber_set" in found["methods"]


def test_texts_that_cannot_be_sent_leave_the_rest_of_a_description() -> None:
    class Unit:
        def __str__(self) -> str:
            raise RuntimeError

    class Meter:
        first = live(unit=Unit(), max=3)(lambda self: 1)  # type: ignore[call-overload]
        second = live(unit="\ud800")(lambda self: 1)
        second.__doc__ = "Volts \udc80."

    assert description(meter=Meter())["meter"]["property_descriptions"] == {
        "first": {"unit": "<Unit>", "max": 3, "writable": False},
        "second": {"__doc__": r"Volts \udc80.", "unit": r"\ud800", "writable": False},
    }


def test_what_a_subclass_overrides_is_not_live() -> None:
    assert "position" not in description(stage=Fixed())["stage"]["dynamic"]
    with pytest.raises(AttributeError, match=r"can't be set.*@tuberd.live"):
        ExposurePolicy().set_live(Fixed(), "position", 3)


def test_declared_limits_are_enforced_when_a_client_sets_the_property() -> None:
    policy, stage = ExposurePolicy(arguments=ArgumentConverter()), Stage()
    assert policy.set_live(stage, "position", 3.5) == 3.5
    with pytest.raises(ValueError, match="position must be from 0 to 30 mm; got 31"):
        policy.set_live(stage, "position", 31)
    policy.set_live(stage, "mode", "SLOW")
    with pytest.raises(AttributeError):
        policy.set_live(stage, "temperature", 3)


class Crate:
    def __init__(self) -> None:
        self.slots = 3
        self.stage = described_object()

    @property
    def inner(self) -> Any:
        return self.stage

    @property
    def load(self) -> float:
        return 0.5


class Inner:
    __tuber_object__ = True
    number = 1


def described_object() -> Inner:
    return Inner()


def test_all_properties_can_be_made_live_and_objects_stay_objects() -> None:
    registry, policy = TuberRegistry(crate=Crate()), ExposurePolicy(live=True)
    codec = JsonCodec()
    found = Describer(registry, policy, codec.encode, codec.encode)({"resolve": True})
    crate = found["objects"]["crate"]
    assert crate["dynamic"] == ["load", "slots"]
    assert set(crate["objects"]) == {"stage", "inner"}
    assert crate["objects"]["inner"]["dynamic"] == ["number"]
    assert policy.set_live(registry["crate"], "slots", 4) == 4
    assert registry.walk(["crate", "inner"], policy) is registry["crate"].stage
    for name in ("stage", "_x", "nothing"):
        with pytest.raises(AttributeError):
            policy.set_live(registry["crate"], name, 4)


def test_help_and_the_displays_show_them() -> None:
    stage: Any = described(description(stage=Stage())["stage"])
    text = pydoc.plain(pydoc.render_doc(stage))
    for line in (
        "Live: read on the server on each access (float, mm, from 0 to 30).",
        "Live: read on the server on each access (float, read-only).",
        "The position.",
        "The serial number.",
        "A cached value.",
    ):
        assert line in text
    assert stage.serial == "S1"
    assert stage.cached == 3
    with pytest.raises(OSError, match="no sensor"):
        _ = stage.broken
    html = stage._repr_html_()
    assert "position: float" in html
    assert "0.0 mm, from 0 to 30 (live; as of the resolve)  The position." in html
    assert "20.0 (live, read-only; as of the resolve)" in html
    assert "&#x27;S1&#x27;  The serial number." in html
    with pytest.raises(AttributeError, match="has no setter there"):
        stage.temperature = 3


def test_properties_of_cpp_classes_are_described_by_their_docstrings() -> None:
    receiver = pytest.importorskip("tuberd.demo._receiver")
    kinds = [each for each in vars(receiver).values() if isinstance(each, type)]
    properties = [
        (kind, name)
        for kind in kinds
        for name, held in vars(kind).items()
        if isinstance(held, property)
    ]
    from tuberd.served.properties import describe_property

    for kind, name in properties:
        describe_property(kind, name, True).to_map()
