"""Count instructions, and compare them with the record or update it.

Run it with `nox -s instructions`, which installs this tree's client and server and the pinned
libraries. Counts are compared only with counts that were recorded in the same circumstances. A
different compiler or Python changes them more than most changes of the sources.
"""

import argparse
import json
import os
import platform
import shlex
import sys
import sysconfig
import tempfile
import textwrap
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import publish
from benchmarks.servers import Unavailable, run

from .counting import count_all

RECORDED = Path(__file__).with_name("recorded.json")
TOLERANCE = 0.05  # in both directions; repeated counts differ by less than 0.005
PACKAGES = ("numpy", "orjson", "pybind11")
FEATURES = ("sse4_2", "avx", "avx2")  # libraries choose loops by these; valgrind has no others
BUILT = {
    "--enable-shared": "shared library",
    "--enable-optimizations": "profile-guided",
    "--with-lto": "link-time optimization",
}


def circumstances() -> dict[str, str]:
    """Return everything except the sources that affects the number of instructions."""
    words = Path("/proc/cpuinfo").read_text().split()
    configured = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    built = [way for option, way in BUILT.items() if option in configured]
    name = f"{platform.python_implementation()} {platform.python_version()}"
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    return {
        "processor": " ".join([platform.machine(), *(each for each in FEATURES if each in words)]),
        "libc": " ".join(platform.libc_ver()),
        "compiler": run(*compiler, "--version").splitlines()[0],
        "python": f"{name} ({', '.join([platform.python_compiler(), *built])})",
        "packages": " ".join(f"{name} {version(name)}" for name in PACKAGES),
        "valgrind": run("valgrind", "--version").splitlines()[0],
    }


def verdict(recorded: int | None, counted: int | None) -> str:
    """Compare a count with the record; return an empty string if the record may stay as it is."""
    if recorded is None or counted is None:
        return "was not counted" if counted is None else "new: record it"
    if abs(counted - recorded) <= TOLERANCE * recorded:
        return ""
    return "COSTS MORE" if counted > recorded else "costs less: record it"


def judge(counts: Mapping[str, int], here: Mapping[str, str], entries: list[Any]) -> int:
    """Print the counts next to the recorded ones.

    Returns:
        The exit status: 1 if a count differs from the record.
    """
    entry = next((each for each in entries if each["circumstances"] == here), None)
    recorded = entry["instructions"] if entry else {}
    bad = 0
    for path in dict.fromkeys([*counts, *recorded]):
        old, new = recorded.get(path), counts.get(path)
        said = verdict(old, new) if entry else ""
        change = f"{new / old - 1:+.1%}" if old and new else "-"
        print(f"{path:45} {new or 0:>14,} {old or 0:>14,} {change:>7}  {said}".rstrip())
        bad += bool(said)
    where = ", ".join(here.values())
    if not entry:
        print(f"\nNOTHING WAS COMPARED: no counts are recorded for {where}.")
        print("To compare a change, record without it first: nox -s instructions -- --record")
        return 0
    print(f"\nCompared with the counts of {entry['date']}, recorded for {where}:")
    print(f"{len(counts) - bad} are within {TOLERANCE:.0%}, {bad} are not.")
    if bad:
        print("If the change is intended, record it: nox -s instructions -- --record")
        print(
            "To see where instructions go: -- --keep DIR, then callgrind_annotate on a file there"
        )
    return 1 if bad else 0


def record(counts: Mapping[str, int], here: Mapping[str, str], file: Path) -> dict[str, Any]:
    """Write the counts to the file, and replace earlier counts of the same circumstances."""
    date = datetime.now(timezone.utc).isoformat(timespec="minutes")
    entry = {"circumstances": dict(here), "date": date, "instructions": dict(counts)}
    entries = json.loads(file.read_text()) if file.exists() else []
    others = [each for each in entries if each["circumstances"] != here]
    file.write_text(json.dumps([*others, entry], indent=2) + "\n")
    return entry


def table(entry: Mapping[str, Any]) -> str:
    """Return the table for docs/evidence."""
    lines = [[path, f"{count:,}"] for path, count in entry["instructions"].items()]
    where = ", ".join(entry["circumstances"].values())
    text = publish.table(("path", "instructions"), lines)
    recorded = f"Recorded {entry['date']}; {where}."
    return f"{text}\n\n{textwrap.fill(recorded, 100, break_on_hyphens=False)}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions")
    parser.add_argument("--record", action="store_true", help="write the counts to the record")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep callgrind's files in DIR")
    options = parser.parse_args()
    try:
        here = circumstances()
        scratch = tempfile.TemporaryDirectory()
        with nullcontext(options.keep) if options.keep else scratch as place:
            counts = {name: round(each) for name, each in count_all(Path(place)).items()}
    except Unavailable as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 1
    if options.record:
        publish.replace("instructions table", table(record(counts, here, RECORDED)))
    return judge(counts, here, json.loads(RECORDED.read_text()))


if __name__ == "__main__":
    sys.exit(main())
