"""Measures, prints the table and keeps the figures: `python -m benchmarks [--quick]`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from . import environment, table
from .machine import circumstances
from .rows import ROWS
from .run import FULL, QUICK, measure
from .sides import ServerError

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Runs the benchmarks.

    Returns:
        The exit status: 1 when something could not be measured. A goal that is missed is a result
        like any other.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="less than a minute, less exact, without the slow rows"
    )
    parser.add_argument("--only", metavar="TEXT", default="", help="rows whose name contains this")
    parser.add_argument(
        "--markdown", metavar="FILE", type=Path, help="put the table between the marks in this file"
    )
    options = parser.parse_args()
    # As an exception, so that the servers are ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    rows = [
        row
        for row in ROWS
        if options.only.lower() in row.name.lower() and not (options.quick and row.slow)
    ]
    if not rows:
        parser.error(f"no row's name contains {options.only!r}")
    try:
        results = measure(environment.prepare(), rows, QUICK if options.quick else FULL)
    except (environment.EnvironmentUnavailable, ServerError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    where = circumstances()
    print(table.to_text(results, where))
    RESULTS.mkdir(exist_ok=True)
    stem = where.date.replace(":", "").partition("+")[0]
    (RESULTS / f"{stem}.json").write_text(table.to_json(results, where) + "\n")
    if options.markdown is not None:
        document = options.markdown.read_text()
        markdown = table.to_markdown(results, where)
        options.markdown.write_text(table.replace_table(document, markdown))
    return 1 if any(result.errors for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
