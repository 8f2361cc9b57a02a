"""Format results as text, tables and plots for README.md and docs/evidence, and save them as JSON.

The same results always give the same plot, byte for byte.
"""

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from .servers import FLOOR, HERE, OURS, PEER, ROOT

RESULTS = HERE / "results"
PAGE = ROOT / "docs" / "evidence" / "benchmarks.md"
PLOTS = PAGE.parent / "plots"
NONE = "-"
LOOKS = {OURS: ("#0072b2", "o"), FLOOR: ("#707070", "s"), PEER: ("#d55e00", "^")}
STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "tuber", "axes.grid": True}


def say(text: str, stream: TextIO = sys.stderr) -> None:
    """Print a line and flush it."""
    print(text, file=stream, flush=True)


def number(value: float | None) -> str:
    """Format a number with three digits, or as an integer from 100 up."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """Format a time in seconds, milliseconds or microseconds, depending on its size."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds * 1e6)} us"


def ratio(value: float | None) -> str:
    """Format a ratio with two decimals, or as 1/N if it is small."""
    if value is None:
        return NONE
    return f"{value:.2f}" if value >= 0.1 else f"1/{1 / value:.0f}"


def table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def replace(name: str, text: str) -> None:
    """Replace the text between `<!-- NAME -->` and `<!-- end of NAME -->` in the published pages.

    Raises:
        ValueError: neither README.md nor docs/evidence/benchmarks.md has these markers.
    """
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    for page in (ROOT / "README.md", PAGE):
        before, found, rest = page.read_text().partition(begin)
        _, found_end, after = rest.partition(end)
        if found and found_end:
            page.write_text(f"{before}{begin}{text}{end}{after}")
            return
    raise ValueError(f"no page has a part between {begin!r} and {end!r}")


def keep(name: str, measured: Mapping[str, Any]) -> None:
    """Save the measurements to benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    date = str(measured["circumstances"]).partition(",")[0]
    path = RESULTS / f"{name}-{date}.json"
    path.write_text(json.dumps(measured, indent=1) + "\n")
    say(f"saved to {path}")


@contextlib.contextmanager
def plot(
    name: str, titles: Sequence[str], x: str, y: str, xbase: int = 10, yscale: str = "linear"
) -> Iterator[Any]:
    """Save panels with shared axes, x logarithmic, as docs/evidence/plots/NAME.svg."""
    import matplotlib  # noqa: PLC0415  (only plots need it)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.5 * len(titles), 4.0), layout="constrained")
        panels = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
        yield panels
        for panel, title in zip(panels, titles, strict=True):
            panel.set(title=title, xlabel=x, yscale=yscale)
            panel.set_xscale("log", base=xbase)
        panels[0].set_ylabel(y)
        panels[-1].legend(frameon=False)
        path = PLOTS / f"{name}.svg"
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    lines = path.read_text().splitlines()  # matplotlib ends lines of path data with spaces
    path.write_text("".join(f"{line.rstrip()}\n" for line in lines))


def line(
    panel: Any, side: str, points: Mapping[int, float], label: str, dashed: bool = False
) -> None:
    """Plot a side's values against numbers."""
    colour, marker = LOOKS[side]
    style = "--" if dashed else "-"
    xs, ys = list(points), list(points.values())
    panel.plot(xs, ys, color=colour, marker=marker, linestyle=style, label=label)
