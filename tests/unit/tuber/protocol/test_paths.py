"""Paths of objects inside objects."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.protocol import checked_path, path_of_item, path_of_object, path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (None, ""),
        ("Board", "Board"),
        (["Board", "adc"], "Board.adc"),
        ([["Boards", 3], ["adcs", "a"]], "Boards[3].adcs['a']"),
        ((("Boards", 3, 1), "adc"), "Boards[3][1].adc"),
    ],
)
def test_a_path_is_shown_as_in_python(path: Any, text: str) -> None:
    assert path_text(path) == text


def test_paths_grow_downward() -> None:
    path = path_of_object(None, "Boards")
    assert path == "Boards"
    path = path_of_item(path, 3)
    assert path == [["Boards", 3]]
    path = path_of_object(path, "adcs")
    assert path == [["Boards", 3], "adcs"]
    assert path_of_item(path_of_item(path, "a"), -1) == [["Boards", 3], ["adcs", "a", -1]]


def test_other_values_than_paths_are_refused_with_a_hint() -> None:
    for path in (None, "board", ["board", ["adcs", 0]], ("board",)):
        assert checked_path(path) == path
    with pytest.raises(TypeError, match="'host:8080'"):
        checked_path(8080)
    with pytest.raises(TypeError, match=r"got 1\.5$"):
        checked_path(1.5)
