"""Measures how speed scales: `python -m benchmarks.scaling [--quick] [--docs]`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import environment
from ..documents import PAGE
from ..environment import Environment
from ..machine import circumstances
from ..marks import replaced
from ..run import Effort
from ..sides import ServerError
from . import busy, connections, cores, growth, tables
from .findings import Findings

RESULTS = Path(__file__).parents[1] / "results"
FULL = Effort(rounds=3, seconds=0.8)
QUICK = Effort(rounds=1, seconds=0.25)
PARTS: dict[str, Callable[[Environment, Effort], Any]] = {
    "connections": connections.measure,
    "cores": cores.measure,
    "busy": busy.measure,
    "growth": growth.measure,
}


def main() -> int:
    """Runs the measurements.

    Returns:
        The exit status: 1 when something of ours could not be measured, or let a client down.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes, less exact")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part; more than once")
    parser.add_argument(
        "--docs", action="store_true", help="write tables and plots of docs/benchmarks.md"
    )
    options = parser.parse_args()
    # As an exception, so that the servers are ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    effort = QUICK if options.quick else FULL
    try:
        ready = environment.prepare()
        found = {name: PARTS[name](ready, effort) for name in options.only or PARTS}
    except (environment.EnvironmentUnavailable, ServerError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    findings = Findings(circumstances(), **found)
    RESULTS.mkdir(exist_ok=True)
    stem = findings.circumstances.date.replace(":", "").partition("+")[0]
    (RESULTS / f"scaling-{stem}.json").write_text(findings.to_json() + "\n")
    for name, text in tables.parts(findings).items():
        print(f"{name}\n\n{text}\n")
    if options.docs:
        write_documents(findings, PAGE)
    for failure in findings.failures():
        print(f"benchmarks: {failure}", file=sys.stderr)
    return 1 if findings.failures() else 0


def write_documents(findings: Findings, page: Path) -> None:
    """Writes the parts that were measured into the page, and their plots beside it."""
    from .pictures import draw  # noqa: PLC0415  (needs matplotlib, nothing else here does)

    document = page.read_text()
    for name, text in tables.parts(findings).items():
        document = replaced(document, name, text)
    page.write_text(document)
    draw(findings, page.parent / "plots")


if __name__ == "__main__":
    sys.exit(main())
