"""Counts, compares with what was recorded, or records: `python -m benchmarks.instructions`.

It runs with the Python that has client and server of this tree, and the libraries of the versions
of the dependency group: `nox -s instructions`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from benchmarks import machine, marks
from benchmarks.environment import ROOT

from . import record, report
from .circumstances import Circumstances, circumstances
from .counting import count_all
from .stretches import Count, CountError

RECORDED = Path(__file__).parent / "recorded.json"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    """Counts, and compares or records.

    Returns:
        The exit status: 1 when something could not be counted, or when the recorded counts must not
        stay as they are.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument(
        "--record",
        action="store_true",
        help="write the counts to recorded.json and to docs/benchmarks.md",
    )
    parser.add_argument(
        "--keep",
        metavar="DIR",
        type=Path,
        help="keep there what callgrind wrote, for callgrind_annotate",
    )
    options = parser.parse_args()
    try:
        here = circumstances()
        with (
            tempfile.TemporaryDirectory()
            if options.keep is None
            else nullcontext(options.keep) as directory
        ):
            counts = count_all(Path(directory))
    except (CountError, OSError, subprocess.SubprocessError) as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 1
    if options.record:
        write_down(counts, here, RECORDED, DOCUMENT)
        return 0
    return judge(counts, here, RECORDED)


def write_down(
    counts: Mapping[str, Count], here: Circumstances, recorded: Path, document: Path
) -> None:
    """Puts the counts into the file of what is recorded, and into the document's table."""
    entry = record.Entry(here, machine.circumstances().date, record.rounded(counts))
    record.save(recorded, record.load(recorded), entry)
    table = report.to_markdown(entry)
    document.write_text(marks.replaced(document.read_text(), report.TABLE, table))
    print(report.to_text(counts, []))
    print(f"\nRecorded for {here}.")


def judge(counts: Mapping[str, Count], here: Circumstances, recorded: Path) -> int:
    """Tells the counts beside the recorded ones; what the exit status is to be."""
    entry = record.find(record.load(recorded), here)
    if entry is None:
        print(report.to_text(counts, []))
        print(f"\n{report.nothing_compared(here)}")
        return 0
    comparisons = record.compare(entry.instructions, record.rounded(counts))
    print(report.to_text(counts, comparisons))
    print(f"\n{report.summary(comparisons, entry)}")
    return 0 if all(each.verdict.passes for each in comparisons) else 1


if __name__ == "__main__":
    sys.exit(main())
