"""Both shells behind one interface, so that one test runs over each.

The loop of the asyncio shell runs only while something is awaited and stands still in between, as
it does at an IPython prompt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

import tuber


class BlockingShell:
    """Calls have returned their results already."""

    name = "blocking"

    def finish(self, value: Any) -> Any:
        """The result of a call."""
        return value

    def resolve(self, hostname: str, objname: Any = None, **options: Any) -> Any:
        return tuber.resolve_simple(hostname, objname, **options)

    def result(self, future: Any) -> Any:
        """The result of a call queued in a context."""
        return future.result()

    def close(self, remote: Any) -> None:
        remote.close()

    def resolved(self, hostname: str, objname: Any = "Board", **options: Any) -> Any:
        """A `with` block with a resolved object."""
        return self.within(self.resolve(hostname, objname, **options))

    @contextlib.contextmanager
    def within(self, context: Any) -> Iterator[Any]:
        """A `with` block, whose end may need the loop."""
        with context as entered:
            yield entered


class AsyncioShell:
    """Calls are awaited in a loop of the test's own."""

    name = "asyncio"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop

    def finish(self, awaitable: Any) -> Any:
        async def awaited() -> Any:
            return await awaitable

        return self.loop.run_until_complete(awaited())

    def resolve(self, hostname: str, objname: Any = None, **options: Any) -> Any:
        return self.finish(tuber.resolve(hostname, objname, **options))

    def result(self, future: Any) -> Any:
        return self.finish(future)

    def close(self, remote: Any) -> None:
        self.finish(remote.aclose())

    def resolved(self, hostname: str, objname: Any = "Board", **options: Any) -> Any:
        return self.within(self.resolve(hostname, objname, **options))

    @contextlib.contextmanager
    def within(self, context: Any) -> Iterator[Any]:
        entered = self.finish(context.__aenter__())
        try:
            yield entered
        except BaseException as error:
            self.finish(context.__aexit__(type(error), error, error.__traceback__))
            raise
        else:
            self.finish(context.__aexit__(None, None, None))


Shell = BlockingShell | AsyncioShell


@contextlib.contextmanager
def a_shell(name: str) -> Iterator[Shell]:
    """The shell of that name; what it opened is closed with the loop."""
    if name == "blocking":
        yield BlockingShell()
        return
    if name == "uvloop":
        loop = pytest.importorskip("uvloop").new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    try:
        yield AsyncioShell(loop)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
