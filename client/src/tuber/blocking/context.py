"""Contexts of the blocking shell: whoever wants a result first sends the batch and waits for it."""

from __future__ import annotations

import os
import threading
from _thread import allocate_lock
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Generic, TypeVar

from tuber.batch.batch import Batch, CallFuture
from tuber.batch.context import BaseContext
from tuber.errors import TuberConnectionLost, TuberStateError, TuberTimeout
from tuber.options import TimeoutLike
from tuber.session.replies import Outcomes
from tuber.session.session import Conversation

T = TypeVar("T")
Self = TypeVar("Self", bound="SimpleContext")


class Once(Generic[T]):
    """A conversation that is run once, by the thread that first asks for its result.

    Thread-safe: others that ask meanwhile wait for it.

    Args:
        run: drives a conversation to its end.
    """

    def __init__(self, run: Callable[[Conversation[T]], T], conversation: Conversation[T]) -> None:
        self._run = run
        self._conversation: Conversation[T] | None = conversation  # None: somebody has taken it
        self._process = os.getpid()
        self._lock = threading.Lock()
        # Held until it has ended. No Event: that is Python code, and a KeyboardInterrupt within it
        # leaves it locked. A call of a lock is done as a whole before a signal's handler runs.
        self._ended = False
        self._under_way = allocate_lock()
        self._under_way.acquire()
        self._fault: Exception | None = None
        self._value: T

    def done(self) -> bool:
        """Whether it has ended."""
        return self._ended

    def wait(self, seconds: float | None = None) -> bool:
        """Run the conversation, or wait for it; returns whether it has ended.

        Args:
            seconds: to wait at most, while it runs in the background; None for no limit.
        """
        if self.done():
            return True
        if seconds is None:
            self._end()
        else:
            self.begin()
        self._check_process()
        try:
            self._under_way.acquire(timeout=-1 if seconds is None else max(seconds, 0))
        finally:
            if self._ended:  # the next one who waits goes on
                try:  # noqa: SIM105  # a suppress() could be interrupted
                    self._under_way.release()
                except RuntimeError:  # another one who waited has released it
                    pass
        return self._ended

    def result(self) -> T:
        """What the conversation returned; waits for it. Raises what it raised, to all who ask."""
        self.wait()
        if self._fault is not None:
            raise self._fault
        return self._value

    def begin(self) -> None:
        """Run the conversation in the background, when nobody runs it yet.

        The thread is no daemon: a program that ends first finishes what it has sent.
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
            self._value = self._run(conversation)
        except Exception as fault:  # noqa: BLE001  # kept, and raised for each who asks
            self._fault = fault
        except BaseException:  # KeyboardInterrupt is for the one who waits; others are told
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
                except RuntimeError:  # one whose wait was over at this moment has released it
                    pass

    def _check_process(self) -> None:
        """After a fork the thread that runs the conversation is in the other process only."""
        if self._process != os.getpid() and not self.done():
            raise TuberStateError(
                "the batch was being sent when this process was forked: its results come to the "
                "process that sent it; take them there"
            )


class SimpleFuture(CallFuture):
    """The result of a call that is queued in a SimpleContext.

    It has the methods of ``concurrent.futures.Future`` by which results are taken, but it is none,
    for a batch may have ten thousand: ``concurrent.futures.wait`` and ``as_completed`` do not take
    it. The futures of one batch end together; of several, send each and receive them in order.
    """

    __slots__ = ()

    def result(self, timeout: float | None = None) -> Any:
        """What the call returned; sends all queued calls first if they were not sent.

        Args:
            timeout: seconds to wait here. When they pass the batch goes on in the background, and a
                later ``result`` waits for it; what ends the batch is the context's ``timeout``.

        Raises:
            TuberTimeout: the result was not there in time.
            concurrent.futures.CancelledError: it was cancelled.
            TuberError: the call failed, or was not run because one before it failed.
        """
        if not self._batch.has_ended():
            self._wait(timeout)
        return self._batch.value(self._place)

    def exception(self, timeout: float | None = None) -> Exception | None:
        """What the call raised; None when it returned.

        Args: as ``result``.

        Raises:
            TuberTimeout: the result was not there in time. That of the batch itself is returned.
            concurrent.futures.CancelledError: it was cancelled.
        """
        self._wait(timeout)
        return self._batch.error(self._place)

    def _wait(self, timeout: float | None) -> None:
        batch = self._batch
        if not self.done():
            batch.begin(batch)
        if not self.done() and not _once(batch).wait(timeout):
            raise TuberTimeout(
                f"no result of {batch.called(self._place)} within {timeout} s; its batch goes on "
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
        """Send what is queued; returns the results in order.

        Args and Raises: as ``send`` and ``receive``.
        """
        return self._tuber_begin(accept_types, convert_json, return_exceptions, timeout).results()

    def send(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> Batch:
        """Send what is queued in the background, without waiting; for ``receive``.

        Arguments are written, and big arrays among them sent from where they are, behind your back:
        change none of them until the batch was received.

        Args: see the class; None takes what the context was given.
        """
        batch = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        _once(batch).begin()
        return batch

    def receive(self, sent: Batch) -> list[Any]:
        """Wait for what ``send`` sent; returns the results in order, None for cancelled calls.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        return sent.results()

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
            _once(batch).wait()
        for batch in begun:
            batch.tell_unseen()

    def _tuber_cancelled_error(self) -> BaseException:
        from concurrent.futures import CancelledError  # noqa: PLC0415  # slow to import

        return CancelledError()


def _once(batch: Batch) -> Once[Outcomes]:
    """What our link made of a batch that was begun."""
    once = batch.running
    assert isinstance(once, Once)
    return once
