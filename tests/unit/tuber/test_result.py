"""Maps in results as objects."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from tuber import TuberResult
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


def test_a_member_wins_over_a_method_of_the_same_name() -> None:
    result: Any = TuberResult({"values": [1], "keys": 2, "self": 3})
    assert (result.values, result.keys, result["self"]) == ([1], 2, 3)
    assert vars(result) == {"values": [1], "keys": 2, "self": 3}


def test_a_member_named_keys_leaves_the_plain_dict_and_the_views() -> None:
    result: Any = TuberResult({"keys": 2, "a": 1})
    assert dict(**vars(result)) == dict(result.items()) == {"keys": 2, "a": 1}
    assert sorted(result.values()) == [1, 2]
    assert result.get("keys") == 2
    with pytest.raises(TypeError):
        dict(result)


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
