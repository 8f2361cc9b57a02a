"""Containers' items: a Sequence for lists, a Mapping for maps."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.objects.containers import ListItems, MapItems, items_of
from tuber.protocol import Description

A, B = Description(type="A"), Description(type="B")


class Owner:
    def _tuber_make_item(self, item: Any, description: Description) -> Any:
        return (item, description.type)


OWNER = Owner()


def items(description: Description) -> Any:
    return items_of(description, lambda: OWNER)


@pytest.mark.parametrize(
    ("description", "second"),
    [
        (Description(keys=3, values=A), (1, "A")),
        (Description(values=(A, B, A)), (1, "B")),
    ],
)
def test_a_list_behaves_as_a_sequence(description: Description, second: Any) -> None:
    found = items(description)
    assert isinstance(found, ListItems)
    assert len(found) == 3
    assert found[1] == found[-2] == second
    assert found[1] is found[1]
    assert [index for index, _ in found] == [0, 1, 2]
    assert [index for index, _ in found[::-2]] == [2, 0]
    assert found[5:] == []
    assert second in found


@pytest.mark.parametrize("index", [3, -4, 10**30])
def test_an_index_out_of_range_is_an_index_error(index: int) -> None:
    with pytest.raises(IndexError, match="out of range for 3 items"):
        items(Description(keys=3, values=A))[index]


def test_an_index_of_another_type_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"expected the index \(int\) of an item; got 'a'"):
        items(Description(keys=3, values=A))["a"]


@pytest.mark.parametrize(
    ("description", "second"),
    [
        (Description(keys=("a", 2), values=A), (2, "A")),
        (Description(keys=("a", 2), values=(A, B)), (2, "B")),
    ],
)
def test_a_map_behaves_as_a_mapping(description: Description, second: Any) -> None:
    found = items(description)
    assert isinstance(found, MapItems)
    assert (len(found), list(found), list(found.keys())) == (2, ["a", 2], ["a", 2])
    assert found[2] == second
    assert found[2] is found[2]
    assert list(found.items()) == [("a", ("a", "A")), (2, second)]
    assert ("a" in found, "b" in found) == (True, False)
    assert found.get("b") is None
    assert repr(found) == "MapItems(['a', 2])"
    with pytest.raises(KeyError, match="b"):
        found["b"]


def test_an_object_without_values_has_no_items() -> None:
    assert items(Description()) is None
