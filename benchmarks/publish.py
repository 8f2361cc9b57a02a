"""Makes the tables and plots of docs/evidence from what a session measured, and keeps it as JSON.

    python -m benchmarks.publish FILE    writes both again from a file of benchmarks/results

The same measurement gives the same plot, byte for byte.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .servers import FLOOR, HERE, OURS, PEER, ROOT

RESULTS = HERE / "results"
PAGE = ROOT / "docs" / "evidence" / "benchmarks.md"
README = ROOT / "README.md"
PLOTS = PAGE.parent / "plots"
NONE = "-"
COLOURS = {OURS: "#0072b2", FLOOR: "#707070", PEER: "#d55e00"}  # Okabe and Ito's
MARKERS = {OURS: "o", FLOOR: "s", PEER: "^"}
STYLE = {
    "svg.fonttype": "none",  # text as text
    "svg.hashsalt": "tuber",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#d8d8d8",
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
}


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


def replace(document: Path, name: str, text: str) -> None:
    """Put the text between `<!-- NAME -->` and `<!-- end of NAME -->` of a document.

    Raises:
        ValueError: the document lacks these marks.
    """
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    replaced, count = pattern.subn(lambda _: f"{begin}\n{text}\n{end}", document.read_text())
    if not count:
        raise ValueError(f"{document} has no part between {begin!r} and {end!r}")
    document.write_text(replaced)


def keep(name: str, measured: Mapping[str, Any]) -> Path:
    """Write what a session measured to benchmarks/results."""
    RESULTS.mkdir(exist_ok=True)
    date = str(measured["circumstances"]).partition(",")[0]
    path = RESULTS / f"{name}-{date}.json"
    path.write_text(json.dumps({"module": name, **measured}, indent=1) + "\n")
    print(f"kept in {path}", file=sys.stderr)
    return path


def show(tables: Mapping[str, str]) -> None:
    """Print tables for people."""
    for name, text in tables.items():
        print(f"\n{name}\n{text}")


@contextlib.contextmanager
def plot(name: str, titles: Sequence[str], x: str, y: str, **scales: Any) -> Iterator[Any]:
    """Panels next to each other with the same y axis, saved as docs/evidence/plots/NAME.svg.

    Args:
        name: of the file.
        titles: one for each panel.
        x, y: what the axes show, with units.
        scales: `xscale` and `yscale`, as matplotlib names them; `xbase`.
    """
    import matplotlib  # noqa: PLC0415  (only plots need it)
    from matplotlib.figure import Figure  # noqa: PLC0415

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.5 * len(titles), 4.0), layout="constrained")
        panels = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
        yield panels
        for panel, title in zip(panels, titles, strict=True):
            panel.set(title=title, xlabel=x)
            if "xscale" in scales:
                panel.set_xscale(scales["xscale"], base=scales.get("xbase", 10))
            panel.set_yscale(scales.get("yscale", "linear"))
            if scales.get("yscale", "linear") == "linear":
                panel.set_ylim(bottom=0)
        panels[0].set_ylabel(y)
        panels[-1].legend(frameon=False)
        PLOTS.mkdir(parents=True, exist_ok=True)
        path = PLOTS / f"{name}.svg"
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    lines = path.read_text().splitlines()  # matplotlib ends lines of path data with spaces
    path.write_text("".join(f"{line.rstrip()}\n" for line in lines))


def line(panel: Any, side: str, points: Mapping[int, float], label: str, dashed: bool) -> None:
    """Draw a side's values over numbers."""
    style = {"color": COLOURS[side], "marker": MARKERS[side], "linestyle": "--" if dashed else "-"}
    panel.plot(list(points), list(points.values()), label=label, **style)


def main() -> None:
    measured = json.loads(Path(sys.argv[1]).read_text())
    importlib.import_module(f"benchmarks.{measured['module']}").publish_all(measured)


if __name__ == "__main__":
    main()
