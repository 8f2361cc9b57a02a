"""Contexts, which queue calls and send them as one batch; the part that both shells share.

Each shell adds methods to wait for a batch. This module never does I/O.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from tuber.batch.batch import Batch, CallFuture
from tuber.batch.queued_path import QueuedPath
from tuber.errors import TuberStateError
from tuber.objects.remote_object import RemoteObject
from tuber.options import TimeoutLike
from tuber.protocol import Call, CallMap, Description, Path, find_description, path_text

Future_ = TypeVar("Future_", bound=CallFuture)


class BaseContext(QueuedPath, Generic[Future_]):
    """Queues calls and sends them as one batch, in order.

    ``context.adc[3].read(n=1024)`` queues a call of a nested object; names and items may follow
    each other at any depth. Arguments are encoded when the batch is sent, so changes made before
    that are sent too. ``context.tuber_attribute("send")()`` queues a call of a remote method that a
    local method of the same name hides.

    Leaving the block sends the queued calls, waits for all batches sent in the block, and raises
    the first error that was not raised before. If the block raises, nothing is sent.

    Use a context in one thread or task; others may use its futures. If several threads queue calls
    in it, each call is sent once, in the next batch that any of them sends.

    Args:
        remote: the object whose methods and objects the context offers.
        accept_types, convert_json, timeout: as for the object; None uses the object's value.
        return_exceptions: whether failures become items of the list of results and the calls after
            them are run; None uses the object's value.
        broadcast: named arguments that are added to each method call. A call that passes one of
            them itself raises TypeError.
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
        super().__init__(self, remote._tuber_path, None, remote._tuber_description)
        link = remote._tuber_link
        self._tuber_link = link.varied(
            accept_types=accept_types,
            convert_json=convert_json,
            return_exceptions=return_exceptions,
            timeout=timeout,
        )
        self._tuber_remote = remote
        self._tuber_broadcast: Mapping[str, Any] = broadcast
        self._tuber_batch = self._tuber_new_batch()
        self._tuber_lock = allocate_lock()
        self._tuber_begun: list[Batch] | None = None  # in a block: the batches sent, in order

    def __repr__(self) -> str:
        where = path_text(self._tuber_path) or "registry"
        return f"<{type(self).__name__} of {where}: {len(self._tuber_batch.calls)} calls queued>"

    # --- queueing

    def _tuber_find(self, path: Path) -> Description | None:
        known = self._tuber_remote._tuber_description
        return find_description(known, self._tuber_path, path)

    def _tuber_queue(self, call: CallMap) -> Future_:
        # Another thread may queue or send at the same time. Only ``with`` always releases the lock:
        # a KeyboardInterrupt may arrive between ``acquire()`` and the ``try`` after it.
        with self._tuber_lock:
            batch = self._tuber_batch
            calls = batch.calls
            calls.append(call)
            return self._tuber_future_class(batch, len(calls) - 1)

    def _tuber_with_arguments(
        self, method: CallMap, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> CallMap:
        """Return the call of a method with these arguments and the broadcast ones."""
        broadcast = self._tuber_broadcast
        if broadcast:
            for name in kwargs:
                if name in broadcast:
                    raise TypeError(
                        f"{Call(**method)} got {name}={kwargs[name]!r}, and this context gives all "
                        f"calls {name}={broadcast[name]!r}: write it in one of the two places"
                    )
            kwargs = {**broadcast, **kwargs}
        if args:
            method = {**method, "args": args}
        if kwargs:
            method = {**method, "kwargs": kwargs}
        return method

    def _tuber_new_batch(self) -> Batch:
        return Batch(lambda batch: self._tuber_begin(only=batch), self._tuber_cancelled_error)

    def _tuber_cancelled_error(self) -> BaseException:
        """Return this shell's error for a cancelled call."""
        raise NotImplementedError

    # --- sending

    def send(
        self,
        *,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
    ) -> Future_:
        """Send the queued calls in the background.

        Arguments are encoded in the background, and big arrays are not copied. Do not change them
        before ``receive`` has returned the results.

        Args:
            accept_types, convert_json, return_exceptions, timeout: as for the context; None uses
                the context's value.

        Returns:
            The future of the list of results, also for ``receive``.
        """
        batch = self._tuber_begin(accept_types, convert_json, return_exceptions, timeout)
        self._tuber_run_in_background(batch)
        return self._tuber_future_class(batch, None)

    def _tuber_begin(
        self,
        accept_types: Sequence[str] | None = None,
        convert_json: bool | None = None,
        return_exceptions: bool | None = None,
        timeout: TimeoutLike = None,
        only: Batch | None = None,
    ) -> Batch:
        """Start to send the queued calls. The next call is queued in a new batch.

        Args:
            only: the batch to send, if it is still queued; None: the current one.
        """
        link = self._tuber_link.varied(
            accept_types=accept_types,
            convert_json=convert_json,
            return_exceptions=return_exceptions,
            timeout=timeout,
        )
        with self._tuber_lock:
            batch = self._tuber_batch if only is None else only
            if batch.run is None and batch.fault is None:
                begun, following = self._tuber_begun, self._tuber_new_batch()
                if begun is not None:
                    # A block may last for days, so batches without unseen errors are dropped.
                    begun = [*(each for each in begun if not each.is_settled()), batch]
                own = self.__dict__
                run = link.start(batch.conversation(link.session))
                # Nothing may be called between these assignments, not even __setattr__. Python runs
                # signal handlers after calls, and a KeyboardInterrupt must not leave a started
                # batch in place of the queued one.
                batch.run = run
                own["_tuber_batch"] = following
                own["_tuber_begun"] = begun
                self._tuber_started(batch)
        return batch

    def _tuber_started(self, batch: Batch) -> None:
        """Handle the start of a batch."""

    def _tuber_run_in_background(self, batch: Batch) -> None:
        """Run a started batch. Tasks run by themselves."""

    def _tuber_enter(self) -> None:
        """Enter a block: from now on, remember the batches that are sent."""
        if self._tuber_begun is None:
            self._tuber_begun = []

    def _tuber_end(self) -> list[Batch]:
        """Leave the block: send the queued calls and return the batches to wait for."""
        if self._tuber_batch.calls:
            self._tuber_begin()
        begun, self._tuber_begun = self._tuber_begun, []
        return begun or []

    def _tuber_drop(self) -> None:
        """Leave the block with an exception: drop the queued calls, so that no future waits."""
        with self._tuber_lock:
            batch, self._tuber_batch = self._tuber_batch, self._tuber_new_batch()
            self._tuber_begun = []
            batch.fault = TuberStateError(
                f"the block of {self!r} was left with an exception, so its "
                f"{len(batch.calls)} queued calls were not sent"
            )
