"""Times asynchronous calls of a method that does nothing, with whatever `tuber` is installed.

The value is the median time of a call in microseconds.
"""

from __future__ import annotations

import asyncio

import tuber

from .timing import arguments, time_awaited


async def main() -> None:
    told = arguments()
    instrument = (await tuber.resolve(told.hostname)).instrument

    async def exchange() -> None:  # finding the method is a part of a call, as users write it
        await instrument.nothing()

    await time_awaited(exchange, told)


asyncio.run(main())
