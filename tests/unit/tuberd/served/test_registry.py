"""The registry as a map of objects, and lookups by path."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from tuberd.exposure.policy import ExposurePolicy
from tuberd.served.containers import TuberContainer
from tuberd.served.registry import TuberRegistry


class Channel:
    __tuber_object__ = True


class Board:
    def __init__(self) -> None:
        self.adc = Channel()
        self.adcs = TuberContainer({"a": Channel(), 7: Channel()})


@pytest.fixture
def registry() -> TuberRegistry:
    boards = [Board() for _ in range(4)]
    grid = TuberContainer([TuberContainer([Channel()]), TuberContainer([Channel(), Channel()])])
    return TuberRegistry({"Board": boards[0]}, Boards=TuberContainer(boards), Grid=grid)


def test_is_a_map_made_of_a_dict_and_keywords() -> None:
    one, two = Board(), Board()
    registry = TuberRegistry({"one": one}, two=two)
    assert dict(registry) == {"one": one, "two": two}
    assert len(registry) == 2
    assert registry["one"] is one
    del registry["one"]
    registry["three"] = one
    assert list(registry) == ["two", "three"]
    assert type(registry.objects) is dict
    assert repr(registry) == "TuberRegistry(two, three)"
    assert dict(TuberRegistry()) == {}


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ({"m": math}, r"registry\['m'\] is the module 'math'; register an instance"),
        ({"B": Board}, r"registry\['B'\] is the class 'Board'; register an instance"),
        ({"f": len}, r"registry\['f'\] is the function 'len'; register an instance"),
        ({1: Board()}, "a name in the registry must be a non-empty string; got 1"),
        ({"": Board()}, "a name in the registry must be a non-empty string"),
        ([Board()], "a registry is a dict of objects; got 'list'"),
    ],
)
def test_objects_that_cannot_be_served_are_refused(objects: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TuberRegistry(objects)


def test_walks_names_attributes_and_items(registry: TuberRegistry) -> None:
    boards, grid, board = registry["Boards"], registry["Grid"], registry["Board"]
    for path, there in [
        ("Board", board),
        (["Board"], board),
        ([["Board"]], board),
        (["Board", "adc"], board.adc),
        ([["Boards", 3], ["adcs", "a"]], boards[3].adcs["a"]),
        ([["Boards", -1], ["adcs", 7]], boards[3].adcs[7]),
        (["Boards"], boards),
        ([["Grid", 1, 0]], grid[1][0]),
        ([["Grid", 1, -1]], grid[1][1]),
    ]:
        assert registry.walk(path, ExposurePolicy()) is there


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("Bord", AttributeError, "the registry has no object 'Bord'; did you mean 'Board'"),
        (["zz"], AttributeError, "its objects are Board, Boards, Grid"),
        (["Board", "adq"], AttributeError, "'Board' has no object 'adq'; did you mean 'adc'"),
        ([["Boards", 4]], IndexError, "TuberContainer has 4 items; there is no item 4"),
        ([["Boards", -5]], IndexError, "there is no item -5"),
        ([["Boards", 10**30]], IndexError, "there is no item"),
        ([["Boards", "a"]], KeyError, "is a list; expected an index"),
        (["Board", ["adcs", "b"]], KeyError, "has no item 'b'; its keys are 'a', 7"),
        (["Board", ["adcs", 0]], KeyError, "has no item 0"),
        ([["Board", 0]], KeyError, "'Board' is not a container; it has no item 0"),
        ([["Boards", True]], TypeError, "expected an index or a key"),
        (["Board", ["adcs", None]], TypeError, "expected an index or a key"),
        ([], TypeError, "a path is a name or an array of steps"),
        (7, TypeError, "a path is a name or an array of steps"),
        (None, TypeError, "a path is a name or an array of steps"),
        ({"Board": 1}, TypeError, "a path is a name or an array of steps"),
        (["Board", 1], TypeError, r"step 1 of a path is a name or \[name, item"),
        (["Board", []], TypeError, "step 1 of a path"),
        (["Board", [1, "adc"]], TypeError, "step 1 of a path"),
        (["Board", None], TypeError, "step 1 of a path"),
        ([["Boards", 0], [["adcs"]]], TypeError, "step 1 of a path"),
        ([[["Boards"]]], TypeError, "step 0 of a path"),
    ],
)
def test_paths_that_name_nothing_are_refused(
    registry: TuberRegistry, path: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        registry.walk(path, ExposurePolicy())


def test_names_registered_later_are_found(registry: TuberRegistry) -> None:
    registry["Late"] = late = Board()
    assert registry.walk("Late", ExposurePolicy()) is late


def test_objects_are_attributes_of_the_registry(registry: TuberRegistry) -> None:
    assert registry.Board is registry["Board"]
    registry.Other = other = Board()
    assert registry["Other"] is other
    assert "Other" in dir(registry)
    del registry.Other
    assert "Other" not in registry
    for attempt in (lambda: registry.Other, lambda: delattr(registry, "Other")):
        with pytest.raises(AttributeError, match="the registry has no object 'Other'"):
            attempt()
    with pytest.raises(TypeError, match=r"registry\['Other'\] is the class 'Board'"):
        registry.Other = Board
    for name in ("items", "objects", "walk"):
        with pytest.raises(AttributeError, match=rf"write registry\['{name}'\] = "):
            setattr(registry, name, other)


def test_a_tuple_follows_a_path(registry: TuberRegistry) -> None:
    assert registry["Board", "adc"] is registry["Board"].adc
    assert registry[("Boards", 2),] is registry["Boards"][2]
    with pytest.raises(AttributeError):
        registry["Board", "__class__"]


def test_a_name_that_is_not_valid_text_is_refused() -> None:
    with pytest.raises(ValueError, match="must be valid Unicode text"):
        TuberRegistry({"\udce9": Board()})


class Stage:
    pass


def test_plain_lists_and_dicts_of_objects_are_containers() -> None:
    one, two = Stage(), Stage()
    registry = TuberRegistry(a=[one, two], b={"x": one, 3: [two]}, c=(one,), d=[])
    policy = ExposurePolicy()
    assert registry.walk([["a", 1]], policy) is two
    assert registry.walk([["b", "x"]], policy) is one
    assert registry.walk([["b", 3, 0]], policy) is two
    assert registry.walk([["c", 0]], policy) is one
    assert isinstance(registry["d"], TuberContainer)


def test_a_subclass_of_a_list_is_an_object_of_its_own() -> None:
    class Crate(list[int]):
        pass

    crate = Crate([1])
    assert TuberRegistry(crate=crate)["crate"] is crate


def test_everything_that_cannot_be_served_is_in_one_message_with_its_place() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(TypeError) as raised:
        TuberRegistry(
            {"n": 3, "m": json, "l": [Stage(), 2, {"k": Stage, 1.5: Stage()}], "": Stage()},
            none=None,
            loop=loop,
            good=Stage(),
        )
    text = str(raised.value)
    for fault in (
        "registry['n'] is a plain int",
        "registry['m'] is the module 'json'",
        "registry['l'][1] is a plain int",
        "registry['l'][2]['k'] is the class 'Stage'",
        "registry['l'][2]: a key must be a string or an integer; got 1.5",
        "must be a non-empty string; got ''",
        "registry['none'] is a plain NoneType",
        "nested too deeply, or it contains itself",
    ):
        assert fault in text
    assert "good" not in text
    with pytest.raises(TypeError, match=r"item 0 of TuberContainer.*item 1 of TuberContainer"):
        TuberContainer([1, 2])
