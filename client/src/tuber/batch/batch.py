"""A batch: the calls of one request, their outcomes, and the futures of its calls.

It holds values and one conversation. It never does I/O or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tuber.errors import TuberStateError
from tuber.protocol import Call, CallMap, Result
from tuber.session.replies import Outcomes, outcomes_of
from tuber.session.session import Conversation, Session


class Batch:
    """The calls of one request and their outcomes.

    A batch is queued, then sent (``run`` is set), and then ended (``run.done()``). A queued batch
    may also be dropped (``fault`` is set). Calls are added only while it is queued. A place is the
    index of a call.

    Args:
        begin: sends a queued batch.
        cancelled_error: creates the error of a cancelled call.

    Attributes:
        calls: the calls as maps, in the order in which they were queued.
        cancelled: the places of cancelled calls.
        dropped: whether the batch was cancelled as a whole.
        run: the conversation with the server, running or ended: the BatchRun or task that
            ``Link.start`` returned. None before the batch is sent.
        fault: the reason why the batch will never be sent; None otherwise.
        collected: whether all results were returned, or the error of the request was raised.
    """

    def __init__(
        self, begin: Callable[[Batch], object], cancelled_error: Callable[[], BaseException]
    ) -> None:
        self.begin = begin
        self._cancelled_error = cancelled_error
        self.calls: list[CallMap] = []
        self.cancelled: set[int] = set()
        self.dropped = False
        self.run: Any = None
        self.fault: TuberStateError | None = None
        self.collected = False
        self._session: Session | None = None  # set when the conversation begins
        self._outcomes: Outcomes | None = None  # set when it has ended without an error
        self._errors: dict[int, Exception] = {}  # those that ``value`` raised, by place

    def conversation(self, session: Session) -> Conversation[None]:
        """Send the calls that are not cancelled, and store the outcomes of all calls.

        Raises:
            TuberStateError: the conversation has already been started.
        """
        if self._session is not None:
            raise TuberStateError(
                "this batch was interrupted while it was started; its calls may have run"
            )
        self._session = session
        left_out = frozenset(self.cancelled)
        calls: Sequence[CallMap] = self.calls
        if left_out:
            calls = [call for place, call in enumerate(calls) if place not in left_out]
        outcomes = outcomes_of(())
        if calls:
            called = f"a batch of {len(calls)} calls"
            options = session.options
            outcomes = yield from session.batch(calls, called, options.return_exceptions)
            if options.convert_json:
                outcomes = outcomes.converted()
        self._outcomes = outcomes.with_unsent(dict.fromkeys(left_out, Result(None)))

    def called(self, place: int | None) -> Call | str:
        """Return one of its calls, or all, for messages."""
        return f"a batch of {len(self.calls)} calls" if place is None else Call(**self.calls[place])

    def drop(self) -> None:
        """Cancel all calls: those that were not sent never are; other results are ignored."""
        self.cancelled.update(range(len(self.calls)))
        self.dropped = self.collected = True

    def results(self) -> list[Any]:
        """Return the results of the calls in order, once the batch has ended.

        Raises:
            TuberRemoteError: a call failed and ``return_exceptions`` is not set; for the first one.
            TuberError: the request failed.
        """
        outcomes = self._ended()
        if self._session is not None:
            self._session.show_restart_warnings()
        self.collected = True
        # In this order: another thread may move a value from others to values, see forget_warnings.
        places = sorted(self.cancelled.union(outcomes.others))
        returned = outcomes.values.copy()
        for place in places:
            returned[place] = self._item(place)
        return returned

    def value(self, place: int | None) -> Any:
        """Return the result of one call, or raise its error, once the batch has ended.

        Without a place, return ``results()``.

        The first caller sees the warnings of the call. If the user turns warnings into errors, the
        call keeps that error from then on.
        """
        if self.dropped or place in self.cancelled:
            raise self._cancelled_error()
        if place is None:
            return self.results()
        outcomes, session = self._ended(), self._session
        if place in self._errors:
            raise self._errors[place]
        assert session is not None  # the batch was sent
        session.show_restart_warnings()
        outcome = outcomes.others.get(place)
        if outcome is None:
            return outcomes.values[place]
        if outcome.warnings:
            outcomes.forget_warnings(place, outcome)
        try:
            return session.value(outcome, self.called(place))
        except Exception as error:
            self._errors[place] = error
            raise

    def error(self, place: int | None) -> Exception | None:
        """Return what ``value`` raises; None when it returns. Raises only for a cancelled call."""
        if self.dropped or place in self.cancelled:
            raise self._cancelled_error()
        try:
            self.value(place)
        except Exception as error:  # noqa: BLE001  # returned to the caller
            return error
        return None

    def raise_unseen(self) -> None:
        """Raise the first unseen error and show unseen warnings. REQUIRES: the batch has ended.

        With ``return_exceptions`` failures of single calls are not raised.
        """
        if self.collected:
            return
        outcomes = self._ended()
        self.collected = True
        for place in self._unseen(outcomes):
            self._item(place)

    def has_ended(self) -> bool:
        """Return whether the conversation has ended, with outcomes or with an error."""
        run = self.run
        ended: bool = run is not None and run.done()
        return ended

    def is_settled(self) -> bool:
        """Return whether the batch has ended and ``raise_unseen`` would do nothing."""
        if self.collected or not self.has_ended():
            return self.collected
        return self._outcomes is not None and not self._unseen(self._outcomes)

    def _ended(self) -> Outcomes:
        """The outcomes of the calls of an ended batch. Raises the error if there are none."""
        if self._outcomes is not None:
            return self._outcomes
        if self.fault is not None:
            raise self.fault
        assert self.run is not None  # REQUIRES: it was sent
        try:
            self.run.result()
        except BaseException as error:  # noqa: BLE001  # raised again, without inner frames
            self.collected = True
            raise error.with_traceback(None)  # noqa: B904
        assert self._outcomes is not None  # set by its conversation
        return self._outcomes

    def _unseen(self, outcomes: Outcomes) -> list[int]:
        """The places of unseen failures and warnings."""
        unseen = []
        for place in sorted(outcomes.others):
            if place in self.cancelled:
                continue
            if place not in self._errors:
                unseen.append(place)
            elif not self._returns_exceptions():
                break  # later calls were skipped because this one failed
        return unseen

    def _returns_exceptions(self) -> bool:
        return self._session is not None and self._session.options.return_exceptions

    def _item(self, place: int) -> Any:
        """Return an item of the list of results: ``value``, or its error if requested."""
        keep = self._returns_exceptions()
        if place in self.cancelled:
            return self._cancelled_error() if keep else None
        try:
            return self.value(place)
        except Exception as error:
            if keep:
                return error
            raise


class CallFuture:
    """The result of a call that is queued in a context. Each shell adds how to wait for it.

    Args:
        place: of the call in its batch; None for the list of the results of all.
    """

    __slots__ = ("_batch", "_place")

    def __init__(self, batch: Batch, place: int | None) -> None:
        self._batch = batch
        self._place = place

    def cancel(self) -> bool:
        """Cancel the call. It is not sent or, if it was already sent, its result is ignored.

        The other calls of the batch are not affected.

        Returns:
            Whether it was cancelled; False if the call has already ended.
        """
        batch = self._batch
        if batch.fault is not None or batch.has_ended():
            return False
        if self._place is None:
            batch.drop()
        else:
            batch.cancelled.add(self._place)
        return True

    def cancelled(self) -> bool:
        """Return whether the call was cancelled."""
        return self._batch.dropped or self._place in self._batch.cancelled

    def done(self) -> bool:
        """Return whether the call has ended, was cancelled, or will never be sent."""
        batch = self._batch
        return batch.has_ended() or batch.fault is not None or self.cancelled()

    def __repr__(self) -> str:
        batch = self._batch
        if self.cancelled():
            state = "cancelled"
        elif self.done():
            state = "done"
        else:
            state = "queued" if batch.run is None else "sent"
        return f"<{type(self).__name__} of {batch.called(self._place)}: {state}>"
