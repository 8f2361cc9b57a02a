"""Descriptions: their members, containers, and faults that must not hide other members."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.codec.cbor import CborCodec
from tuber.codec.json import JsonCodec
from tuberd.exposure.policy import ExposurePolicy, ServedCodeError
from tuberd.served.containers import TuberArray, TuberContainer
from tuberd.served.descriptions import Describer
from tuberd.served.registry import TuberRegistry


class Channel:
    """One channel."""

    __tuber_object__ = True

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def read(self, n: int = 1) -> list[int]:
        """Read samples."""
        return [0] * n


class Board:
    """A board.

    With channels.
    """

    LIMIT = 3

    def __init__(self) -> None:
        self.gains = [1.0, 2.0]
        self.adc = Channel()

    def reset(self) -> None: ...


class Faulty:
    good = 1
    unsendable = object()
    nested = {"a": [1, {2j}]}  # noqa: RUF012

    @property
    def gauge(self) -> float:
        raise OSError("no gauge")

    def read(self) -> None: ...


def describer(**objects: Any) -> Describer:
    return Describer(
        TuberRegistry(objects), ExposurePolicy(), JsonCodec().encode, CborCodec().encode
    )


READ = {
    "__doc__": "Read samples.",
    "__signature__": {
        "parameters": [
            {"name": "self", "kind": 1},
            {"name": "n", "kind": 1, "default": 1, "annotation": "int"},
        ],
        "return_annotation": "list[int]",
    },
}
CHANNEL = {
    "__doc__": "One channel.",
    "methods": {"read": READ},
    "properties": {"gain": 1.0},
    "objects": {},
    "type": "Channel",
}
CHANNEL_NAMES = {"__doc__": "One channel.", "methods": ["read"], "properties": ["gain"]}


def test_the_registry_is_a_list_of_names() -> None:
    assert describer(B=Board(), A=Channel())({}) == {"objects": ["B", "A"]}
    assert describer()({"object": None, "resolve": False}) == {"objects": []}


def test_the_registry_in_full_describes_everything() -> None:
    assert describer(A=Channel())({"resolve": True}) == {"objects": {"A": CHANNEL}}


def test_an_object_by_names() -> None:
    assert describer(B=Board())({"object": "B"}) == {
        "__doc__": "A board.\n\nWith channels.",
        "methods": ["reset"],
        "properties": ["LIMIT", "gains"],
    }


def test_an_object_in_full() -> None:
    description = describer(B=Board())({"object": "B", "resolve": True})
    assert description["properties"] == {"LIMIT": 3, "gains": [1.0, 2.0]}
    assert description["objects"] == {"adc": CHANNEL}
    assert description["type"] == "Board"
    assert "failed" not in description


def test_one_name_of_an_object() -> None:
    describe = describer(B=Board())
    for name, expected in [
        ("gains", [1.0, 2.0]),
        ("LIMIT", 3),
        ("adc", CHANNEL_NAMES),
        (
            "reset",
            {
                "__doc__": None,
                "__signature__": {
                    "parameters": [{"name": "self", "kind": 1}],
                    "return_annotation": "None",
                },
            },
        ),
    ]:
        assert describe({"object": "B", "property": name}) == expected
    assert describe({"object": "B", "property": "adc", "resolve": True}) == CHANNEL
    assert describe({"object": ["B", "adc"], "property": "gain"}) == 1.0
    assert describe({"property": "B"}) == describe({"object": "B"})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"object": 1}, TypeError, "the member 'object' of a call must be a string or an array"),
        ({"object": {}}, TypeError, "an array; got dict"),
        ({"object": "B", "property": 1}, TypeError, "member 'property' of a call"),
        ({"object": "B", "resolve": 1}, TypeError, "member 'resolve' of a call must be a bool"),
        ({"object": []}, TypeError, "a path is a name or an array of steps"),
        ({"object": "C"}, AttributeError, "the registry has no object 'C'"),
        ({"property": "C"}, AttributeError, "the registry has no object 'C'"),
        ({"object": "B", "property": "gain"}, AttributeError, "did you mean 'gains'"),
        ({"object": "B", "property": "__class__"}, AttributeError, "'Board' has no property"),
        ({"object": ["B", "gains", "append"]}, AttributeError, "has no object 'gains'"),
    ],
)
def test_calls_that_name_nothing_are_refused(
    call: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        describer(B=Board())(call)


def test_null_members_are_ignored() -> None:
    describe = describer(A=Channel())
    call = {"object": "A", "property": None, "resolve": None}
    assert describe(call) == CHANNEL_NAMES


def test_a_fault_of_one_property_hides_nothing_else() -> None:
    for description in (
        describer(F=Faulty())({"object": "F", "resolve": True}),
        describer(F=Faulty(), A=Channel())({"resolve": True})["objects"]["F"],
    ):
        assert description["properties"] == {"good": 1}
        assert list(description["methods"]) == ["read"]
        failed = description["failed"]
        assert set(failed) == {"gauge", "unsendable", "nested"}
        assert failed["gauge"]["message"] == "OSError: no gauge"
        assert "in gauge" in failed["gauge"]["traceback"]
        assert failed["unsendable"]["type"] == "TypeError"
        assert "traceback" not in failed["unsendable"]
        assert failed["nested"]["message"].startswith("TypeError: nested.a[1]")


def test_reading_a_property_that_raises_raises_it() -> None:
    with pytest.raises(ServedCodeError) as raised:
        describer(F=Faulty())({"object": "F", "property": "gauge"})
    assert isinstance(raised.value.error, OSError)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), RuntimeError("x")])
def test_a_value_whose_attributes_all_raise_fails_alone(error: BaseException) -> None:
    class Closed:
        def __getattribute__(self, name: str) -> Any:
            raise error

    class Board:
        gain = 2

        @property
        def closed(self) -> Any:
            return Closed()

    found = describer(B=Board())({"resolve": True})["objects"]["B"]
    assert found["properties"] == {"gain": 2}
    assert [*found["failed"]] == ["closed"]


def test_values_are_encoded_once_and_after_a_fault_object_by_object() -> None:
    sent: list[Any] = []

    def counting(value: Any) -> bytes:
        sent.append(value)
        return JsonCodec().encode(value)

    objects = {f"c{n}": Channel() for n in range(100)}
    describe = Describer(TuberRegistry(objects), ExposurePolicy(), counting, CborCodec().encode)
    describe({"resolve": True})
    assert len(sent) == 1
    sent.clear()
    objects["c7"].gain = object()  # type: ignore[assignment]
    describe({"resolve": True})
    assert len(sent) == 1 + 100 + 3 + 1


OF_ITEMS = ["tuber_call", "tuber_get", "tuber_set"]


def contained(container: TuberContainer) -> dict[str, Any]:
    description: dict[str, Any] = describer(C=container)({"object": "C", "resolve": True})
    assert list(description["methods"]) == OF_ITEMS
    assert description["properties"] == description["objects"] == {}
    assert description["type"] == type(container).__name__
    return {name: description[name] for name in ("keys", "values") if name in description}


def test_containers_are_described_with_their_items() -> None:
    one, two = Channel(), Channel(2.0)
    other = {**CHANNEL, "properties": {"gain": 2.0}}
    assert contained(TuberContainer([one, two])) == {"values": [CHANNEL, other]}
    assert contained(TuberContainer({"a": one, 7: two})) == {
        "keys": ["a", 7],
        "values": [CHANNEL, other],
    }
    assert contained(TuberArray([one, two])) == {"keys": 2, "values": CHANNEL}
    assert contained(TuberArray({"a": one, "b": two})) == {"keys": ["a", "b"], "values": CHANNEL}
    assert contained(TuberContainer([])) == contained(TuberArray([])) == {"values": []}
    assert contained(TuberContainer({})) == contained(TuberArray({})) == {"keys": [], "values": []}


def test_containers_by_names_list_the_methods_for_all_items() -> None:
    names = describer(C=TuberContainer([Channel()]))({"object": "C"})
    assert names["methods"] == OF_ITEMS
    assert names["properties"] == []


def test_containers_in_containers_and_attributes_are_described() -> None:
    class Rack:
        def __init__(self) -> None:
            self.rows = TuberContainer([TuberArray([Channel(), Channel()])])

    description = describer(R=Rack())({"object": "R", "resolve": True})
    (row,) = description["objects"]["rows"]["values"]
    assert row["keys"] == 2
    assert row["values"] == CHANNEL


def test_a_subclass_of_a_container_may_add_members() -> None:
    class Crate(TuberContainer):
        """A crate."""

        slot_count = 20

        def power(self) -> None: ...

    description = describer(C=Crate([Channel()]))({"object": "C", "resolve": True})
    assert list(description["methods"]) == ["power", *OF_ITEMS]
    assert description["properties"] == {"slot_count": 20}
    assert description["values"] == [CHANNEL]


def rack(meta: Callable[[], Any]) -> dict[str, Any]:
    class Rack:
        __tuber_exclude__ = ("tuber_meta",)

        def tuber_meta(self) -> Any:
            return meta()

    description: dict[str, Any] = describer(R=Rack())({"object": "R", "resolve": True})
    return description


def test_tuber_meta_describes_the_items_of_a_users_own_container() -> None:
    for values, written in [
        ([Channel(), {"methods": {}}], [CHANNEL, {"methods": {}}]),
        (Channel(), CHANNEL),
    ]:
        keys = ["a", "b"]
        described = rack(partial(dict, keys=keys, values=values, type=1))
        assert described["keys"] == ["a", "b"]
        assert described["values"] == written
        assert described["type"] == "Rack"


@pytest.mark.parametrize("meta", [lambda: 7, lambda: 1 // 0, lambda: {"keys": [object()]}])
def test_a_faulty_tuber_meta_hides_nothing(meta: Callable[[], Any]) -> None:
    described = rack(meta)
    assert list(described["failed"]) == ["tuber_meta"]
    assert "keys" not in described
    assert "values" not in described


class Node:
    __tuber_object__ = True

    def __init__(self, parent: Node | None = None) -> None:
        if parent is not None:
            self.parent = parent


def test_an_object_that_contains_itself_is_described_by_names() -> None:
    root = Node()
    root.child = Node(root)  # type: ignore[attr-defined]
    description = describer(R=root)({"object": "R", "resolve": True})
    parent = description["objects"]["child"]["objects"]["parent"]
    assert parent == {"__doc__": None, "methods": [], "properties": []}


def test_the_description_of_an_endless_object_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuberd.served.descriptions.MAX_DESCRIBED_OBJECTS", 1000)

    class Endless:
        __tuber_object__ = True

        @property
        def left(self) -> Endless:
            return Endless()

        right = left

    chain = Node()
    for _ in range(5000):
        chain = Node(chain)
    describer(E=Endless(), C=chain)({"resolve": True})


def test_odd_docstrings_are_ignored() -> None:
    class Numbered:
        __doc__ = 7  # type: ignore[assignment]

    class Raising:
        @property
        def __doc__(self) -> str:  # type: ignore[override]
            raise RuntimeError

    class Own:
        def __init__(self) -> None:
            self.__doc__ = "Its own."

    describe = describer(N=Numbered(), R=Raising(), O=Own())
    assert describe({"object": "N"})["__doc__"] is None
    assert describe({"object": "R"})["__doc__"] is None
    assert describe({"object": "O"})["__doc__"] == "Its own."


def test_validation_names_everything_that_failed() -> None:
    describer(A=Channel(), C=TuberContainer([Channel()])).validate()
    board = Board()
    board.gains = [1j]  # type: ignore[list-item]
    row = TuberContainer({"x": Faulty()})
    with pytest.raises(ValueError, match=r"^the registry can't be served in full: ") as raised:
        describer(B=board, R=row, A=TuberArray([Faulty()])).validate()
    for place in ("B.gains: TypeError", "R['x'].gauge: OSError: no gauge", "A[0].unsendable: "):
        assert place in str(raised.value)


class Tuned:
    __tuber_dynamic__ = ("gain", "gauge", "read", "gone")
    gain = 1.5
    unit = "V"

    @property
    def gauge(self) -> float:
        raise OSError("no gauge")

    def read(self) -> None: ...


def test_full_descriptions_list_live_properties_that_failed_too() -> None:
    described = describer(T=Tuned())
    full = described({"object": "T", "resolve": True})
    assert full["dynamic"] == ["gain", "gauge"]
    assert full["properties"] == {"gain": 1.5, "unit": "V"}
    assert set(full["failed"]) == {"gauge"}
    parameters = full["methods"]["tuber_set"]["__signature__"]["parameters"]
    assert [each["name"] for each in parameters] == ["self", "name", "value"]
    names = described({"object": "T"})
    assert names["methods"] == ["read", "tuber_set"]
    assert "dynamic" not in names
    assert "dynamic" not in describer(C=Channel())({"object": "C", "resolve": True})


def test_validation_names_wrong_and_failed_live_properties() -> None:
    with pytest.raises(ValueError, match="can't be served in full") as raised:
        describer(A=TuberArray([Tuned()])).validate()
    for place in (
        "A[0].gauge: OSError",
        "A[0].read: AttributeError: __tuber_dynamic__ lists 'read', but Tuned",
    ):
        assert place in str(raised.value)
    assert "A[0].gone: AttributeError" in str(raised.value)
    assert "gain" not in str(raised.value)


class RaisingText:
    def __repr__(self) -> str:
        raise SystemExit

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


class Undescribable:
    """A callable whose docstring raises."""

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        raise ValueError("no text")

    def __call__(self) -> int:
        return 1


TROUBLESOME = st.sampled_from(
    [
        "/data/\udce9t\udce9",
        10**5000,
        float("nan"),
        object(),
        RaisingText(),
        b"\xff",
        {"a": {1: "\udc00"}},
        [[[]]],
        type("Text", (str,), {"__str__": lambda self: 1 / 0})("a\udce9"),
        type("Number", (int,), {"__int__": lambda self: 1 / 0})(7),
    ]
)


@given(
    default=TROUBLESOME | st.integers() | st.text() | st.none(),
    annotation=TROUBLESOME | st.text(),
    doc=TROUBLESOME | st.text(st.characters(codec=None)),  # with surrogates
    lossless=st.booleans(),
)
def test_no_method_spoils_the_description_of_others(
    default: Any, annotation: Any, doc: Any, lossless: bool
) -> None:
    def record(self: Any, path: Any = default) -> None: ...

    record.__annotations__ = {"path": annotation, "return": annotation}
    record.__doc__ = doc
    cls = type("Recorder", (), {"record": record, "other": Undescribable()})
    cls.__doc__ = doc
    made = describer(recorder=cls(), good=Channel())
    described = made({"resolve": True}, lossless)
    assert made.why_not_sendable(lossless, described) is None
    objects = described["objects"]
    assert objects["good"] == made({"object": "good", "resolve": True}, lossless)
    assert "failed" not in objects["recorder"]
    assert set(objects["recorder"]["methods"]) == {"record", "other"}
    assert made.why_not_sendable(lossless, made({"object": "recorder"})) is None


def test_an_item_that_is_no_object_is_described_as_a_failure() -> None:
    for kind in (TuberContainer, TuberArray):
        channels: list[Any] = [Channel()]
        container = kind(channels)
        channels.append(5)
        described = describer(rack=container)({"object": "rack", "resolve": True})
        assert "keys" not in described
        assert described["values"][0] == CHANNEL
        (failure,) = described["values"][1]["failed"].values()
        assert "is a plain int; a container holds objects" in failure["message"]


def test_keys_that_cannot_be_sent_fail_in_their_container_alone() -> None:
    container = TuberContainer({"\udce9": Channel(), "b": Channel()})
    objects = describer(rack=container, good=Channel())({"resolve": True})["objects"]
    assert "surrogate" in objects["rack"]["failed"]["keys"]["message"]
    assert "values" not in objects["rack"]
    assert "failed" not in objects["good"]


@pytest.mark.parametrize("method", ["__enter__", "__aenter__"])
def test_a_context_manager_is_described_as_one(method: str) -> None:
    stage: Any = type("Stage", (Board,), {method: lambda self: self})()
    described = describer(stage=stage, board=Board())({"resolve": True})["objects"]
    assert described["stage"]["context"] is True
    assert "context" not in described["board"]


def test_equal_descriptions_of_a_batch_are_made_once() -> None:
    class Counting:
        __tuber_object__ = True
        reads = 0

        @property
        def gain(self) -> int:
            type(self).reads += 1
            return 1

    made, described = describer(a=Counting(), b=Counting()), {}
    calls: list[dict[str, Any]] = [
        {"object": "a", "resolve": True},
        {"object": "b", "resolve": True},
        {"object": ["a"]},
        {"resolve": True},
        {},
    ]
    first = [made(call, False, described) for call in calls]
    reads = Counting.reads
    for _ in range(1000):
        assert [made(call, False, described) for call in calls] == first
    assert Counting.reads == reads
    made({"object": "a", "property": "gain"}, False, described)  # its getter may change things
    made(calls[0], False, described)
    assert Counting.reads == reads + 2
