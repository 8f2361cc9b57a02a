"""The look of the plots: names that do not cover each other, files that change with figures."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.figures import LOG, LOG2, Axis, apart, drawn, drawn_beside, powers

SVG = "{http://www.w3.org/2000/svg}"


def texts(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).iter(f"{SVG}text")]


def draw(path: Path, highest: float = 56e3) -> Path:
    x = Axis("connections", LOG2, ticks=(1, 8, 64))
    with drawn(path, title="Calls", x=x, y=Axis("calls/s", limits=(0, None))) as plot:
        plot.line("tuber", [1, 8, 64], [24e3, highest, 55e3], spread=[(20e3, 25e3)] * 3)
        plot.line("peer", [1, 8, 64], [5e3, 6e3, 6e3])
        plot.line("something else", [1, 8, 64], [5e3, 6e3, 6e3])
    return path


def test_the_same_figures_give_the_same_file_and_others_another(tmp_path: Path) -> None:
    first = draw(tmp_path / "a.svg").read_bytes()
    assert draw(tmp_path / "b.svg").read_bytes() == first
    assert draw(tmp_path / "c.svg", 57e3).read_bytes() != first
    assert b"dc:date" not in first


def test_lines_are_named_where_they_end_and_axes_where_they_stand(tmp_path: Path) -> None:
    found = texts(draw(tmp_path / "a.svg"))
    assert {"tuber", "predecessor", "something else", "connections", "calls/s"} <= set(found)
    assert [text for text in found if text in {"1", "8", "64"}] == ["1", "8", "64"]


def test_an_axis_with_a_unit_says_it_at_its_ticks(tmp_path: Path) -> None:
    x, y = Axis("size", LOG, unit="B"), Axis("time", LOG, unit="s")
    with drawn_beside(tmp_path / "a.svg", titles=["one", "two"], x=x, y=y) as plots:
        for plot in plots:
            plot.line("floor", [8, 8e3, 8e6], [30e-6, 40e-6, 4e-3])
    assert {"1 kB", "100 \N{MICRO SIGN}s", "1 ms", "one", "two"} <= set(texts(tmp_path / "a.svg"))


def test_a_plot_that_was_not_finished_is_not_saved(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        drawn(tmp_path / "a.svg", title="", x=Axis(""), y=Axis("")),
    ):
        raise ZeroDivisionError
    assert not (tmp_path / "a.svg").exists()


@pytest.mark.parametrize(
    ("places", "moved"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([0.0, 30.0], [0.0, 30.0]),
        ([10.0, 10.0], [4.0, 16.0]),
        ([20.0, 10.0], [21.0, 9.0]),
        ([0.0, 10.0, 16.0], [-3.0 - 1 / 3, 8.0 + 2 / 3, 20.0 + 2 / 3]),
        ([0.0, 1.0, 100.0], [-5.5, 6.5, 100.0]),
    ],
)
def test_names_that_are_too_close_move_apart_around_their_middle(
    places: list[float], moved: list[float]
) -> None:
    assert apart(places, 12.0) == pytest.approx(moved)


def test_ticks_at_the_powers_of_a_number() -> None:
    assert powers(1, 64, 4) == (1, 4, 16, 64)
    assert powers(8, 80e6, 1000) == (8, 8e3, 8e6)
