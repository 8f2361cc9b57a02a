"""Run a benchmark, save its results as JSON, and print or publish its tables.

python -m benchmarks compare|peers|scaling [--quick] [--only TEXT] [--docs]
python -m benchmarks compare|peers|scaling --again FILE [--docs]
"""

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from . import compare, peers, publish, scaling, servers

SESSIONS: dict[str, Any] = {"compare": compare, "peers": peers, "scaling": scaling}


def main() -> int:
    """Run the benchmark that the command line names.

    Returns:
        The exit status: 1 if a measurement of tuber failed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("session", choices=SESSIONS)
    parser.add_argument("--quick", action="store_true", help="a short, less precise run")
    parser.add_argument("--only", metavar="TEXT", default="", help="run only names with TEXT")
    parser.add_argument("--docs", action="store_true", help="write the published tables and plots")
    parser.add_argument("--again", metavar="FILE", type=Path, help="show an earlier result file")
    options = parser.parse_args()
    session = SESSIONS[options.session]
    # Turn SIGTERM into an exception, so that context managers stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.again:
        measured = json.loads(options.again.read_text())
    else:
        found = session.measure(options.only, options.quick)
        measured = {"circumstances": servers.circumstances(), **found}
        publish.keep(options.session, measured)
    tables = session.tables(measured)
    for name, text in tables.items():
        publish.say(f"\n{name}\n{text}\nMeasured {measured['circumstances']}.", sys.stdout)
    if options.docs:
        for name, text in tables.items():
            publish.replace(name, f"{text}\n\nMeasured {measured['circumstances']}.")
        if session is scaling:
            scaling.draw(measured)
    lines = [line for text in tables.values() for line in text.splitlines()]
    return 1 if any("error" in line and servers.OURS in line for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
