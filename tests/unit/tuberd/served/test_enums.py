"""Enumerations as arguments, properties and in signatures."""

from __future__ import annotations

import asyncio
import enum
import functools
from collections.abc import Sequence
from typing import Any, Optional

import pytest

from tuber.codec import EncodeError
from tuber.codec.cbor import CborCodec
from tuber.codec.json import JsonCodec
from tuber.objects.methods import make_signature
from tuber.protocol import Signature
from tuberd.exposure.policy import ExposurePolicy
from tuberd.served import arguments
from tuberd.served.arguments import ArgumentConverter
from tuberd.served.containers import TuberContainer
from tuberd.served.enums import annotation_in_docstring, choices_of
from tuberd.served.signatures import describe_method


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


class Edge(enum.IntEnum):
    RISE = 1
    FALL = 2


class Bits(enum.Flag):
    LOW = 1
    HIGH = 2


class Corner(enum.Enum):
    LEFT = (0, 1)
    OTHER = None


def plain(function: Any) -> Any:
    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapped


class Device:
    class Inner(enum.Enum):
        ON = 1

    __tuber_dynamic__ = ("mode", "edge")
    edge: Edge = Edge.RISE
    held = Mode.SLOW

    @property
    def mode(self) -> Mode:
        return self.held

    @mode.setter
    def mode(self, value: Any) -> None:
        self.held = value

    def one(self, mode: Mode) -> Any:
        return mode

    def edges(self, edge: Edge = Edge.FALL, *, mode: Mode = Mode.FAST) -> Any:
        return edge, mode

    def maybe(self, mode: Mode | None = None) -> Any:
        return mode

    def optional(self, mode: Optional[Mode] = None) -> Any:  # noqa: UP045
        return mode

    def either(self, mode: Mode | int) -> Any:
        return mode

    def many(self, modes: list[Mode], *more: Edge, **named: Mode) -> Any:
        return modes, more, named

    def several(self, modes: Sequence[Mode]) -> Any:
        return modes

    def bits(self, bits: Bits) -> Any:
        return bits

    def corner(self, corner: Corner) -> Any:
        return corner

    def inner(self, inner: Inner) -> Any:
        return inner

    def by_default(self, mode=Mode.FAST):  # type: ignore[no-untyped-def]
        return mode

    def unknown(self, mode: NotDefined) -> Any:  # type: ignore[name-defined]  # noqa: F821
        return mode

    @plain
    def wrapped(self, mode: Mode) -> Any:
        return mode

    @staticmethod
    def static(mode: Mode) -> Any:
        return mode

    @classmethod
    def of_class(cls, mode: Mode) -> Any:
        return mode

    def none(self, number: int) -> Any:
        return number


@pytest.fixture
def policy() -> ExposurePolicy:
    return ExposurePolicy(arguments=ArgumentConverter())


def _device() -> Device:
    return Device()


@pytest.mark.parametrize(
    ("method", "args", "kwargs", "given"),
    [
        ("one", ["fast"], {}, Mode.FAST),
        ("one", [], {"mode": "SLOW"}, Mode.SLOW),
        ("one", [Mode.SLOW], {}, Mode.SLOW),
        ("edges", [], {}, (Edge.FALL, Mode.FAST)),
        ("edges", [1], {"mode": "slow"}, (Edge.RISE, Mode.SLOW)),
        ("edges", ["RISE"], {}, (Edge.RISE, Mode.FAST)),
        ("maybe", [None], {}, None),
        ("maybe", ["fast"], {}, Mode.FAST),
        ("optional", ["fast"], {}, Mode.FAST),
        ("either", [3], {}, 3),
        ("either", ["fast"], {}, Mode.FAST),
        ("many", [["fast"], 1, 2], {"x": "slow"}, ([Mode.FAST], (1, 2), {"x": Mode.SLOW})),
        ("several", [["fast", "SLOW"]], {}, [Mode.FAST, Mode.SLOW]),
        ("bits", [3], {}, Bits.LOW | Bits.HIGH),
        ("corner", [[0, 1]], {}, Corner.LEFT),
        ("corner", [None], {}, Corner.OTHER),
        ("inner", [1], {}, Device.Inner.ON),
        ("by_default", ["slow"], {}, Mode.SLOW),
        ("by_default", ["other"], {}, "other"),
        ("unknown", ["fast"], {}, "fast"),
        ("wrapped", ["fast"], {}, Mode.FAST),
        ("static", ["fast"], {}, Mode.FAST),
        ("of_class", ["fast"], {}, Mode.FAST),
    ],
)
def test_values_and_names_become_members(
    policy: ExposurePolicy, method: str, args: Any, kwargs: Any, given: Any
) -> None:
    for _ in range(2):
        assert policy.method(_device(), method)(*args, **kwargs) == given
    (same,) = TuberContainer([_device()])._bind(policy, TuberContainer.tuber_call)(  # type: ignore
        method, *args, **kwargs
    )
    assert same == given


@pytest.mark.parametrize("wrong", ["fats", 1, None, [], True, {}, 2.5, ["fast"]])
def test_other_values_are_refused_with_those_that_are_allowed(
    policy: ExposurePolicy, wrong: Any
) -> None:
    text = r"mode of Device\.one\(\): expected one of 'fast', 'slow'; got "
    with pytest.raises(ValueError, match=text):
        policy.method(_device(), "one")(wrong)
    with pytest.raises(ValueError, match=r"edge of Device.* 1, 2, 'RISE', 'FALL'; got True"):
        policy.method(_device(), "edges")(True)


def test_a_property_is_set_to_the_member_that_its_annotation_allows(
    policy: ExposurePolicy,
) -> None:
    device = _device()
    assert policy.set_live(device, "mode", "fast") is device.held is Mode.FAST
    assert policy.set_live(device, "edge", 2) is device.edge is Edge.FALL
    with pytest.raises(ValueError, match=r"Device\.mode: expected one of 'fast', 'slow'"):
        policy.set_live(device, "mode", "off")


def test_only_methods_without_enumerations_are_called_directly(policy: ExposurePolicy) -> None:
    for name in ("one", "none") * 2:  # classes are kept from their second call on
        policy.method(_device(), name)
    assert set(policy.reachable[Device]) == {"none"}


def signature(method: str) -> Signature:
    described = describe_method(vars(Device)[method], Device).signature
    assert isinstance(described, Signature)
    return Signature.from_map(described.to_map())


def test_signatures_have_the_choices_and_the_value_of_a_default() -> None:
    edge, mode = signature("edges").parameters[1:]
    assert (edge.default, edge.choices) == (2, {"RISE": 1, "FALL": 2})
    assert (mode.default, mode.choices) == ("fast", {"FAST": "fast", "SLOW": "slow"})
    assert signature("maybe").parameters[1].choices == mode.choices
    assert signature("by_default").parameters[1].choices == mode.choices
    assert signature("none").parameters[1].choices is None
    shown = str(make_signature(signature("edges")))
    assert "edge: Literal[1, 2, 'RISE', 'FALL'] = 2" in shown
    assert "mode: Literal['fast', 'slow'] = 'fast'" in shown


def test_annotations_in_docstrings_are_looked_up_and_never_run() -> None:
    for text in (
        f"{__name__}.Mode",
        f"{__name__}.Mode | None",
        f"Optional[{__name__}.Mode]",
        f"Union[int, {__name__}.Mode]",
        f"Sequence[{__name__}.Mode]",
    ):
        assert choices_of(annotation_in_docstring(text)) == {"FAST": "fast", "SLOW": "slow"}
    for text in (
        *("", "(", "int", "no.such.module", "__import__('os').abort()", "list[int]"),
        f"{__name__}.Mode()",
        *(f"{__name__}.Mode.FAST", "a" * 10_000, "[" * 1000, None),
    ):
        assert choices_of(annotation_in_docstring(text)) is None


def test_a_method_that_the_instance_holds_is_not_looked_up_at_each_call(
    policy: ExposurePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stage:
        def __init__(self) -> None:
            self.held = self.move

        def move(self, mode: Mode) -> Mode:
            return mode

    looked_up: list[Any] = []
    plan_of = arguments._plan_of
    monkeypatch.setattr(
        arguments, "_plan_of", lambda *given: looked_up.append(given) or plan_of(*given)
    )
    stages = [Stage(), Stage()]
    for stage in stages * 3:
        assert policy.method(stage, "held")("fast") is Mode.FAST
    assert len(looked_up) == 2  # a class counts as lasting from its second use on
    stages[0].held = lambda mode: mode  # type: ignore[method-assign]
    assert policy.method(stages[0], "held")("fast") == "fast"


def test_asynchronous_methods_and_generators_say_that_they_did_not_run(
    policy: ExposurePolicy,
) -> None:
    class Stage:
        async def move(self) -> None: ...
        def positions(self) -> Any:
            yield 1

        async def ticks(self) -> Any:
            yield 1

        @staticmethod
        async def home() -> None: ...

    for name, text in {
        "move": "async def.*did not run.*asyncio.run",
        "home": "async def.*did not run.*asyncio.run",
        "positions": r"did not run.*list\(",
        "ticks": r"did not run.*list\(",
    }.items():
        with pytest.raises(TypeError, match=text):
            policy.method(Stage(), name)


def test_a_method_that_runs_what_it_wraps_is_called(policy: ExposurePolicy) -> None:
    def run(method: Any) -> Any:
        return functools.wraps(method)(lambda *args: asyncio.run(method(*args)))

    def collect(method: Any) -> Any:
        return functools.wraps(method)(lambda *args: list(method(*args)))

    class Anything:
        def __getattr__(self, name: str) -> Any:
            return Anything()

        def __call__(self) -> int:
            return 3

    class Stage:
        def __init__(self) -> None:
            self.proxy = Anything()

        @run
        async def move(self) -> int:
            return 1

        @collect
        def positions(self) -> Any:
            yield 2

    stage = Stage()
    assert policy.method(stage, "move")() == 1
    assert policy.method(stage, "positions")() == [2]
    assert policy.method(stage, "proxy")() == 3


def test_a_generator_as_a_value_is_refused_with_advice() -> None:
    with pytest.raises(EncodeError, match=r"send list\(...\) of it"):
        CborCodec().encode(each for each in [1])
    assert JsonCodec().decode(JsonCodec().encode(list(range(2)))) == [0, 1]
