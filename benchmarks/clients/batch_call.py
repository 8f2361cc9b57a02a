"""Times batches of 10,000 calls, with whatever `tuber` is installed.

The value is the median time of a batch, from the first queued call to the last result, in
milliseconds. At least three batches are sent, however long they take.
"""

from __future__ import annotations

import sys

import tuber

from .timing import arguments, time_exchanges

CALLS = 10_000


def main() -> None:
    told = arguments()
    instrument = tuber.resolve_simple(told.hostname).instrument

    def exchange() -> None:
        with instrument.tuber_context() as context:
            for _ in range(CALLS):
                context.nothing()
            results = context()
        if len(results) != CALLS:
            sys.exit(f"{len(results)} results of {CALLS} calls")

    time_exchanges(exchange, told, calls_each=CALLS, fewest=3, unit=1e-3)


main()
