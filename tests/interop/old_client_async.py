"""Run by the predecessor's Python: its asyncio client against the server named on the line."""

import asyncio
import json
import sys

import tuber


async def main(hostname: str) -> None:
    board = await tuber.resolve(hostname, "Board")
    seen = {
        "static": board.SERIAL,
        "increment": await board.increment([1, 2, 3]),
        "nested": await board.clock.frequency(),
        "container": await board.named["a"].scaled(0.5),
    }
    try:
        await board.fail()
    except tuber.TuberRemoteError as error:
        seen["error"] = str(error).strip().splitlines()[-1]
    async with board.tuber_context() as context:
        context.increment([1])
        context.clock.frequency()
        context.channels[2].scaled()
        seen["batch"] = await context()
    print(json.dumps(seen))


asyncio.run(main(sys.argv[1]))
