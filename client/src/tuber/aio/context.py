"""Contexts of the asyncio shell: a batch is a task, and its results are awaited.

``tuber`` imports this module, which must not import asyncio before a context is used.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, TypeVar

from tuber.batch.batch import Batch, CallFuture
from tuber.batch.context import BaseContext
from tuber.errors import TuberStateError
from tuber.options import TimeoutLike

if TYPE_CHECKING:
    import asyncio
    import contextvars

Self = TypeVar("Self", bound="Context")


# The running batches. A loop keeps only weak references to tasks, but a batch must end even if the
# program keeps no reference.
_under_way: Final[set[asyncio.Task[Any]]] = set()

# A function that was passed to add_done_callback, and the context to call it in.
_Callback: TypeAlias = "tuple[Callable[[Future], object], contextvars.Context | None]"


class Future(CallFuture):
    """The result of a call that is queued in a Context, to be awaited.

    ``asyncio.isfuture`` accepts it, so ``asyncio.wait``, ``gather``, ``wait_for``, ``shield`` and
    ``as_completed`` accept it without another task or future for each call. Like ``await``, each of
    them sends all queued calls if they were not sent. If a task that waits for this future is
    cancelled, only this call is cancelled; the batch continues for the others.
    """

    __slots__ = ("_callbacks",)

    # asyncio reads these of other classes of futures: the first makes isfuture() true, the second
    # is the message of gather() for a cancelled one.
    _asyncio_future_blocking = False
    _cancel_message = None

    def __init__(self, batch: Batch, place: int | None) -> None:
        self._batch = batch
        self._place = place
        self._callbacks: list[_Callback] | None = None  # None: the task calls nothing yet

    def __await__(self) -> Generator[Any, None, Any]:
        """Return the result of the call; send all queued calls first if they were not sent.

        Raises:
            asyncio.CancelledError: the call or its batch was cancelled.
            TuberError: the call failed, or was skipped because an earlier one failed.
        """
        if not self.done():
            from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

            # Not ``yield self``: the task would take the result, and warnings would not be shown
            # at the line of the caller.
            ended = self.get_loop().create_future()
            self.add_done_callback(lambda _: None if ended.done() else ended.set_result(None))
            try:
                yield from ended
            except CancelledError:
                self.cancel()
                raise
        return self._batch.value(self._place)

    __iter__ = __await__

    def result(self) -> Any:
        """Return the result of a call that has ended.

        Raises:
            TuberStateError: the call has not ended; await the future instead.
            asyncio.CancelledError, TuberError: as for ``await``.
        """
        self._check_done()
        return self._batch.value(self._place)

    def exception(self) -> Exception | None:
        """Return the error of a call that has ended; None if it succeeded.

        Raises:
            TuberStateError: the call has not ended; await the future instead.
            asyncio.CancelledError: the call or its batch was cancelled.
        """
        self._check_done()
        return self._batch.error(self._place)

    def cancel(self, msg: object = None) -> bool:
        """Cancel the call as ``CallFuture.cancel``; ``msg``, which asyncio passes, is ignored."""
        if self.done() or not super().cancel():
            return False
        if self._place is None and self._batch.run is not None:
            self._batch.run.cancel()
        self._call_back()
        return True

    def cancelled(self) -> bool:
        """Return whether the call or its batch was cancelled."""
        if super().cancelled():
            return True
        task = self._batch.run
        return task is not None and task.cancelled()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop in which the batch was sent; if it was not sent, the running one.

        Raises:
            TuberStateError: the batch was not sent, and no loop is running.
        """
        from asyncio import get_running_loop  # noqa: PLC0415  # see the module's docstring

        task: asyncio.Task[Any] | None = self._batch.run
        if task is not None:
            return task.get_loop()
        try:
            return get_running_loop()
        except RuntimeError:
            raise TuberStateError(
                f"no event loop is running that could send {self!r}: await it in a coroutine"
            ) from None

    def add_done_callback(
        self, fn: Callable[[Future], object], *, context: contextvars.Context | None = None
    ) -> None:
        """Let the loop call a function with this future once the call has ended.

        Sends all queued calls first if they were not sent.
        """
        if self.done():
            self._call_soon((fn, context))
            return
        self._batch.begin(self._batch)
        task = self._batch.run
        _check_loop(task, self)
        if self._callbacks is None:
            self._callbacks = []
            task.add_done_callback(self._call_back)
        self._callbacks.append((fn, context))

    def remove_done_callback(self, fn: Callable[[Future], object]) -> int:
        """Remove a callback; return how many times it had been added."""
        before = self._callbacks or []
        if not before:
            return 0
        self._callbacks = [each for each in before if each[0] != fn]
        return len(before) - len(self._callbacks)

    def _call_back(self, _: object = None) -> None:
        callbacks = self._callbacks
        if callbacks:
            self._callbacks = []
            for callback in callbacks:
                self._call_soon(callback)

    def _call_soon(self, callback: _Callback) -> None:
        fn, context = callback
        self.get_loop().call_soon(fn, self, context=context)

    def _check_done(self) -> None:
        if not self.done():
            raise TuberStateError(f"{self!r} has no result yet: await it")

    def _make_cancelled_error(self) -> BaseException:
        """Return the error that gather() raises for a cancelled call."""
        from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

        return CancelledError()


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
        """Send the queued calls and return their results in order.

        The arguments and exceptions are those of ``send`` and ``receive``. Cancelling it cancels
        the batch.
        """
        sent = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        sent.collected = True
        await sent.run
        return sent.results()

    async def receive(self, sent: Future) -> list[Any]:
        """Wait for a batch and return its results in order, None for cancelled calls.

        If the task that waits is cancelled, the batch continues and may be received again.

        Args:
            sent: what ``send`` returned.

        Raises:
            TuberRemoteError: a call failed and ``return_exceptions`` is not set; for the first one.
            TuberError: the request failed.
        """
        from asyncio import wait  # noqa: PLC0415  # see the module's docstring

        batch = sent._batch
        if batch.fault is None:
            task = batch.run
            _check_loop(task, sent)
            await wait([task])
        return batch.results()

    def __enter__(self) -> NoReturn:
        raise TypeError("a context of an asynchronous object is entered with 'async with'")

    def __exit__(self, *_: object) -> None:
        """Never called, but ``with`` looks it up before it calls ``__enter__``."""

    async def __aenter__(self: Self) -> Self:
        self._tuber_enter()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._tuber_drop()
            return
        begun = self._tuber_end()
        if begun:
            from asyncio import gather  # noqa: PLC0415  # see the module's docstring

            # If this is cancelled, it cancels them: no batch outlives its block unnoticed.
            await gather(*(batch.run for batch in begun), return_exceptions=True)
        for batch in begun:
            batch.raise_unseen()

    def _tuber_started(self, batch: Batch) -> None:
        task = batch.run
        _under_way.add(task)
        task.add_done_callback(_ended)

    def _tuber_cancelled_error(self) -> BaseException:
        from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

        return CancelledError()


def _ended(task: asyncio.Task[Any]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()  # so that asyncio does not log it: results raise it


def _check_loop(task: asyncio.Task[Any], waited_for: object) -> None:
    """Raise TuberStateError if a batch was sent in a loop other than the running one."""
    from asyncio import get_running_loop  # noqa: PLC0415  # see the module's docstring

    if not task.done() and task.get_loop() is not get_running_loop():
        raise TuberStateError(
            f"{waited_for!r} was sent in another event loop than this one: wait for it there"
        )
