"""Contexts: calls that are queued and sent as one batch; one implementation for both shells.

Queueing, sending at the right moment and handing out results are here; how one waits for a batch
is the shells' business. Nothing here does I/O.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from tuber.batch.batch import Batch, CallFuture
from tuber.batch.queued_path import Queue, Referring
from tuber.errors import TuberStateError
from tuber.objects.remote_object import RemoteObject
from tuber.options import TimeoutLike
from tuber.protocol import Call, CallMap, Path
from tuber.protocol.inside import inside
from tuber.protocol.paths import path_text

Future_ = TypeVar("Future_", bound=CallFuture)


class BaseContext(Referring, Generic[Future_]):
    """Queues calls and sends them as one batch, in order.

    ``context.adc[3].read(n=1024)`` queues a call of an object inside; names and items may follow
    each other at any depth. Arguments are encoded when the batch is sent, so what is changed until
    then is sent changed. ``context.tuber_attribute("send")()`` queues a call of a method whose name
    a context has itself.

    Leaving the block sends what is queued, waits for everything that was sent in it, and raises the
    first error that nobody has seen. Left with an exception, it sends nothing.

    A context is meant for one thread or task, and its futures may be given to others. Should
    several queue calls in it, each call is sent once, in the batch of whoever sends first.

    Args:
        remote: the object that the context is of.
        accept_types, convert_json, return_exceptions, timeout: as for the object, whose values
            hold where None is given. With ``return_exceptions`` failures become items of the list
            of results, and the calls behind a failed one are run.
        broadcast: named arguments that are added to each call of a method. A call that has one of
            them itself is refused with a TypeError: neither of the two values is dropped unseen.
    """

    _tuber_future_class: type[Future_]  # of the shell

    def __init__(
        self,
        remote: RemoteObject,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        **broadcast: Any,
    ) -> None:
        link = remote._tuber_link
        self._tuber_link = link.varied(
            accept_types=accept_types,
            convert_json=convert_json,
            return_exceptions=return_exceptions,
            timeout=timeout,
        )
        self._tuber_path = remote._tuber_path
        self._tuber_remote = remote
        self._tuber_broadcast: Mapping[str, Any] = broadcast
        self._tuber_batch = self._tuber_new_batch()
        self._tuber_lock = allocate_lock()
        self._tuber_begun: list[Batch] | None = None  # in a block: what was sent, in order

    # --- queueing

    def _tuber_where(self) -> Path:
        return self._tuber_path

    def _tuber_queue_of(self) -> Queue:
        return self

    def _tuber_is_container(self, path: Path) -> bool:
        known = inside(self._tuber_remote._tuber_description, self._tuber_path, path)
        return known is not None and known.is_container

    def __repr__(self) -> str:
        where = path_text(self._tuber_path) or "registry"
        return f"<{type(self).__name__} of {where}: {len(self._tuber_batch.calls)} calls queued>"

    def _tuber_queue(self, call: CallMap) -> Future_:
        # Against a thread that sends the batch, or queues, just now. Only ``with`` is sure to let
        # go of it: a KeyboardInterrupt may come between ``acquire()`` and the ``try`` behind it.
        with self._tuber_lock:
            batch = self._tuber_batch
            calls = batch.calls
            calls.append(call)
            return self._tuber_future_class(batch, len(calls) - 1)

    def _tuber_with_arguments(
        self, method: CallMap, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> CallMap:
        if self._tuber_broadcast:
            kwargs = self._tuber_with_broadcast(method, kwargs)
        if args:
            method = {**method, "args": args}
        if kwargs:
            method = {**method, "kwargs": kwargs}
        return method

    def _tuber_with_broadcast(self, method: CallMap, kwargs: Mapping[str, Any]) -> CallMap:
        broadcast = self._tuber_broadcast
        for name in kwargs:
            if name in broadcast:
                raise TypeError(
                    f"{Call(**method)} got {name}={kwargs[name]!r}, and this context gives all "
                    f"calls {name}={broadcast[name]!r}: write it in one of the two places"
                )
        return {**broadcast, **kwargs}

    def _tuber_new_batch(self) -> Batch:
        return Batch(lambda batch: self._tuber_begin(only=batch), self._tuber_cancelled_error)

    def _tuber_cancelled_error(self) -> BaseException:
        """What this shell raises for a call that was cancelled."""
        raise NotImplementedError

    # --- sending

    def _tuber_begin(
        self,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        only: Batch | None = None,
    ) -> Batch:
        """Close the queue and begin to send it; the next call is queued in a new batch.

        Args:
            only: do it only for this batch, when it has not begun yet.
        """
        link = self._tuber_link.varied(
            accept_types=accept_types,
            convert_json=convert_json,
            return_exceptions=return_exceptions,
            timeout=timeout,
        )
        with self._tuber_lock:
            batch = self._tuber_batch if only is None else only
            if batch.running is None and batch.fault is None:
                begun, following = self._tuber_begun, self._tuber_new_batch()
                if begun is not None:
                    # A block may last for days: what ended and was seen is let go.
                    begun = [*(each for each in begun if not each.is_settled()), batch]
                own = self.__dict__
                running = link.start(batch.conversation(link.session))
                # Nothing is called between these, not even __setattr__: Python runs handlers of
                # signals behind calls, and a KeyboardInterrupt must not leave a batch that was
                # begun in the queue's place.
                batch.running = running
                own["_tuber_batch"] = following
                own["_tuber_begun"] = begun
                self._tuber_started(batch)
        return batch

    def _tuber_started(self, batch: Batch) -> None:
        """What a shell does with a batch that was started just now."""

    def _tuber_enter(self) -> None:
        """A block begins: from now on it is known what was sent in it."""
        if self._tuber_begun is None:
            self._tuber_begun = []

    def _tuber_end(self) -> list[Batch]:
        """The block is left: begin to send what is queued; returns the batches to wait for."""
        if self._tuber_batch.calls:
            self._tuber_begin()
        begun, self._tuber_begun = self._tuber_begun, []
        return begun or []

    def _tuber_drop(self) -> None:
        """The block is left with an exception: send nothing; no future waits for ever."""
        with self._tuber_lock:
            batch, self._tuber_batch = self._tuber_batch, self._tuber_new_batch()
            self._tuber_begun = []
            batch.fault = TuberStateError(
                f"the block of {self!r} was left with an exception, so its "
                f"{len(batch.calls)} queued calls were not sent"
            )
