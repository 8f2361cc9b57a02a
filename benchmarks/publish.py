"""Numbers as texts, tables and plots for README.md and docs/evidence, and results as JSON.

The same figures give the same plot, byte for byte.
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
    """Print a line at once."""
    print(text, file=stream, flush=True)


def number(value: float | None) -> str:
    """Three digits, or whole ones from 100 on."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds * 1e6)} us"


def ratio(value: float | None) -> str:
    """Two decimals, or 1/N for small ones."""
    if value is None:
        return NONE
    return f"{value:.2f}" if value >= 0.1 else f"1/{1 / value:.0f}"


def table(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    rows = [headings, ["---"] * len(headings), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def replace(name: str, text: str) -> None:
    """Put the text between `<!-- NAME -->` and `<!-- end of NAME -->` of the page that has them.

    Raises:
        ValueError: neither README.md nor docs/evidence/benchmarks.md has these marks.
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
    """Write what a session measured to benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    date = str(measured["circumstances"]).partition(",")[0]
    path = RESULTS / f"{name}-{date}.json"
    path.write_text(json.dumps(measured, indent=1) + "\n")
    say(f"kept in {path}")


@contextlib.contextmanager
def plot(
    name: str, titles: Sequence[str], x: str, y: str, xbase: int = 10, yscale: str = "linear"
) -> Iterator[Any]:
    """Panels with the same axes, x logarithmic, saved as docs/evidence/plots/NAME.svg."""
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
    """Draw a side's values over numbers."""
    colour, marker = LOOKS[side]
    style = "--" if dashed else "-"
    xs, ys = list(points), list(points.values())
    panel.plot(xs, ys, color=colour, marker=marker, linestyle=style, label=label)
