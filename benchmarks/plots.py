"""Draws docs/plots from the JSON of a run: `python -m benchmarks.plots RESULT.json`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from .environment import ROOT
from .figures import LOG, LOG2, NAMES, Axis, Plot, drawn, drawn_beside, powers
from .measurements import Measurement
from .placement import Placement
from .results import Found, Results, from_json
from .rows import NOTHING_RATE_8, RAW_SOCKET, SYNC_CALL
from .sample import lower_edge
from .series import ARGUMENTS, CONNECTIONS, CONNECTIONS_ANYWHERE, RESULTS, Series
from .sides import Side

PLOTS = ROOT / "docs" / "plots"
SHOWN_SHARE = 0.999  # of the calls of a histogram; single late ones would widen it by decades
WIDE = (9.0, 4.0)
ITEM_BYTES = 8  # of float64


def draw_all(results: Results, directory: Path) -> list[Path]:
    """Draws every plot for which something was measured.

    Returns:
        The files.
    """
    plots: dict[str, tuple[Callable[[Results, Path], None], Sequence[str]]] = {
        "latency.svg": (draw_latency, [SYNC_CALL.key, RAW_SOCKET.key]),
        "percentiles.svg": (draw_percentiles, [NOTHING_RATE_8.key]),
        "connections.svg": (draw_connections, [*_keys(CONNECTIONS), *_keys(CONNECTIONS_ANYWHERE)]),
        "arrays.svg": (draw_arrays, [*_keys(RESULTS), *_keys(ARGUMENTS)]),
    }
    files = []
    for name, (draw, needed) in plots.items():
        if all(key in results.found for key in needed):
            draw(results, directory / name)
            files.append(directory / name)
    return files


def _keys(series: Series) -> list[str]:
    return [series.measurement(number).key for number in series.numbers]


def draw_latency(results: Results, path: Path) -> None:
    """How single calls are distributed: the server alone, and with each one's own client."""
    parts: list[tuple[str, Measurement]] = [
        ("Server alone: a raw socket asks", RAW_SOCKET),
        ("Each with its own client, synchronous", SYNC_CALL),
    ]
    x = Axis("time of a call that does nothing", LOG, unit="s")
    y = Axis("share of the calls, % (bins 6 % wide)", limits=(0, None))
    with drawn_beside(path, titles=[title for title, _ in parts], x=x, y=y, size=WIDE) as plots:
        for plot, (_, measurement) in zip(plots, parts, strict=True):
            plot.axes.margins(x=0.15)  # room for the names
            found = results.of(measurement)
            for side in found.samples:
                edges, shares = shares_of(found, side)
                plot.steps(side.value, edges, shares, left=side is Side.FLOOR)


def shares_of(found: Found, side: Side) -> tuple[list[float], list[float]]:
    """The histogram of all rounds together.

    Returns:
        The edges of its bins in s, and the percentages of the calls in them.
    """
    counts: dict[int, int] = {}
    for sample in found.samples[side]:
        for number, count in sample.histogram.items():
            counts[number] = counts.get(number, 0) + count
    calls = sum(counts.values())
    passed, last = 0, min(counts)
    for number in sorted(counts):
        passed, last = passed + counts[number], number
        if passed >= SHOWN_SHARE * calls:
            break
    bins = range(min(counts), last + 1)
    edges = [lower_edge(number) / 1e6 for number in (*bins, last + 1)]
    return edges, [100 * counts.get(number, 0) / calls for number in bins]


def draw_percentiles(results: Results, path: Path) -> None:
    """How long how many of the requests of ApacheBench took, over 8 connections."""
    title = f"ab -k -c 8, {NOTHING_RATE_8.placement.value}"
    x = Axis("share of the requests in %", ticks=(0, 25, 50, 75, 90, 99), limits=(0, 99))
    y = Axis("answered within", LOG, unit="s")
    found = results.of(NOTHING_RATE_8)
    with drawn(path, title=title, x=x, y=y) as plot:
        for side in found.samples:
            times = [time / 1e6 for time in percentiles_of(found, side)]
            plot.line(side.value, range(len(times)), times, marked=False)


def percentiles_of(found: Found, side: Side) -> list[float]:
    """Each percentile's median over the rounds, from the 0th to the 99th, in us."""
    rounds = [sample.percentiles[:100] for sample in found.samples[side]]
    return [sorted(values)[len(values) // 2] for values in zip(*rounds, strict=True)]


def draw_connections(results: Results, path: Path) -> None:
    """How many calls a second how many connections get together."""
    parts = [(Placement.ONE_CORE, CONNECTIONS), (Placement.ANYWHERE, CONNECTIONS_ANYWHERE)]
    titles = [f"{placement.value}".capitalize() for placement, _ in parts]
    x = Axis("connections of ab -k -c N", LOG2, ticks=tuple(CONNECTIONS.numbers))
    y = Axis("calls/s that do nothing", limits=(0, None))
    with drawn_beside(path, titles=titles, x=x, y=y, size=WIDE) as plots:
        for plot, (_, series) in zip(plots, parts, strict=True):
            for side in series.sides:
                _series_line(plot, results, series, side, 1, 1)


def draw_arrays(results: Results, path: Path) -> None:
    """How long a call takes whose result, or whose argument, is an array of that size."""
    parts = [
        ("From the method to the client", RESULTS),
        ("From the client to the method", ARGUMENTS),
    ]
    x = Axis("size of the float64 array", LOG, unit="B", ticks=powers(10, 1e7, 100))
    y = Axis("time of a synchronous call", LOG, unit="s")
    with drawn_beside(path, titles=[title for title, _ in parts], x=x, y=y, size=WIDE) as plots:
        for plot, (_, series) in zip(plots, parts, strict=True):
            for side in series.sides:
                _series_line(plot, results, series, side, ITEM_BYTES, 1e-6)


def _series_line(
    plot: Plot, results: Results, series: Series, side: Side, x_unit: float, y_unit: float
) -> None:
    """A side's line in a series, as far as nothing failed; its name tells when that is not far."""
    xs, ys, spread, label = [], [], [], None
    for number in series.numbers:
        found = results.of(series.measurement(number))
        value = found.middle(side, "value")
        if value is None:
            label = f"{NAMES.get(side.value, side.value)}\nfails from {number} on"
            break
        rounds = [sample.value * y_unit for sample in found.samples[side]]
        xs.append(number * x_unit)
        ys.append(value * y_unit)
        spread.append((min(rounds), max(rounds)))
    if xs:
        plot.line(side.value, xs, ys, spread=spread, label=label)


def main() -> None:
    """Draws what is in a JSON file of `python -m benchmarks`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plots", description=__doc__)
    parser.add_argument("results", type=Path, metavar="RESULT.json")
    parser.add_argument("--into", type=Path, default=PLOTS, metavar="DIRECTORY")
    options = parser.parse_args()
    for path in draw_all(from_json(options.results.read_text()), options.into):
        print(path)


if __name__ == "__main__":
    main()
