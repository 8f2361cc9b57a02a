"""Measures, prints the table and keeps the figures: `python -m benchmarks [--quick] [--docs]`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from . import documents, environment, results, table
from .machine import circumstances
from .rows import ROWS, Row
from .run import FULL, QUICK, measure, plan
from .series import SERIES
from .sides import ServerError

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Runs the benchmarks.

    Returns:
        The exit status: 1 when a row could not be measured. A goal that is missed is a result like
        any other.
    """
    options = _options()
    # As an exception, so that the servers are ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        found = (
            results.from_json(options.results.read_text())
            if options.results is not None
            else _measured(options)
        )
    except (environment.EnvironmentUnavailable, ServerError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    print(table.to_text(found))
    if options.docs:
        from .plots import PLOTS, draw_all  # noqa: PLC0415  (needs matplotlib, nothing else does)

        documents.write_documents(found)
        draw_all(found, PLOTS)
    return 1 if any(row.found.errors for row in found.rows()) else 0


def _measured(options: argparse.Namespace) -> results.Results:
    """Measures, and keeps what was found as JSON."""
    effort = QUICK if options.quick else FULL
    whole = not options.quick and not options.only
    tasks = plan(_rows(options.only, options.quick), SERIES if whole else (), effort)
    ready = environment.prepare()
    where = circumstances()
    measure(ready, tasks, effort)
    found = results.collect(tasks, where)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{where.date.replace(':', '').partition('+')[0]}.json"
    path.write_text(results.to_json(found) + "\n")
    print(f"kept in {path}", file=sys.stderr)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="under two minutes, less exact, without the slow rows"
    )
    parser.add_argument("--only", metavar="TEXT", default="", help="rows whose name contains this")
    parser.add_argument(
        "--docs", action="store_true", help="write the tables and plots of README.md and docs/"
    )
    parser.add_argument(
        "--results", metavar="FILE", type=Path, help="show this earlier run instead of a new one"
    )
    options = parser.parse_args()
    if options.docs and (options.quick or options.only):
        parser.error("--docs shows a whole run: neither --quick nor --only")
    if not _rows(options.only, options.quick):
        parser.error(f"no row's name contains {options.only!r}")
    return options


def _rows(only: str, quick: bool) -> list[Row]:
    return [row for row in ROWS if only.lower() in row.name.lower() and not (quick and row.slow)]


if __name__ == "__main__":
    sys.exit(main())
