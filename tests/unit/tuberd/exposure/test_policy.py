"""The exposure policy: tables of names, and the law that only live properties can be set."""

from __future__ import annotations

import enum
import functools
import math
import weakref
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuberd.exposure.kinds import Kind
from tuberd.exposure.policy import ExposurePolicy, ServedCodeError
from tuberd.served.containers import TuberContainer


class Channel:
    __tuber_object__ = True

    def read(self) -> int:
        return 7


class Mode(enum.Enum):
    FAST = 1


class Board:
    __tuber_exclude__ = ("reboot", "secret")
    __tuber_expose__ = ("_trim", "__really", "_Board__mangled", "_pybind11_thing")
    __slots__ = ("__dict__", "__weakref__", "never_set", "slotted")

    LIMIT = 3
    Inner = Channel
    maths = math
    alias = list[int]
    mode = Mode.FAST

    def __init__(self) -> None:
        self.gains = [1, 2]
        self.adc = Channel()
        self.channels = TuberContainer([Channel(), Channel()])
        self.hook = lambda: "hooked"
        self.made_by = Channel
        self.library = math
        self.secret = "s"
        self.slotted = "slot"
        self._private = 1
        self._trim = 2
        self.__mangled = 3
        self._pybind11_thing = 4
        self._foreign__name = 5

    def read(self) -> str:
        return "read"

    def reboot(self) -> None:
        raise AssertionError("an excluded method was called")

    def _calibrate(self) -> None:
        raise AssertionError("a private method was called")

    @staticmethod
    def static(n: int) -> int:
        return n

    @classmethod
    def made(cls) -> str:
        return cls.__name__

    @functools.lru_cache  # noqa: B019 (the board lives as long as the test)
    def cached(self) -> int:
        return 5

    twice = functools.partialmethod(static, 2)
    klass = staticmethod(Channel)

    @property
    def temperature(self) -> float:
        return 20.5

    @property
    def broken(self) -> float:
        raise OSError("no gauge")

    @property
    def child(self) -> Channel:
        return self.adc

    @property
    def reader(self) -> Any:
        return self.adc.read


METHODS = {"read", "static", "made", "cached", "twice", "hook", "reader"}
PROPERTIES = {
    *("LIMIT", "mode", "gains", "slotted", "never_set"),
    *("temperature", "broken", "_trim"),
}
OBJECTS = {"adc", "channels", "child"}


def names(policy: ExposurePolicy, obj: object, kind: Kind) -> set[str]:
    return {each.name for each in policy.members(obj) if each.kind is kind}


def test_public_names_are_listed_by_kind() -> None:
    policy, board = ExposurePolicy(), Board()
    assert names(policy, board, Kind.METHOD) == METHODS
    assert names(policy, board, Kind.PROPERTY) == PROPERTIES
    assert names(policy, board, Kind.OBJECT) == OBJECTS


HIDDEN = [
    *("", " ", ".", "adc.read", "read()", "gains[0]", "Board.read", "0", "read ", "réad\0"),
    *("__class__", "__init__", "__init__.__globals__", "__dict__", "__doc__", "__module__"),
    *("__reduce_ex__", "__getattribute__", "__subclasshook__", "__func__", "__self__"),
    *("__globals__", "__code__", "__wrapped__", "__really", "__tuber_object__"),
    *("__tuber_exclude__", "__slots__", "__weakref__", "__call__", "__", "_"),
    *("_private", "_calibrate", "_Board__mangled", "_foreign__name", "_pybind11_thing"),
    *("_pybind11_conduit_v1_", "secret", "reboot", "Inner", "maths", "alias", "klass"),
    *("made_by", "library", "append", "sort", "gi_frame", "f_globals", "func_globals"),
    "x" * 100_000,
]


@pytest.mark.parametrize("name", HIDDEN, ids=lambda name: name[:30])
@pytest.mark.parametrize("kind", [*Kind, None])
def test_hidden_names_are_refused_like_unknown_ones(name: str, kind: Kind | None) -> None:
    policy, board = ExposurePolicy(), Board()
    with pytest.raises(AttributeError) as refused:
        policy.member(board, name, kind)
    assert str(refused.value).startswith(f"'Board' has no {(kind or Kind.PROPERTY).value} ")
    assert len(str(refused.value)) < 400
    if kind is Kind.METHOD:
        with pytest.raises(AttributeError):
            policy.method(board, name)


def test_the_refusal_of_a_hidden_name_is_that_of_an_unknown_one() -> None:
    class Bare:
        def go(self) -> None: ...

    class Same(Bare):
        _zzzzzzz = 1

    Bare.__name__ = Same.__name__
    for kind in Kind:
        messages = []
        for obj in (Bare(), Same()):
            with pytest.raises(AttributeError) as refused:
                ExposurePolicy().member(obj, "_zzzzzzz", kind)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]


@pytest.mark.parametrize("name", [None, 1, 1.5, True, b"read", ["read"], {"a": 1}, ("read",)])
def test_names_that_are_not_strings_are_refused(name: Any) -> None:
    with pytest.raises(TypeError, match="expected a name"):
        ExposurePolicy().method(Board(), name)


def test_a_refusal_suggests_similar_names() -> None:
    with pytest.raises(AttributeError, match="has no method 'raed'; did you mean 'read"):
        ExposurePolicy().method(Board(), "raed")
    with pytest.raises(AttributeError, match=r"its methods are hook, made, read, static, twice$"):
        ExposurePolicy().method(Board(), "qqq")
    with pytest.raises(AttributeError, match=r"its properties are LIMIT, _trim, broken, "):
        ExposurePolicy().member(Board(), "qqq")
    with pytest.raises(AttributeError, match=r"its objects are adc, channels$"):
        ExposurePolicy().member(Board(), "qqq", Kind.OBJECT)
    with pytest.raises(AttributeError, match="no method 'gains'; that is the name of its property"):
        ExposurePolicy().method(Board(), "gains")


def test_a_refusal_runs_no_getter() -> None:
    class Counting:
        ran = 0

        @property
        def gauge(self) -> int:
            type(self).ran += 1
            return 1

        def read(self) -> None: ...

    counting = Counting()
    with pytest.raises(AttributeError):
        ExposurePolicy().method(counting, "nothing")
    ExposurePolicy().method(counting, "read")
    assert Counting.ran == 0


def test_expose_private_adds_names_with_one_underscore_only() -> None:
    policy, board = ExposurePolicy(expose_private=True), Board()
    assert callable(policy.method(board, "_calibrate"))
    assert policy.member(board, "_private").value == 1
    for name in ("__class__", "_Board__mangled", "_foreign__name", "_pybind11_thing", "__init__"):
        with pytest.raises(AttributeError):
            policy.member(board, name)


def test_only_methods_that_the_class_decides_are_cached() -> None:
    policy, board = ExposurePolicy(), Board()
    for _ in range(2):  # classes that are seen once are not kept
        for name in METHODS:
            policy.method(board, name)
    assert set(policy.reachable) == {Board}
    assert set(policy.reachable[Board]) == {"read", "static", "made", "twice"}
    assert policy.method(board, "static")(3) == 3
    assert policy.method(board, "reader")() == 7


def test_a_container_uses_the_policy_of_the_caller_for_its_items() -> None:
    class Wired(Channel):
        def _wire(self) -> str:
            return "wired"

    container = TuberContainer([Wired(), Wired()])
    open_policy = ExposurePolicy(expose_private=True)
    assert open_policy.method(container, "tuber_call")("_wire") == ["wired", "wired"]
    with pytest.raises(AttributeError):
        ExposurePolicy().method(container, "tuber_call")("_wire")
    assert open_policy.reachable == {Wired: {"_wire": ("_wire", Wired._wire)}}


def test_a_subclass_keeps_the_exclusions_of_its_base() -> None:
    class Second(Board):
        __tuber_exclude__ = "read"  # type: ignore[assignment]

    listed = {each.name for each in ExposurePolicy().members(Second())}
    assert not {"read", "reboot", "secret"} & listed
    assert "static" in listed


def test_a_getter_that_raises_is_a_property_with_its_error() -> None:
    policy, board = ExposurePolicy(), Board()
    broken = policy.resolve(board, "broken")
    assert broken is not None
    assert broken.kind is Kind.PROPERTY
    assert isinstance(broken.error, OSError)
    with pytest.raises(ServedCodeError) as raised:
        policy.member(board, "broken")
    assert raised.value.error is raised.value.__cause__


def test_an_attribute_of_the_instance_hides_the_method_of_its_class() -> None:
    class Patched:
        def status(self) -> str:
            return "class"

    policy = ExposurePolicy()
    given_data, given_callback = Patched(), Patched()
    vars(given_data)["status"] = 3
    vars(given_callback)["status"] = lambda: "own"
    assert policy.member(given_data, "status").kind is Kind.PROPERTY
    assert policy.method(given_callback, "status")() == "own"
    assert policy.reachable == {}


class Dynamic:
    """A class with attributes that its `__dir__` lists, and others that it does not list."""

    def __dir__(self) -> list[Any]:
        return ["offset", "made_up"]

    def __getattr__(self, name: str) -> Any:
        if name == "made_up":
            raise AttributeError(name)
        return f"dynamic {name}"

    def fixed(self) -> None: ...


def test_dynamic_attributes_are_reached_if_they_are_listed() -> None:
    policy, dynamic = ExposurePolicy(), Dynamic()
    assert policy.member(dynamic, "offset").value == "dynamic offset"
    assert [each.name for each in policy.members(dynamic)] == ["fixed", "made_up", "offset"]
    with pytest.raises(AttributeError):
        policy.member(dynamic, "unlisted")


def test_if_dir_raises_the_names_of_the_class_are_listed() -> None:
    class Sulking:
        def __init__(self) -> None:
            self.mood = "bad"

        def __dir__(self) -> list[str]:
            raise RuntimeError("no")

        def read(self) -> None: ...

    assert [each.name for each in ExposurePolicy().members(Sulking())] == ["mood", "read"]


def test_a_class_with_its_own_lookup_is_never_cached() -> None:
    class Tricky:
        def read(self) -> None: ...

        def __getattribute__(self, name: str) -> Any:
            return Channel if name == "read" else object.__getattribute__(self, name)

    policy = ExposurePolicy()
    with pytest.raises(AttributeError):
        policy.method(Tricky(), "read")
    assert policy.reachable == {}


def test_the_lists_of_the_target_of_a_proxy_apply() -> None:
    board = Board()
    proxy = weakref.proxy(board)
    policy = ExposurePolicy()
    listed = {each.name for each in policy.members(proxy)}
    assert {"read", "gains", "adc"} <= listed
    assert not {"reboot", "secret", "_private", "Inner"} & listed
    assert policy.method(proxy, "read")() == "read"


@pytest.mark.parametrize("item", [True, False, 1.5, None, [0], {"a": 1}, b"a", slice(0, 1)])
def test_an_item_is_named_by_an_integer_or_a_string(item: Any) -> None:
    with pytest.raises(TypeError, match="expected an index or a key"):
        ExposurePolicy().item(TuberContainer([Channel(), Channel()]), item)


def test_items_of_a_users_own_container_must_be_objects() -> None:
    class Rack:
        __tuber_object__ = True

        def tuber_meta(self) -> dict[str, Any]:
            return {"keys": ["a", "b"]}

        def __getitem__(self, key: str) -> Any:
            if key == "boom":
                raise ZeroDivisionError
            return {"a": Channel(), "b": 3}[key]

    policy, rack = ExposurePolicy(), Rack()
    assert isinstance(policy.item(rack, "a"), Channel)
    for key in ("b", "c"):
        with pytest.raises(KeyError):
            policy.item(rack, key)
    with pytest.raises(ServedCodeError):
        policy.item(rack, "boom")


class Live:
    """A class with every kind of live property and every other kind of property."""

    __tuber_dynamic__ = (
        *("plain", "slotted", "checked", "fixed", "at_class", "inside", "read", "gone", "_hidden"),
        *("excluded", "failing", "mathematics"),
    )
    __tuber_exclude__ = "excluded"
    __slots__ = ("__dict__", "reads", "slotted")
    at_class = 1
    excluded = 2
    mathematics = math

    def __init__(self) -> None:
        self.plain = 1
        self.still = 1
        self._hidden = 1
        self.inside = Channel()
        self.reads = 0

    @property
    def checked(self) -> int:
        self.reads += 1
        return int(vars(self).get("checked", 0))

    @checked.setter
    def checked(self, value: int) -> None:
        if value < 0:
            raise ValueError("negative")
        vars(self)["checked"] = value

    @property
    def fixed(self) -> int:
        return 1

    @property
    def failing(self) -> int:
        raise OSError("unplugged")

    @failing.setter
    def failing(self, value: int) -> None: ...

    def read(self) -> None: ...


LIVE_NAMES = {"plain", "slotted", "checked", "fixed", "at_class", "failing"}


def test_live_properties_are_listed_by_the_class_and_readable() -> None:
    policy, obj = ExposurePolicy(), Live()
    assert set(policy.live_names(obj)) == LIVE_NAMES
    assert {each.name for each in policy.members(obj) if each.live} == LIVE_NAMES
    misnamed = {"_hidden", "excluded", "gone", "inside", "mathematics", "read"}
    assert set(policy.invalid_live_names(obj)) == misnamed


def test_setting_a_live_property_reads_it_back() -> None:
    policy, obj = ExposurePolicy(), Live()
    setter = policy.method(obj, "tuber_set")
    assert setter("plain", [2]) == [2]
    assert setter("slotted", 3) == 3
    assert setter("at_class", 4) == 4
    assert (Live.at_class, obj.at_class) == (1, 4)
    obj.reads = 0
    assert setter(name="checked", value=5) == 5
    assert obj.reads == 1  # the property is read once, after it was set
    assert policy.reachable == {}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("still", r"'still' of 'Live' can't be set: .* at_class, checked, .*__tuber_dynamic__"),
        ("gone", "'Live' has no property 'gone'"),
        ("_hidden", "'Live' has no property '_hidden'"),
        ("excluded", "'Live' has no property 'excluded'"),
        ("__class__", "'Live' has no property '__class__'"),
        ("__dict__", "'Live' has no property '__dict__'"),
        ("mathematics", "'Live' has no property 'mathematics'"),
        ("read", "no property 'read'; that is the name of its method"),
        ("inside", "no property 'inside'; that is the name of its object"),
        ("tuber_set", "no property 'tuber_set'"),
        ("fixed", "property 'fixed' of 'Live' object has no setter|can't set attribute"),
    ],
)
def test_setting_anything_else_is_refused(name: str, message: str) -> None:
    obj = Live()
    before = dict(vars(obj))
    with pytest.raises(AttributeError, match=message):
        ExposurePolicy().method(obj, "tuber_set")(name, 9)
    assert vars(obj) == before


def test_an_exception_of_the_setter_passes() -> None:
    with pytest.raises(ValueError, match="negative"):
        ExposurePolicy().set_live(Live(), "checked", -1)


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_a_failed_reading_back_says_that_the_property_was_set() -> None:
    with pytest.raises(RuntimeError, match=r"'failing' was set, but .* raised OSError: unplugged"):
        ExposurePolicy().set_live(Live(), "failing", 1)


@pytest.mark.parametrize("raised", [SystemExit(3), KeyboardInterrupt(), Mute()])
def test_whatever_reading_back_raises_the_property_was_set(raised: BaseException) -> None:
    class Meter:
        __tuber_dynamic__ = ("gain",)

        @property
        def gain(self) -> Any:
            raise raised

        @gain.setter
        def gain(self, value: int) -> None: ...

    with pytest.raises(RuntimeError, match=f"'gain' was set, but .*{type(raised).__name__}"):
        ExposurePolicy().set_live(Meter(), "gain", 1)


def test_only_objects_with_live_properties_have_tuber_set() -> None:
    class Own(Live):
        def tuber_set(self, name: str, value: int) -> str:
            return "own"

    class Locked(Live):
        __tuber_exclude__ = ("tuber_set",)  # type: ignore[assignment]

    class Misnamed:
        __tuber_dynamic__ = ("nothing",)

    policy = ExposurePolicy()
    assert "tuber_set" in names(policy, Live(), Kind.METHOD)
    assert policy.method(Own(), "tuber_set")("plain", 1) == "own"
    for obj in (Board(), Misnamed(), Locked()):
        assert "tuber_set" not in names(policy, obj, Kind.METHOD)
        with pytest.raises(AttributeError, match="has no method 'tuber_set'"):
            policy.method(obj, "tuber_set")


def test_a_method_of_the_target_of_a_proxy_cannot_be_set() -> None:
    obj = Slotless()
    proxy = weakref.proxy(obj)
    assert ExposurePolicy().set_live(proxy, "gain", 2) == 2
    with pytest.raises(AttributeError, match="the name of its method"):
        ExposurePolicy().set_live(proxy, "read", 1)
    assert vars(obj) == {"gain": 2}


class Slotless:
    __tuber_dynamic__ = ("gain", "read")
    gain = 1

    def read(self) -> None: ...


class Alike(type):
    """A metaclass by which classes of the same name are equal."""

    def __eq__(cls, other: object) -> bool:
        return isinstance(other, type) and cls.__name__ == other.__name__

    def __hash__(cls) -> int:
        return hash(cls.__name__)


def test_a_class_that_may_equal_another_one_is_never_cached() -> None:
    def act(self: object) -> str:
        return "acted"

    opened = Alike("Twin", (), {"act": act})()
    closed = Alike("Twin", (), {"act": act, "__tuber_exclude__": ("act",)})()
    policy = ExposurePolicy()
    assert policy.method(opened, "act")() == "acted"
    assert policy.reachable == {}
    with pytest.raises(AttributeError):
        policy.method(closed, "act")


# --- exactly the live properties can be set (end_to_end/test_reach_law.py: what can be reached) ---

_VALUES: dict[str, Any] = {
    "number": lambda: 1,
    "list": lambda: [1],
    "object": Channel,
    "container": lambda: TuberContainer({"a": Channel(), "b": TuberContainer([Channel()])}),
    "class": lambda: Channel,
    "module": lambda: math,
    "enum": lambda: Mode.FAST,
    "enum class": lambda: Mode,
    "function": lambda: lambda *_: 1,
    "builtin": lambda: len,
    "static": lambda: staticmethod(lambda: 1),
    "static class": lambda: staticmethod(Channel),
    "class method": lambda: classmethod(lambda cls: 1),
    "partial": lambda: functools.partial(int, "1"),
    "alias": lambda: dict[str, int],
    "property": lambda: property(lambda self: 1),
    "property of object": lambda: property(lambda self: Channel()),
    "property of class": lambda: property(lambda self: Channel),
    "property of method": lambda: property(lambda self: len),
    "property that raises": lambda: property(lambda self: 1 // 0),
    "cached": lambda: functools.cached_property(lambda self: 1),
}
_NAMES = st.sampled_from(
    ["a", "b", "read", "_a", "_b", "__a", "__a__", "_C__a", "_pybind11_a", "a.b", "", "é", "class"]
)
_MEMBERS = st.dictionaries(_NAMES, st.sampled_from(sorted(_VALUES)), max_size=6)
_LISTS = st.none() | st.lists(_NAMES)  # None: the class has no such attribute
_CLASSES = st.tuples(_MEMBERS, _LISTS, _LISTS, st.booleans(), _LISTS)


def _an_object(classes: list[Any], own: dict[str, str]) -> Any:
    cls: type = object
    for members, excluded, exposed, slots, live in classes:
        namespace = {name: _VALUES[kind]() for name, kind in members.items()}
        lists = {
            "__tuber_dynamic__": live,
            "__tuber_exclude__": excluded,
            "__tuber_expose__": exposed,
        }
        namespace |= {name: given for name, given in lists.items() if given is not None}
        if slots:
            namespace["__slots__"] = ("slot",)
        cls = type("C", (cls,), namespace)
    made = cls()
    for name, kind in own.items():
        if hasattr(made, "__dict__"):
            made.__dict__[name] = _VALUES[kind]()
    return made


class _Setting(Exception):
    """Raised in place of setting a property, to show that it was allowed."""


@settings(deadline=None)
@given(st.lists(_CLASSES, min_size=1, max_size=3), _MEMBERS, st.booleans())
def test_exactly_the_live_properties_can_be_set(
    classes: list[Any], own: dict[str, str], private: bool
) -> None:
    obj = _an_object(classes, own)
    policy = ExposurePolicy(expose_private=private)
    listed = {each.name: each for each in policy.members(obj)}
    live = {name for name, each in listed.items() if each.live}
    assert ("tuber_set" in listed) == bool(live)

    def refuse(self: object, name: str, value: object) -> None:
        raise _Setting(name)

    type(obj).__setattr__ = refuse  # type: ignore[method-assign]
    settable = set()
    everything = {*dir(obj), *own, *(name for members, *_ in classes for name in members)}
    for name in everything | {"nowhere"}:
        with pytest.raises((AttributeError, _Setting)) as refused:
            policy.set_live(obj, name, 1)
        if refused.type is _Setting:
            settable.add(name)
    assert settable == live
    assert all(listed[name].kind is Kind.PROPERTY for name in live)
    assert live <= {name for *_, names in classes for name in names or ()}
    excluded = {name for _, names, *_ in classes for name in names or ()}
    exposed = {name for _, _, names, *_ in classes for name in names or ()}
    assert not excluded & set(listed)
    for name in set(listed) - {"tuber_set"}:
        assert "__" not in name
        assert not name.startswith("_") or private or name in exposed
