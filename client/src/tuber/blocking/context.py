"""Contexts of the blocking shell. The first thread that needs a result sends the batch."""

from __future__ import annotations

import os
import threading
from _thread import allocate_lock
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

from tuber.batch.batch import Batch, CallFuture
from tuber.batch.context import BaseContext
from tuber.errors import TuberConnectionLost, TuberStateError, TuberTimeout
from tuber.options import TimeoutLike
from tuber.session.session import Conversation

Self = TypeVar("Self", bound="SimpleContext")


class BatchRun:
    """A conversation that runs once, in the first thread that needs it or in the background.

    Thread-safe; other threads wait. ``_under_way`` is held until the conversation has ended, and
    each waiting thread that gets it releases it for the next one. It is a plain lock, because its
    operations complete before a signal handler runs. An Event is Python code, which a
    KeyboardInterrupt may leave locked.

    Args:
        run: drives a conversation to its end.
    """

    def __init__(
        self, run: Callable[[Conversation[Any]], object], conversation: Conversation[Any]
    ) -> None:
        self._run = run
        self._conversation: Conversation[Any] | None = conversation  # None once a thread runs it
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._ended = False
        self._under_way = allocate_lock()
        self._under_way.acquire()
        self._fault: Exception | None = None

    def done(self) -> bool:
        """Return whether the conversation has ended."""
        return self._ended

    def wait(self, seconds: float | None = None) -> bool:
        """Run the conversation, or wait for it; return whether it has ended.

        Args:
            seconds: the maximum time to wait while it runs in the background; None for no limit.
        """
        if self._ended:
            return True
        if seconds is None:
            self._end()
        else:
            self.begin()
        self._check_process()
        try:
            self._under_way.acquire(timeout=-1 if seconds is None else max(seconds, 0))
        finally:
            if self._ended:
                try:  # noqa: SIM105  # a suppress() could be interrupted
                    self._under_way.release()
                except RuntimeError:  # another waiting thread has released it
                    pass
        return self._ended

    def result(self) -> None:
        """Wait for the conversation to end; raise its error, in each caller."""
        self.wait()
        if self._fault is not None:
            raise self._fault

    def begin(self) -> None:
        """Run the conversation in the background if no thread runs it yet.

        The thread is not a daemon, so a program that exits first finishes sending.
        """
        if self._conversation is not None:
            self._process = os.getpid()
            threading.Thread(target=self._end, name="tuber batch").start()

    def _end(self) -> None:
        conversation = None
        try:
            with self._lock:
                conversation, self._conversation = self._conversation, None
            if conversation is None:
                return
            self._process = os.getpid()
            self._run(conversation)
        except Exception as fault:  # noqa: BLE001  # kept, and raised to each caller
            self._fault = fault
        except BaseException:  # a KeyboardInterrupt is for this thread only
            self._fault = TuberConnectionLost(
                "the batch was interrupted while it was sent; its calls may have run",
                may_have_run=True,
            )
            raise
        finally:
            if conversation is not None:
                self._ended = True
                try:  # noqa: SIM105  # as in wait()
                    self._under_way.release()
                except RuntimeError:  # a thread whose wait has just ended has released it
                    pass

    def _check_process(self) -> None:
        """Refuse to wait in a fork for a thread that runs in the parent process."""
        if self._process != os.getpid() and not self._ended:
            raise TuberStateError(
                "the batch was being sent when this process was forked: its results come to the "
                "process that sent it; take them there"
            )


class SimpleFuture(CallFuture):
    """The result of a call that is queued in a SimpleContext.

    It has the methods of ``concurrent.futures.Future`` that return results. It is no subclass,
    because a batch may have ten thousand futures, so ``concurrent.futures.wait`` and
    ``as_completed`` do not accept it. The futures of one batch end together. To overlap batches,
    ``send`` each and ``receive`` them.
    """

    __slots__ = ()

    def result(self, timeout: float | None = None) -> Any:
        """Return the result of the call; send all queued calls first if they were not sent.

        Args:
            timeout: how long to wait here, in seconds. After it the batch continues in the
                background, and a later ``result`` waits for it. The context's ``timeout`` ends it.

        Raises:
            TuberTimeout: the result did not arrive within ``timeout``.
            concurrent.futures.CancelledError: the call was cancelled.
            TuberError: the call failed, or was skipped because an earlier one failed.
        """
        if not self._batch.has_ended():
            self._wait(timeout)
        return self._batch.value(self._place)

    def exception(self, timeout: float | None = None) -> Exception | None:
        """Return the error of the call; None if it succeeded.

        Args:
            timeout: as for ``result``.

        Raises:
            TuberTimeout: the result did not arrive within ``timeout``. The timeout of the batch
                itself is returned.
            concurrent.futures.CancelledError: the call was cancelled.
        """
        self._wait(timeout)
        return self._batch.error(self._place)

    def _wait(self, timeout: float | None) -> None:
        batch = self._batch
        if not self.done():
            batch.begin(batch)
        if not self.done() and not batch.run.wait(timeout):
            raise TuberTimeout(
                f"no result of {batch.called(self._place)} within {timeout} s; its batch continues "
                "in the background, and a later result() waits for it",
                may_have_run=True,
            )


class SimpleContext(BaseContext[SimpleFuture]):
    """A context whose batches are sent while the caller waits.

    >>> with board.tuber_context() as context:
    ...     first = context.adc[0].read(n=1024)
    ...     second = context.adc[1].read(n=1024)
    ...     results = context()
    """

    _tuber_future_class = SimpleFuture

    def __call__(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> list[Any]:
        """Send the queued calls and return their results in order.

        The arguments and exceptions are those of ``send`` and ``receive``.
        """
        return self._tuber_begin(accept_types, convert_json, return_exceptions, timeout).results()

    def receive(self, sent: SimpleFuture) -> list[Any]:
        """Wait for a batch and return its results in order, None for cancelled calls.

        Args:
            sent: what ``send`` returned.

        Raises:
            TuberRemoteError: a call failed and ``return_exceptions`` is not set; for the first one.
            TuberError: the request failed.
        """
        return sent._batch.results()

    def __enter__(self: Self) -> Self:
        self._tuber_enter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._tuber_drop()
            return
        begun = self._tuber_end()
        for batch in begun:
            batch.run.wait()
        for batch in begun:
            batch.raise_unseen()

    def _tuber_run_in_background(self, batch: Batch) -> None:
        batch.run.begin()

    def _tuber_cancelled_error(self) -> BaseException:
        from concurrent.futures import CancelledError  # noqa: PLC0415  # slow to import

        return CancelledError()
