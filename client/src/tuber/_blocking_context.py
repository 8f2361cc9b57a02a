"""Contexts of the blocking shell: whoever wants a result first sends the batch and waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Generic, TypeVar

from tuber._batch import Batch, CallFuture
from tuber._context import BaseContext
from tuber._session import Conversation
from tuber._timing import TimeoutLike
from tuber.errors import TuberConnectionLost

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
        self._conversation: Conversation[T] | None = conversation
        self._lock = threading.Lock()
        self._done = False
        self._fault: Exception | None = None
        self._value: T

    def done(self) -> bool:
        """Whether it has ended."""
        return self._done

    def result(self) -> T:
        """Run the conversation, or wait for it; raises what it raised, to everyone who asks."""
        with self._lock:
            if not self._done:
                self._end()
        if self._fault is not None:
            raise self._fault
        return self._value

    def begin(self) -> None:
        """Run the conversation in the background.

        The thread is no daemon: a program that ends first finishes what it has sent.
        """
        threading.Thread(target=self._in_background, name="tuber batch").start()

    def _in_background(self) -> None:
        with self._lock:
            if not self._done:
                self._end()

    def _end(self) -> None:
        conversation, self._conversation = self._conversation, None
        assert conversation is not None
        try:
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
            self._done = True


class SimpleFuture(CallFuture):
    """The result of a call that is queued in a SimpleContext."""

    __slots__ = ()

    def result(self) -> Any:
        """What the call returned; sends all queued calls first if they were not sent.

        Raises:
            concurrent.futures.CancelledError: it was cancelled.
            TuberError: the call failed, or was not run because one before it failed.
        """
        if not self.done():
            self._batch.begin(self._batch)
        return self._batch.value(self._place)

    def exception(self) -> Exception | None:
        """What ``result`` raises; None when it returns."""
        try:
            self.result()
        except Exception as error:  # noqa: BLE001  # it is what was asked for
            return error
        return None


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

        Args: see the class; None takes what the context was given.
        """
        batch = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        assert isinstance(batch.running, Once)  # made by our link
        batch.running.begin()
        return batch

    def receive(self, sent: Batch) -> list[Any]:
        """Wait for what ``send`` sent; returns the results in order, None for cancelled calls.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        return sent.results()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self()
        else:
            self._tuber_drop()

    def _tuber_cancelled_error(self) -> BaseException:
        from concurrent.futures import CancelledError  # noqa: PLC0415  # slow to import

        return CancelledError()
