"""Measures, prints the table and keeps the figures: `python -m benchmarks.peers [--quick]`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from .. import marks
from ..machine import circumstances
from . import environments, table
from .catalogue import TOOLS
from .run import FULL, QUICK, measure

RESULTS = Path(__file__).parents[1] / "results"


def main() -> int:
    """Runs the tools.

    Returns:
        The exit status: 1 when something could not be measured.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute, less exact")
    parser.add_argument(
        "--only", metavar="TEXT", default="", help="tools whose name contains this, beside tuber"
    )
    parser.add_argument(
        "--markdown", metavar="FILE", type=Path, help="put the table between the marks in this file"
    )
    options = parser.parse_args()
    # As an exception, so that the servers are ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    wanted = options.only.lower()
    tools = [tool for tool in TOOLS if tool is TOOLS[0] or wanted in tool.name.lower()]
    effort = QUICK if options.quick else FULL
    results = measure(environments.prepare(tools), effort)
    where = circumstances()
    print(table.to_text(results, where))
    RESULTS.mkdir(exist_ok=True)
    stem = where.date.replace(":", "").partition("+")[0]
    written = table.to_json(results, where, effort.rounds, effort.seconds)
    (RESULTS / f"peers-{stem}.json").write_text(written + "\n")
    if options.markdown is not None:
        document = options.markdown.read_text()
        markdown = table.to_markdown(results, where)
        options.markdown.write_text(marks.replaced(document, table.MARK, markdown))
    return 1 if any(result.errors for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
