"""The markers of served classes, which need no server."""

from __future__ import annotations

import enum
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from tuber.markers import LiveProperty, live, readonly


class Speed(enum.Enum):
    SLOW = "slow"
    FAST = "fast"


class Stage:
    def __init__(self) -> None:
        self.held: Any = 0.0

    @live
    def position(self) -> float:
        """The position."""
        return self.held  # type: ignore[no-any-return]

    @live(unit="mm", min=0, max=30)
    def target(self) -> float:
        """The target."""
        return self.held  # type: ignore[no-any-return]

    @target.setter
    def target(self, value: float) -> None:
        self.held = value

    @live(min=1)
    @property
    def above(self) -> float:
        return self.held  # type: ignore[no-any-return]

    @above.setter
    def above(self, value: float) -> None:
        self.held = value

    @live(choices=Speed)
    def speed(self) -> Speed:
        return self.held  # type: ignore[no-any-return]

    @speed.setter
    def speed(self, value: Speed) -> None:
        self.held = value

    @live(choices=(1, 2.5, "off"))
    def range(self) -> Any:
        return self.held

    @range.setter
    def range(self, value: Any) -> None:
        self.held = value


class Checked(Stage):
    @Stage.target.setter  # type: ignore[attr-defined]
    def target(self, value: float) -> None:
        self.held = 2 * value


@pytest.mark.parametrize("value", [0, 30, 7.5, np.float32(3), np.array([0.0, 30.0])])
def test_a_value_within_the_limits_is_set(value: Any) -> None:
    stage = Stage()
    stage.target = value
    assert stage.held is value


@pytest.mark.parametrize("value", [-1, 30.1, float("nan"), "3", None, [1], np.array([1.0, 31.0])])
def test_a_value_outside_the_limits_is_refused_and_named(value: Any) -> None:
    for stage in (Stage(), Checked()):
        kind = type(stage).__name__
        with pytest.raises(ValueError, match=rf"{kind}.target must be from 0 to 30 mm; got"):
            stage.target = value
        assert stage.held == 0.0


def test_one_limit_is_enough() -> None:
    with pytest.raises(ValueError, match=r"Stage.above must be at least 1; got 0"):
        Stage().above = 0
    with pytest.raises(ValueError, match=r"must be at most 2 V; got 3"):
        type("P", (), {"x": live(unit="V", max=2)(lambda self: 0)})().x = 3


def test_choices_are_values_or_members_of_an_enumeration() -> None:
    stage = Stage()
    for value in ("fast", Speed.FAST):
        stage.speed = value  # type: ignore[assignment]
        assert stage.held is Speed.FAST
    with pytest.raises(ValueError, match=r"Stage.speed must be one of 'slow', 'fast'; got 'off'"):
        stage.speed = "off"  # type: ignore[assignment]
    stage.range = 2.5
    for wrong in (True, 3, np.array([1, 2]), None):
        with pytest.raises(ValueError, match=r"one of 1, 2\.5, 'off'"):
            stage.range = wrong


def test_a_live_property_is_a_property_and_keeps_its_docstring() -> None:
    assert isinstance(Stage.__dict__["target"], property)
    for held in (Stage.__dict__["target"], Checked.__dict__["target"]):
        assert isinstance(held, LiveProperty)
        assert (held.__doc__, held.unit, held.min, held.max) == ("The target.", "mm", 0, 30)
    assert Checked().position == 0.0
    with pytest.raises(AttributeError):
        Stage().position = 1.0
    for wrong in (3, "x"):
        with pytest.raises(TypeError, match="getter or a property"):
            live(wrong)  # type: ignore[call-overload]


def test_the_markers_are_importable_without_the_compiled_core() -> None:
    program = (
        "import sys; sys.modules['tuberd._core'] = None; "
        "from tuber.markers import live, readonly; import tuberd; "
        "assert tuberd.live is live and tuberd.readonly is readonly; "
        "print(*sorted(m for m in sys.modules if m.startswith('tuber')))"
    )
    env = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.split() == ["tuber", "tuber.markers", "tuberd", "tuberd._core"]
    assert readonly is not None
