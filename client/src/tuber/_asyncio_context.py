"""Contexts of the asyncio shell: a batch is a task, and whoever wants a result awaits it.

Imported with ``tuber``, so it must not import asyncio before a context is used.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from tuber._batch import Batch, CallFuture
from tuber._context import BaseContext
from tuber._timing import TimeoutLike
from tuber.errors import TuberStateError

if TYPE_CHECKING:
    import asyncio

Self = TypeVar("Self", bound="Context")


class Future(CallFuture):
    """The result of a call that is queued in a Context, to be awaited."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, Any]:
        """What the call returned; sends all queued calls first if they were not sent.

        When the task that waits is cancelled, the batch goes on: others may wait for it too.

        Raises:
            asyncio.CancelledError: the call was cancelled, or its batch was.
            TuberError: the call failed, or was not run because one before it failed.
        """
        batch = self._batch
        if not self.done():
            batch.begin(batch)
            from asyncio import shield  # noqa: PLC0415  # see the module's docstring

            yield from shield(_task(batch)).__await__()
        return batch.value(self._place)

    def result(self) -> Any:
        """What the call returned, when it is there.

        Raises:
            TuberStateError: it is not; await the future instead.
        """
        if not self.done():
            raise TuberStateError(f"the result of {self!r} is not there yet: await it")
        return self._batch.value(self._place)


class Context(BaseContext[Future]):
    """A context whose batches are awaited.

    >>> async with board.tuber_context() as context:
    ...     first = context.adc[0].read(n=1024)
    ...     second = context.adc[1].read(n=1024)
    ...     results = await context()
    """

    _tuber_future_class = Future

    async def __call__(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> list[Any]:
        """Send what is queued; returns the results in order. Cancelling it cancels the batch.

        Args and Raises: as ``send`` and ``receive``.
        """
        sent = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        return await self.receive(sent)

    def send(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> Batch:
        """Send what is queued in a task of its own, without waiting; for ``receive``.

        Args: see the class; None takes what the context was given.
        """
        return self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)

    async def receive(self, sent: Batch) -> list[Any]:
        """Wait for what ``send`` sent; returns the results in order, None for cancelled calls.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        await _task(sent)
        return sent.results()

    async def __aenter__(self: Self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            await self()
        else:
            self._tuber_drop()

    def _tuber_cancelled_error(self) -> BaseException:
        from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

        return CancelledError()


def _task(batch: Batch) -> asyncio.Task[Any]:
    task: Any = batch.running  # made by our link
    return task  # type: ignore[no-any-return]
