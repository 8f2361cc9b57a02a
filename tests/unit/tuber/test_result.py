"""Maps in results as objects."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber import TuberResult
from tuber.protocol import attribute_name
from tuber.result import with_results


def test_members_are_attributes_and_items() -> None:
    assert isinstance(with_results({}), Mapping)
    result = with_results({"fan": {"speed": 3}, "serial": "0042"})
    assert result.fan.speed == 3
    assert result["fan"]["speed"] == 3
    assert dict(result) == {"fan": {"speed": 3}, "serial": "0042"}
    assert (len(result), "fan" in result, list(result)) == (2, True, ["fan", "serial"])
    assert result.get("nothing", 7) == 7
    with pytest.raises(AttributeError):
        _ = result.nothing
    with pytest.raises(KeyError):
        result["nothing"]


MEMBERS = {"values": [1], "keys": 2, "items": 3, "self": 4, "get": 5}


def test_a_member_wins_over_a_method_of_the_same_name() -> None:
    result: Any = TuberResult(MEMBERS)
    assert (result.values, result.keys, result.items, result["self"]) == ([1], 2, 3, 4)
    assert vars(result) == MEMBERS
    result.update = 6
    assert result["update"] == 6


def test_it_is_a_dict() -> None:
    result = with_results({"a": [1.5, None], "b": {"c": "x"}})
    assert isinstance(result, dict)
    assert json.loads(json.dumps(result)) == result
    assert dict(**result) == {**result} == dict(result) == result
    assert list(result.items()) == list(zip(result.keys(), result.values(), strict=True))
    assert result | {"a": 1} == {"a": 1, "b": {"c": "x"}}
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


@given(st.dictionaries(st.sampled_from([*dir(dict), "_a", "a"]), st.integers()))
def test_members_of_any_name_leave_the_dict_itself_usable(members: dict[str, int]) -> None:
    result = TuberResult(members)
    assert dict(result) == dict(**result) == {**result} == members
    assert (
        copy.copy(result) == copy.deepcopy(result) == pickle.loads(pickle.dumps(result)) == result
    )
    assert (list(result), len(result)) == (list(members), len(members))
    for name, value in members.items():
        if not name.startswith("__"):
            assert getattr(result, name) == value


def test_names_that_libraries_look_up_in_every_object_are_no_members() -> None:
    """numpy would read the memory that a server names in ``__array_interface__``."""
    result: Any = TuberResult({"__array_interface__": {"data": (0, True)}, "__class__": int})
    assert not hasattr(result, "__array_interface__")
    assert type(result) is result.__class__ is TuberResult
    assert result["__class__"] is int
    with pytest.raises(AttributeError):
        result.__array__ = 1


@given(st.text(min_size=1))
def test_attribute_names_are_compared_as_the_parser_does(key: str) -> None:
    name = attribute_name(key)
    result: Any = TuberResult({key: 1})
    if name.startswith("__") and name.endswith("__"):
        return
    if name not in dir(dict):
        assert getattr(result, name) == 1
        setattr(result, name, 2)
        assert dict(result) == {key: 2}
        delattr(result, name)
        assert not result


def test_an_attribute_that_may_mean_two_members_is_refused() -> None:
    result: Any = TuberResult({"\ufb01t": 1, "\uff46it": 2})
    with pytest.raises(AttributeError, match="may mean any of the members"):
        _ = result.fit
    result["fit"] = 3
    assert result.fit == 3


def test_it_equals_a_map_of_the_same_members() -> None:
    assert TuberResult(a=1) == TuberResult({"a": 1}) == {"a": 1}
    assert TuberResult(a=1) != {"a": 2}
    assert TuberResult(a=1) != 1


def test_it_shows_its_members_and_can_be_copied_and_pickled() -> None:
    result = with_results({"a": [{"b": 1}]})
    assert repr(result) == "TuberResult({'a': [TuberResult({'b': 1})]})"
    assert pickle.loads(pickle.dumps(result)) == copy.deepcopy(result) == result
    assert type(copy.deepcopy(result).a[0]) is TuberResult


@pytest.mark.parametrize("value", [1, None, "a", b"a", [1, 2.5, "a", None, True, b""]])
def test_values_without_maps_are_left_as_they_are(value: Any) -> None:
    assert with_results(value) is value


def test_maps_are_found_deep_in_lists() -> None:
    assert with_results([1, [2, {"a": 3}]])[1][1].a == 3
