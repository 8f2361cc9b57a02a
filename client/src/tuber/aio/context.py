"""Contexts of the asyncio shell: a batch is a task, and whoever wants a result awaits it.

Imported with ``tuber``, so it must not import asyncio before a context is used.
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


# Those that run: a loop keeps weak references only, and a batch must not vanish because whoever
# sent it does not look at it any more.
_under_way: Final[set[asyncio.Task[Any]]] = set()

# A function that add_done_callback was given, and the context to call it in.
_Callback: TypeAlias = "tuple[Callable[[Future], object], contextvars.Context | None]"


class Future(CallFuture):
    """The result of a call that is queued in a Context, to be awaited.

    ``asyncio.isfuture`` calls it future-like, so ``asyncio.wait``, ``gather``, ``wait_for``,
    ``shield`` and ``as_completed`` take it as it is, with no task or future more for each call.
    Like awaiting it, each of them sends all queued calls if they were not sent; and when a task
    that waits for it is cancelled, so is this one call: the batch goes on for the others.
    """

    __slots__ = ("_callbacks",)

    # What asyncio reads of futures that are not its own: the first makes isfuture() true, the
    # second is what gather() tells of a cancelled one.
    _asyncio_future_blocking = False
    _cancel_message = None

    def __init__(self, batch: Batch, place: int) -> None:
        self._batch = batch
        self._place = place
        self._callbacks: list[_Callback] | None = None  # None: never asked to tell

    def __await__(self) -> Generator[Any, None, Any]:
        """What the call returned; sends all queued calls first if they were not sent.

        Raises:
            asyncio.CancelledError: the call was cancelled, or its batch was.
            TuberError: the call failed, or was not run because one before it failed.
        """
        if not self.done():
            from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

            # Not ``yield self``: the task would take the result itself, and show warnings from
            # where nobody wrote anything.
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
        """What the call returned, when it is there.

        Raises:
            TuberStateError: it is not; await the future instead.
        """
        self._check_done()
        return self._batch.value(self._place)

    def exception(self) -> Exception | None:
        """What the call raised, when it is there; None when it returned.

        Raises:
            TuberStateError: it is not there yet; await the future instead.
            asyncio.CancelledError: the call was cancelled, or its batch was.
        """
        self._check_done()
        return self._batch.error(self._place)

    def cancel(self, msg: object = None) -> bool:
        """Give the call up, as CallFuture does; ``msg`` is there because asyncio gives one."""
        if self.done() or not super().cancel():
            return False
        self._tell()
        return True

    def cancelled(self) -> bool:
        """Whether the call was given up, or its batch was cancelled."""
        if super().cancelled():
            return True
        task = _task(self._batch)
        return task is not None and task.cancelled()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop in which the batch was sent, or else would be.

        Raises:
            TuberStateError: it was not sent, and no loop is running.
        """
        from asyncio import get_running_loop  # noqa: PLC0415  # see the module's docstring

        task = _task(self._batch)
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
        """Have a function called by the loop, with this future, when the result is there.

        Sends all queued calls first if they were not sent.
        """
        if self.done():
            self._call_soon((fn, context))
            return
        self._batch.begin(self._batch)
        task = _running(self._batch)
        _check_loop(task, self)
        if self._callbacks is None:
            self._callbacks = []
            task.add_done_callback(self._tell)
        self._callbacks.append((fn, context))

    def remove_done_callback(self, fn: Callable[[Future], object]) -> int:
        """Have a function not called; returns how many times it would have been."""
        before = self._callbacks or []
        if not before:
            return 0
        self._callbacks = [each for each in before if each[0] != fn]
        return len(before) - len(self._callbacks)

    def _tell(self, _: object = None) -> None:
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
            raise TuberStateError(f"the result of {self!r} is not there yet: await it")

    def _make_cancelled_error(self) -> BaseException:
        """What gather() raises for a cancelled one."""
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
        """Send what is queued; returns the results in order. Cancelling it cancels the batch.

        Args and Raises: as ``send`` and ``receive``.
        """
        sent = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        sent.collected = True
        await _running(sent)
        return sent.results()

    def send(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> Batch:
        """Send what is queued in a task of its own, without waiting; for ``receive``.

        Arguments are written, and big arrays among them sent from where they are, behind your back:
        change none of them until the batch was received.

        Args: see the class; None takes what the context was given.
        """
        return self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)

    async def receive(self, sent: Batch) -> list[Any]:
        """Wait for what ``send`` sent; returns the results in order, None for cancelled calls.

        When the task that waits is cancelled the batch goes on, and may be received once more.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        from asyncio import wait  # noqa: PLC0415  # see the module's docstring

        if sent.fault is None:
            task = _running(sent)
            _check_loop(task, sent)
            await wait([task])
        return sent.results()

    def __enter__(self) -> NoReturn:
        raise TypeError("a context of an asynchronous object is entered with 'async with'")

    def __exit__(self, *_: object) -> None:
        """Never called: Python asks for both before it calls the other one."""

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

            # Cancelled meanwhile, it cancels them: nothing that a block began outlives it unseen.
            await gather(*map(_running, begun), return_exceptions=True)
        for batch in begun:
            batch.tell_unseen()

    def _tuber_started(self, batch: Batch) -> None:
        task = _running(batch)
        _under_way.add(task)
        task.add_done_callback(_ended)

    def _tuber_cancelled_error(self) -> BaseException:
        from asyncio import CancelledError  # noqa: PLC0415  # see the module's docstring

        return CancelledError()


def _task(batch: Batch) -> asyncio.Task[Any] | None:
    task: Any = batch.running  # made by our link
    return task  # type: ignore[no-any-return]


def _running(batch: Batch) -> asyncio.Task[Any]:
    """The task of a batch that was begun."""
    task = _task(batch)
    assert task is not None
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()  # it is raised to who asks for a result: asyncio is not to log it too


def _check_loop(task: asyncio.Task[Any], waited_for: object) -> None:
    """Raise TuberStateError when a batch is waited for in another loop than it was sent in."""
    from asyncio import get_running_loop  # noqa: PLC0415  # see the module's docstring

    if not task.done() and task.get_loop() is not get_running_loop():
        raise TuberStateError(
            f"{waited_for!r} was sent in another event loop than this one: wait for it there"
        )
