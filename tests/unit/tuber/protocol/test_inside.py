"""Finding a description further inside by its path."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.protocol import Description
from tuber.protocol.inside import inside

LEAF, OTHER = Description(type="Leaf"), Description(type="Other")
BOARD = Description(
    objects={
        "adc": Description(objects={"fan": LEAF}),
        "shared": Description(keys=3, values=LEAF),
        "listed": Description(values=(LEAF, OTHER)),
        "named": Description(keys=("a", 2), values=(LEAF, Description(values=(OTHER,)))),
    }
)


@pytest.mark.parametrize(
    ("steps", "type_name"),
    [
        (["adc", "fan"], "Leaf"),
        ([["shared", 2]], "Leaf"),
        ([["listed", 1]], "Other"),
        ([["listed", -1]], "Other"),
        ([["named", "a"]], "Leaf"),
        ([["named", 2, 0]], "Other"),
    ],
)
def test_it_is_found(steps: list[Any], type_name: str) -> None:
    for at in ("Board", ["Crate", ["Boards", 1]]):
        path = ["Board", *steps] if at == "Board" else [*at, *steps]
        found = inside(BOARD, at, path)
        assert found is not None
        assert found.type == type_name
    registry = Description(objects={"Board": BOARD})
    assert inside(registry, None, ["Board", *steps]) == inside(BOARD, "Board", ["Board", *steps])


@pytest.mark.parametrize(
    "steps",
    [
        ["read"],
        ["adc", "fan", "x"],
        [["adc", 0]],
        [["listed", 7]],
        [["listed", "a"]],
        [["named", 3]],
    ],
)
def test_what_is_not_known_is_no_fault(steps: list[Any]) -> None:
    assert inside(BOARD, "Board", ["Board", *steps]) is None
    assert inside(None, "Board", ["Board", *steps]) is None


def test_the_object_itself_is_inside() -> None:
    assert inside(BOARD, "Board", "Board") is BOARD
    item = ["Crate", ["Boards", 1]]
    assert inside(BOARD, item, item) is BOARD
