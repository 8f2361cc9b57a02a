"""Both shells with one interface, so that one test runs with each of them.

The loop of the asyncio shell runs only while the test awaits something, as at an IPython prompt.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import pytest

import tuber

# Far longer than any step takes, so a test that would hang fails instead.
PATIENCE_SECONDS = 20.0


def hurry(remote: Any, seconds: float) -> Any:
    """Set the timeout of a resolved remote object. Resolving it on a busy machine takes longer."""
    remote._tuber_link = remote._tuber_link.varied(timeout=seconds)
    return remote


class BlockingShell:
    """The blocking shell: calls return their results."""

    name = "blocking"

    def finish(self, value: Any) -> Any:
        """Return the result of a call."""
        return value

    def resolve(self, hostname: str, objname: Any = None, **options: Any) -> Any:
        return tuber.resolve_simple(hostname, objname, **options)

    def result(self, future: Any) -> Any:
        """Return the result of a call that was queued in a context."""
        return future.result()

    def send(self, context: Any, **options: Any) -> Any:
        """Send the queued calls of a context in the background."""
        return context.send(**options)

    def wait_for(self, event: threading.Event) -> None:
        """Wait for another thread while the background work continues."""
        assert event.wait(PATIENCE_SECONDS)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for the background work to finish."""
        deadline = monotonic() + PATIENCE_SECONDS
        while not condition():
            assert monotonic() < deadline
            sleep(0.001)

    def close(self, remote: Any) -> None:
        remote.close()

    def resolved(self, hostname: str, objname: Any = "Board", **options: Any) -> Any:
        """Return a `with` block with a resolved object."""
        return self.within(self.resolve(hostname, objname, **options))

    @contextlib.contextmanager
    def within(self, context: Any) -> Iterator[Any]:
        """Return a `with` block for a context, whose end may need the loop."""
        with context as entered:
            yield entered


class AsyncioShell:
    """The asyncio shell: calls are awaited in the test's own loop."""

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

    def send(self, context: Any, **options: Any) -> Any:
        async def sending() -> Any:
            return context.send(**options)

        return self.finish(sending())

    def wait_for(self, event: threading.Event) -> None:
        assert self.finish(asyncio.to_thread(event.wait, PATIENCE_SECONDS))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        async def waiting() -> None:
            while not condition():
                await asyncio.sleep(0.001)

        self.finish(asyncio.wait_for(waiting(), PATIENCE_SECONDS))

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
    """Yield the shell of that name, and close its connections and its loop."""
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
