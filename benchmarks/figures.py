"""The look of every plot in docs/plots: axes with units, names beside their lines, small SVG files.

The same values give the same file, byte by byte, so that a plot changes in the repository only when
its figures did. Must never measure or read anything: it draws what it is given. A plot is

    with drawn(path, title="...", x=Axis("connections", LOG2), y=Axis("calls/s")) as plot:
        plot.line("tuber", [1, 8, 64], [24e3, 56e3, 55e3])
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    EngFormatter,
    FixedLocator,
    Formatter,
    NullLocator,
    StrMethodFormatter,
)

LINEAR, LOG, LOG2 = "linear", "log", "log2"

# Okabe and Ito's colours, which stay apart for colour-blind readers, darkest first; the names that
# come again and again keep theirs from plot to plot, others take what is left in their order.
COLOURS = {"tuber": "#0072b2", "floor": "#707070", "peer": "#d55e00"}
OTHER_COLOURS = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#a08000")
MARKERS = {"tuber": "o", "floor": "s", "peer": "^"}
OTHER_MARKERS = ("D", "v", "P", "X", "*", "h")
NAMES = {"peer": "predecessor"}  # as written beside the line, where that differs

INK, GRID = "#222222", "#d8d8d8"
SIZE_INCHES = (7.0, 4.2)
LABEL_POINTS = 9.5
LABEL_STEP_POINTS = 12.0  # between the names of two lines that end close together
LABEL_GAP_POINTS = 8.0  # from the end of a line to its name

# White behind everything: the same on a dark page. Text as text, in the reader's own font: outlines
# would make a file five times as large. The salt makes the identifiers in the file repeatable.
STYLE: Any = {  # matplotlib's stubs want its few hundred keys as literals
    "svg.fonttype": "none",
    "svg.hashsalt": "tuber",
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.0,
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
}
# matplotlib's version and the date would make the same figures another file.
METADATA = {"Date": None, "Creator": None}


@dataclass(frozen=True)
class Axis:
    """What one axis shows."""

    label: str
    scale: str = LINEAR
    unit: str = ""  # with it ticks read `10 us`, `1 ms` or `80 MB`, from values in s, B, ...
    ticks: tuple[float, ...] = ()  # exactly these
    limits: tuple[float | None, float | None] = (None, None)


class Plot:
    """One pair of axes while it is drawn; made by `drawn`."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self._ends: list[tuple[str, float, float, str]] = []  # text, x, y, colour
        self._colours = iter(OTHER_COLOURS)
        self._markers = iter(OTHER_MARKERS)
        self._chosen: dict[str, tuple[str, str]] = {}

    def look(self, name: str) -> tuple[str, str]:
        """The colour and the marker of that name, the same for each of its lines in this plot."""
        if name not in self._chosen:
            colour = COLOURS.get(name) or next(self._colours)
            self._chosen[name] = (colour, MARKERS.get(name) or next(self._markers))
        return self._chosen[name]

    def line(
        self,
        name: str,
        xs: Sequence[float],
        ys: Sequence[float],
        *,
        spread: Sequence[tuple[float, float]] | None = None,
        marked: bool = True,
        dashed: bool = False,
        label: str | None = None,
    ) -> None:
        """Draws a line with its name at its right end.

        Args:
            name: decides colour and marker.
            xs: where.
            ys: what was measured there.
            spread: the lowest and the highest of the rounds at each place, drawn as a band.
            marked: whether each value gets a marker; not for curves of many points.
            dashed: for a second line of the same name.
            label: the text, when it is not the name.
        """
        colour, marker = self.look(name)
        self.axes.plot(
            xs,
            ys,
            color=colour,
            marker=marker if marked else "",
            linestyle="--" if dashed else "-",
        )
        if spread is not None:
            lows, highs = [low for low, _ in spread], [high for _, high in spread]
            self.axes.fill_between(xs, lows, highs, color=colour, alpha=0.18, linewidth=0)
        self._ends.append((label or NAMES.get(name, name), xs[-1], ys[-1], colour))

    def steps(
        self,
        name: str,
        edges: Sequence[float],
        heights: Sequence[float],
        *,
        label: str | None = None,
        left: bool = False,
    ) -> None:
        """Draws a histogram with its name beside its peak.

        Args:
            name: decides the colour.
            edges: of the bins, one more than there are bins.
            heights: of the bins.
            label: the text, when it is not the name.
            left: the name is to stand left of the peak, when another's peak is close on the right.
        """
        colour, _ = self.look(name)
        self.axes.stairs(heights, edges, color=colour, fill=True, alpha=0.25)
        self.axes.stairs(heights, edges, color=colour, linewidth=1.4)
        peak = max(range(len(heights)), key=heights.__getitem__)
        self.axes.annotate(
            label or NAMES.get(name, name),
            (edges[peak if left else peak + 1], heights[peak]),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            color=colour,
            fontsize=LABEL_POINTS,
            fontweight="bold",
        )

    def reference(self, label: str, y: float) -> None:
        """Draws a thin line across at that height, a limit or a goal, with its name above it."""
        self.axes.axhline(y, color=INK, linewidth=0.9, linestyle=":")
        self.axes.annotate(
            label,
            (0, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=LABEL_POINTS - 1,
        )

    def name_lines(self) -> None:
        """Writes the names beside the ends of the lines, apart from each other."""
        points = 72.0 / self.axes.figure.dpi
        heights = [self.axes.transData.transform((x, y))[1] * points for _, x, y, _ in self._ends]
        for place, height, (text, x, y, colour) in zip(
            apart(heights, LABEL_STEP_POINTS), heights, self._ends, strict=True
        ):
            self.axes.annotate(
                text,
                (x, y),
                xytext=(LABEL_GAP_POINTS, place - height),
                textcoords="offset points",
                va="center",
                color=colour,
                fontsize=LABEL_POINTS,
                fontweight="bold",
                annotation_clip=False,
            )


def apart(places: Sequence[float], step: float) -> list[float]:
    """Places at least `step` from each other, in the order of the given ones and near to them.

    Neighbours that are too close become a group around their common middle.
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    groups: list[list[int]] = []

    def middle(group: list[int]) -> float:
        return sum(places[index] for index in group) / len(group)

    for index in order:
        groups.append([index])
        while len(groups) > 1:
            last, before = groups[-1], groups[-2]
            if middle(last) - middle(before) >= step * (len(last) + len(before)) / 2:
                break
            groups[-2:] = [before + last]
    moved = [0.0] * len(places)
    for group in groups:
        for rank, index in enumerate(group):
            moved[index] = middle(group) + step * (rank - (len(group) - 1) / 2)
    return moved


@contextlib.contextmanager
def drawn(
    path: Path,
    *,
    title: str,
    x: Axis,
    y: Axis,
    size: tuple[float, float] = SIZE_INCHES,
) -> Iterator[Plot]:
    """A plot to draw on, saved as SVG when the block is left without an error."""
    with drawn_beside(path, titles=[title], x=x, y=y, size=size) as (plot,):
        yield plot


@contextlib.contextmanager
def drawn_beside(
    path: Path,
    *,
    titles: Sequence[str],
    x: Axis,
    y: Axis,
    size: tuple[float, float] = SIZE_INCHES,
    same_y: bool = True,
) -> Iterator[list[Plot]]:
    """Several plots in a row with the same axes, saved as one SVG; a title for each."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(1, len(titles), sharey=same_y, squeeze=False)
        plots = [Plot(axes) for axes in grid[0]]
        for plot, title in zip(plots, titles, strict=True):
            plot.axes.set_title(title)
        yield plots
        for number, plot in enumerate(plots):
            _set_axis(plot.axes, "x", x)
            _set_axis(plot.axes, "y", y)
            if number and same_y:
                plot.axes.set_ylabel("")
        figure.draw_without_rendering()  # so that it is known where the lines end
        for plot in plots:
            plot.name_lines()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata=METADATA)
    text = path.read_text(encoding="utf-8")  # it ends lines of path data with spaces
    path.write_text("".join(f"{line.rstrip()}\n" for line in text.splitlines()), encoding="utf-8")


def _set_axis(axes: Axes, which: str, axis: Axis) -> None:
    setting = {"xlabel" if which == "x" else "ylabel": axis.label}
    axes.set(**setting)
    set_scale = axes.set_xscale if which == "x" else axes.set_yscale
    if axis.scale != LINEAR:
        set_scale("log", base=2 if axis.scale == LOG2 else 10)
    (axes.set_xlim if which == "x" else axes.set_ylim)(*axis.limits)
    shown = axes.xaxis if which == "x" else axes.yaxis
    shown.set_major_formatter(_formatter(axis))
    if axis.scale != LINEAR:
        shown.set_minor_locator(NullLocator())  # half of the file, otherwise
    if axis.ticks:
        shown.set_major_locator(FixedLocator(axis.ticks))


def _formatter(axis: Axis) -> Formatter:
    return EngFormatter(axis.unit) if axis.unit else StrMethodFormatter("{x:,.12g}")


def powers(lowest: float, highest: float, factor: float) -> tuple[float, ...]:
    """`lowest`, and its multiples by `factor` again and again, up to `highest`: ticks."""
    places = itertools.accumulate(itertools.repeat(factor), lambda a, b: a * b, initial=lowest)
    return tuple(itertools.takewhile(lambda place: place <= highest * 1.0001, places))
