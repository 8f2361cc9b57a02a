"""Times synchronous calls of a method that does nothing, with whatever `tuber` is installed.

The value is the median time of a call in microseconds.
"""

from __future__ import annotations

import tuber

from .timing import arguments, time_exchanges


def main() -> None:
    told = arguments()
    instrument = tuber.resolve_simple(told.hostname).instrument

    def exchange() -> None:  # finding the method is a part of a call, as users write it
        instrument.nothing()

    time_exchanges(exchange, told)


main()
