"""A batch of a context: the calls of one request, what came of them, and who wants which.

Values and one conversation; nothing here does I/O or knows how one waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tuber.errors import TuberStateError
from tuber.protocol import Call, CallMap, Result
from tuber.session.replies import Outcomes, outcomes_of
from tuber.session.session import Conversation, Session


class Running(Protocol):
    """A conversation under way, which ends for all who wait for it with the same outcome."""

    def done(self) -> bool:
        """Whether it has ended."""

    def result(self) -> Outcomes:
        """What it returned, when it has ended; raises what it raised."""


class Batch:
    """The calls of one request, and what came of them.

    Args:
        begin: sends a batch that was not sent yet.
        cancelled_error: makes what is raised for a call that was cancelled.

    Attributes:
        calls: in the order in which they were queued, as they travel.
        cancelled: the places of those that the user does not want any more.
        running: the conversation with the server; None before it is sent.
        fault: why it will never be sent.
        collected: whether somebody took all results, or was told why there are none.
    """

    __slots__ = (
        "_cancelled_error",
        "_errors",
        "_outcomes",
        "_session",
        "begin",
        "calls",
        "cancelled",
        "collected",
        "fault",
        "running",
    )

    def __init__(
        self, begin: Callable[[Batch], object], cancelled_error: Callable[[], BaseException]
    ) -> None:
        self.begin = begin
        self._cancelled_error = cancelled_error
        self.calls: list[CallMap] = []
        self.cancelled: set[int] = set()
        self.running: Running | None = None
        self.fault: TuberStateError | None = None
        self.collected = False
        self._session: Session | None = None
        self._outcomes: Outcomes | None = None  # once somebody asked for them
        # Of the calls that failed, by place, once somebody asked for their results.
        self._errors: dict[int, Exception] = {}

    def conversation(self, session: Session) -> Conversation[Outcomes]:
        """Send what was not cancelled; returns the outcomes of all calls.

        Raises:
            TuberStateError: it was begun before.
        """
        if self._session is not None:
            raise TuberStateError(
                "an interrupt came while this batch was begun; its calls may have run"
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
        return outcomes.with_unsent(dict.fromkeys(left_out, Result(None)))

    def called(self, place: int) -> Call:
        """One of its calls, for messages."""
        return Call(**self.calls[place])

    def results(self) -> list[Any]:
        """What the calls returned, in order, when the batch has ended.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        outcomes = self.outcomes()
        if self._session is not None:
            self._session.show_restart_warnings()
        self.collected = True
        # In this order: another thread may move a value from others to values, see forget_warnings.
        places = sorted(self.cancelled.union(outcomes.others))
        returned = outcomes.values.copy()
        for place in places:
            returned[place] = self._result(place)
        return returned

    def value(self, place: int) -> Any:
        """What one call returned, when the batch has ended; raises what it raised.

        Its warnings are shown to who asks first. When that raises, because the user made errors of
        warnings, the call has this error from then on.
        """
        if place in self.cancelled:
            raise self._cancelled_error()
        outcomes, session = self.outcomes(), self._session
        if place in self._errors:
            raise self._errors[place]
        assert session is not None  # the batch was sent
        session.show_restart_warnings()
        outcome = outcomes.others.get(place)
        if outcome is None:
            return outcomes.values[place]
        if outcome.warnings:  # shown once, to who takes the result first
            outcomes.forget_warnings(place, outcome)
        try:
            return session.value(outcome, self.called(place))
        except Exception as error:
            self._errors[place] = error
            raise

    def error(self, place: int) -> Exception | None:
        """What ``value`` raises; None when it returns. Raises only that the call was cancelled."""
        if place in self.cancelled:
            raise self._cancelled_error()
        try:
            self.value(place)
        except Exception as error:  # noqa: BLE001  # it is what was asked for
            return error
        return None

    def outcomes(self) -> Outcomes:
        """The outcomes of the calls, when the batch has ended; raises why there are none."""
        if self._outcomes is not None:
            return self._outcomes
        if self.fault is not None:
            raise self.fault
        assert self.running is not None  # REQUIRES: it was sent
        try:
            outcomes = self._outcomes = self.running.result()
        except BaseException:
            self.collected = True
            raise
        return outcomes

    def tell_unseen(self) -> None:
        """Raise the first error, and show the warnings, that nobody saw; when the batch has ended.

        With ``return_exceptions`` failures of single calls are not raised.
        """
        if self.collected:
            return
        outcomes = self.outcomes()
        self.collected = True
        for place in self._unseen(outcomes):
            self._result(place)

    def has_ended(self) -> bool:
        """Whether the conversation has ended, one way or the other."""
        return self.running is not None and self.running.done()

    def is_settled(self) -> bool:
        """Whether it has ended and left nothing that ``tell_unseen`` would tell."""
        running = self.running
        if self.collected or running is None or not running.done():
            return self.collected
        try:
            return not self._unseen(running.result())
        except BaseException:  # noqa: BLE001  # somebody is to be told of it
            return False

    def _unseen(self, outcomes: Outcomes) -> list[int]:
        """The places of failures and warnings for which nobody asked yet."""
        unseen = []
        for place in sorted(outcomes.others):
            if place in self.cancelled:
                continue
            if place not in self._errors:
                unseen.append(place)
            elif not self._keeps_failures():
                break  # the calls behind it were not run for its sake
        return unseen

    def _keeps_failures(self) -> bool:
        return self._session is not None and self._session.options.return_exceptions

    def _result(self, place: int) -> Any:
        """An item of the list of results: as ``value``, but for what the options say."""
        keep = self._keeps_failures()
        if place in self.cancelled:
            return self._cancelled_error() if keep else None
        try:
            return self.value(place)
        except Exception as error:
            if keep:
                return error
            raise


class CallFuture:
    """The result of a call that is queued in a context. Each shell adds how to wait for it."""

    __slots__ = ("_batch", "_place")

    def __init__(self, batch: Batch, place: int) -> None:
        self._batch = batch
        self._place = place

    def cancel(self) -> bool:
        """Give the call up: it is not sent, or, when it was already, its result is not looked at.

        The other calls of the batch are not touched. Returns False when the result is there.
        """
        batch = self._batch
        if batch.fault is not None or batch.has_ended():
            return False
        batch.cancelled.add(self._place)
        return True

    def cancelled(self) -> bool:
        """Whether the call was given up."""
        return self._place in self._batch.cancelled

    def done(self) -> bool:
        """Whether the result is there, or never will be."""
        batch = self._batch
        return batch.has_ended() or batch.fault is not None or self.cancelled()

    def __repr__(self) -> str:
        batch = self._batch
        if self.cancelled():
            state = "cancelled"
        elif self.done():
            state = "done"
        else:
            state = "queued" if batch.running is None else "sent"
        return f"<{type(self).__name__} of {batch.called(self._place)}: {state}>"
