"""Run typical uses of a client, with the Python of any client version.

    python story.py HOSTNAME blocking|asyncio MEDIA_TYPE STEPS

Print a JSON map with the result or the error of each step (a comma list). The script imports only
the standard library and `tuber`, and uses only features of the predecessor. Steps are coroutines in
both shells; those of the blocking shell never wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import sys
import warnings

import tuber


def texts(caught):
    """Return the texts of warnings, without the number that makes each of them unique."""
    return [str(each.message).partition(" (")[0] for each in caught]


class Blocking:
    """The blocking client."""

    async def resolve(self, *arguments, **options):
        return tuber.resolve_simple(*arguments, **options)

    async def finish(self, value):
        return value

    async def result(self, future):
        return future.result()

    @contextlib.asynccontextmanager
    async def context(self, remote, **options):
        with remote.tuber_context(**options) as context:
            yield context


class Asyncio:
    """The asyncio client."""

    async def resolve(self, *arguments, **options):
        return await tuber.resolve(*arguments, **options)

    async def finish(self, value):
        return await value

    result = finish

    def context(self, remote, **options):
        return remote.tuber_context(**options)


class Story:
    """The steps. Each returns its result as JSON values."""

    def __init__(self, shell, hostname, media_type):
        self.shell = shell
        self.hostname = hostname
        self.accepted = {"accept_types": [media_type]}

    async def board(self, **options):
        return await self.shell.resolve(self.hostname, "Board", **self.accepted, **options)

    # --- what a description gives

    async def description(self):
        board = await self.board()
        return [board.__doc__, board.increment.__doc__.splitlines()[-1]]

    async def signature(self):
        board = await self.board()
        return "numbers" in str(inspect.signature(board.increment))

    async def properties(self):
        board = await self.board()
        return [board.SERIAL, board.limits]

    async def unknown_attribute(self):
        board = await self.board()
        return hasattr(board, "nosuch")

    async def registry(self):
        registry = await self.shell.resolve(self.hostname, **self.accepted)
        return registry.Board.SERIAL

    async def no_such_object(self):
        return await self.shell.resolve(self.hostname, "NoSuch", **self.accepted)

    # --- calls

    async def positional(self):
        board = await self.board()
        return await self.shell.finish(board.increment([1, 2, 3]))

    async def named(self):
        board = await self.board()
        seen = await self.shell.finish(board.keywords(1, second="y"))
        return [seen.first, seen.second]

    async def nothing(self):
        board = await self.board()
        return await self.shell.finish(board.nothing())

    async def octets(self):
        board = await self.board()
        return list(await self.shell.finish(board.octets()))

    async def big(self):
        board = await self.board()
        return await self.shell.finish(board.big())

    async def one_after_another(self):
        board = await self.board()
        return [(await self.shell.finish(board.increment([n])))[0] for n in range(40)]

    async def failure(self):
        board = await self.board()
        return await self.shell.finish(board.fail())

    async def warning(self):
        board = await self.board()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = await self.shell.finish(board.warn())
        return [value, texts(caught)]

    async def array(self):
        board = await self.board()
        array = await self.shell.finish(board.trace())
        return [str(array.dtype), array.tolist()]

    async def plain_maps(self):
        board = await self.board(convert_json=False)
        return await self.shell.finish(board.keywords(1))

    async def time_out(self):
        board = await self.board(timeout=30)
        return await self.shell.finish(board.increment([1]))

    async def two_time_outs(self):
        board = await self.board(timeout=(10, 30))
        return await self.shell.finish(board.increment([1]))

    # --- objects inside

    async def nested(self):
        board = await self.board()
        return [board.clock.source, await self.shell.finish(board.clock.frequency())]

    async def list_of_objects(self):
        channels = (await self.board()).channels
        values = [await self.shell.finish(channel.scaled()) for channel in channels]
        return [len(channels), values, await self.shell.finish(channels[1].scaled(factor=5.0))]

    async def map_of_objects(self):
        named = (await self.board()).named
        item = await self.shell.finish(named["a"].scaled(0.5))
        return [list(named.keys()), len(named.values()), [key for key, _ in named.items()], item]

    async def is_container(self):
        board = await self.board()
        return [board.channels.tuber_is_container, board.tuber_is_container]

    async def registered_container(self):
        channels = await self.shell.resolve(self.hostname, "Channels", **self.accepted)
        return await self.shell.finish(channels[1].scaled())

    async def call_of_all_items(self):
        board = await self.board()
        return await self.shell.finish(board.channels.tuber_call("scaled", 3.0))

    async def call_of_some_items(self):
        board = await self.board()
        return await self.shell.finish(board.channels.tuber_call("scaled", keys=[2, 0]))

    async def property_of_all_items(self):
        values = (await self.board()).channels.tuber_get("index")
        return await values if inspect.isawaitable(values) else values

    # --- contexts

    async def block(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            futures = [context.increment([n]) for n in range(5)]
        return [await self.shell.result(future) for future in futures]

    async def called_context(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            context.increment([1])
            context.nothing()
            context.keywords(1, second="z")
            first, second, third = await self.shell.finish(context())
        return [first, second, third.second]

    async def result_sends_all(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            first, second = context.increment([1]), context.increment([2])
            return [await self.shell.result(second), await self.shell.result(first)]

    async def send_and_receive(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            context.increment([1])
            sent = context.send()
            context.increment([2])
            later = context.send()
            return [await self.shell.finish(context.receive(each)) for each in (sent, later)]

    async def context_options(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            context.keywords(1)
            return await self.shell.finish(context(convert_json=False))

    async def broadcast(self):
        board = await self.board()
        async with self.shell.context(board, second="all") as context:
            context.keywords(1)
            context.keywords(2, second="own")
            return [each.second for each in await self.shell.finish(context())]

    async def nested_in_context(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            context.clock.frequency()
            context.channels[2].scaled()
            context.named["a"].scaled(factor=3.0)
            return await self.shell.finish(context())

    async def stops_at_a_failure(self):
        board = await self.board()
        before = await self.shell.finish(board.count())
        try:
            async with self.shell.context(board) as context:
                context.count()
                context.fail()
                context.count()
        except tuber.TuberRemoteError as error:
            told = "KeyError" in str(error)
        return [told, await self.shell.finish(board.count()) - before]

    async def goes_on_after_a_failure(self):
        board = await self.board()
        async with self.shell.context(board, return_exceptions=True) as context:
            context.increment([1])
            context.fail()
            context.increment([2])
            seen = await self.shell.finish(context())
        return ["failure" if isinstance(each, tuber.TuberRemoteError) else each for each in seen]

    async def cancelled_call(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            given_up, wanted = context.increment([1]), context.increment([2])
            given_up.cancel()
            return await self.shell.result(wanted)

    async def warning_in_context(self):
        board = await self.board()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            async with self.shell.context(board) as context:
                context.warn()
                values = await self.shell.finish(context())
        return [values, texts(caught)]

    # --- what must be refused

    async def unknown_method(self):
        board = await self.board()
        async with self.shell.context(board) as context:
            context.nosuch()
            return await self.shell.finish(context())

    async def setting_what_is_not_live(self):
        """An old server refuses the method; it does not answer as if it had set the property."""
        board = await self.board()
        async with self.shell.context(board) as context:
            context.tuber_set("SERIAL", "0043")
            return await self.shell.finish(context())

    async def assigning_a_property(self):
        board = await self.board()
        board.SERIAL = "0043"
        return board.SERIAL


async def outcome(step):
    """Return the result of a step or its error; for a failed call, also the class in its text."""
    try:
        return await step()
    except tuber.TuberError as error:
        kind = next(kind for kind in KINDS if isinstance(error, kind))
        named = [name for name in ("AttributeError", "KeyError") if name in str(error)]
        return {"raised": kind.__name__, "named": named}
    except Exception as error:
        return {"raised": type(error).__name__}


KINDS = (tuber.TuberRemoteError, tuber.TuberStateError, tuber.TuberError)


async def main(hostname, shell, media_type, steps):
    story = Story({"blocking": Blocking, "asyncio": Asyncio}[shell](), hostname, media_type)
    seen = {name: await outcome(getattr(story, name)) for name in steps.split(",")}
    print(json.dumps(seen))


def run_without_a_loop(coroutine):
    """Run a coroutine that never waits, without a loop, for the blocking client."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("a step of the blocking shell waited")


if __name__ == "__main__":
    run = {"blocking": run_without_a_loop, "asyncio": asyncio.run}[sys.argv[2]]
    run(main(*sys.argv[1:]))
