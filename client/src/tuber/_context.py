"""Contexts: calls that are queued and sent as one batch; one implementation for both shells.

Queueing, sending at the right moment and handing out results are here; how one waits for a batch
is the shells' business. Nothing here does I/O.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from tuber._paths import path_of_item, path_of_object, path_text
from tuber._proxy import RemoteObject, attribute_blacklisted
from tuber._result import with_results
from tuber._session import Conversation, Session
from tuber._timing import TimeoutLike
from tuber.errors import TuberStateError
from tuber.protocol import Call, Failure, Item, Path, Result

# Of each call in order; None for those that were cancelled before the batch was sent.
Outcomes: TypeAlias = "list[Result | Failure | None]"
Future_ = TypeVar("Future_", bound="CallFuture")


class Running(Protocol):
    """A conversation under way, which ends for all who wait for it with the same outcome."""

    def done(self) -> bool:
        """Whether it has ended."""

    def result(self) -> Outcomes:
        """What it returned, when it has ended; raises what it raised."""


class Batch:
    """The calls of one request, and what came of them.

    Attributes:
        calls: in the order in which they were queued.
        cancelled: the places of those that the user does not want any more.
        running: the conversation with the server; None before it is sent.
        fault: why it will never be sent.
    """

    __slots__ = ("_session", "calls", "cancelled", "context", "fault", "running")

    def __init__(self, context: BaseContext[Any]) -> None:
        self.context = context
        self.calls: list[Call] = []
        self.cancelled: set[int] = set()
        self.running: Running | None = None
        self.fault: TuberStateError | None = None
        self._session: Session | None = None

    def conversation(self, session: Session) -> Conversation[Outcomes]:
        """Send what was not cancelled; returns the outcomes of all calls."""
        self._session = session
        left_out = frozenset(self.cancelled)
        calls: Sequence[Call] = self.calls
        if left_out:
            calls = [call for place, call in enumerate(calls) if place not in left_out]
        outcomes: Outcomes = []
        if calls:
            called = f"a batch of {len(calls)} calls"
            options = session.options
            outcomes += yield from session.exchange(calls, called, options.return_exceptions)
            if options.convert_json:
                outcomes = list(map(_converted, outcomes))
        for place in sorted(left_out):
            outcomes.insert(place, None)
        return outcomes

    def results(self) -> list[Any]:
        """What the calls returned, in order, when the batch has ended.

        Raises:
            TuberRemoteError: of the first call that failed, unless ``return_exceptions`` holds.
            TuberError: of the request as a whole.
        """
        outcomes, returned = self.outcomes(), []
        for place, outcome in enumerate(outcomes):
            if type(outcome) is Result and not outcome.warnings and place not in self.cancelled:
                returned.append(outcome.value)  # the usual case, ten thousand times
            else:
                returned.append(self._result(place, outcomes))
        return returned

    def value(self, place: int) -> Any:
        """What one call returned, when the batch has ended; raises what it raised."""
        if place in self.cancelled:
            raise self.context._tuber_cancelled_error()
        outcomes = self.outcomes()
        outcome, session = outcomes[place], self._session
        assert outcome is not None  # it was not cancelled,
        assert session is not None  # and the batch was sent
        if outcome.warnings:  # shown once, to who takes the result first
            outcomes[place] = _without_warnings(outcome)
        return session.value(outcome, self.called(place))

    def outcomes(self) -> Outcomes:
        """The outcomes of the calls, when the batch has ended."""
        if self.fault is not None:
            raise self.fault
        assert self.running is not None  # REQUIRES: it was sent
        return self.running.result()

    def called(self, place: int) -> str:
        """The call at a place, for people."""
        call = self.calls[place]
        return f"{path_text(call.object)}.{call.method}()"

    def _result(self, place: int, outcomes: Outcomes) -> Any:
        """An item of the list of results: as ``value``, but for what the options say."""
        session = self._session
        keep = session is not None and session.options.return_exceptions
        if place in self.cancelled:
            return self.context._tuber_cancelled_error() if keep else None
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
        if batch.fault is not None or (batch.running is not None and batch.running.done()):
            return False
        batch.cancelled.add(self._place)
        return True

    def cancelled(self) -> bool:
        """Whether the call was given up."""
        return self._place in self._batch.cancelled

    def done(self) -> bool:
        """Whether the result is there, or never will be."""
        batch = self._batch
        if batch.fault is not None or self.cancelled():
            return True
        return batch.running is not None and batch.running.done()

    def __repr__(self) -> str:
        batch = self._batch
        if self.cancelled():
            state = "cancelled"
        elif self.done():
            state = "done"
        else:
            state = "queued" if batch.running is None else "sent"
        return f"<{type(self).__name__} of {batch.called(self._place)}: {state}>"


class BaseContext(Generic[Future_]):
    """Queues calls and sends them as one batch, in order.

    ``context.adc[3].read(n=1024)`` queues a call of an object inside; names and items may follow
    each other at any depth. A context belongs to one thread or task; the futures may be given to
    others. A method named ``send`` or ``receive`` is queued through a context of the object above.

    Args:
        remote: the object that the context is of.
        accept_types, convert_json, return_exceptions, timeout: as for the object, whose values
            hold where None is given. With ``return_exceptions`` failures become items of the list
            of results, and the calls behind a failed one are run.
        broadcast: named arguments that are added to each call that does not have them itself.
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
        self._tuber_link = link.varied(accept_types, convert_json, return_exceptions, timeout)
        self._tuber_path = remote._tuber_path
        self._tuber_broadcast = broadcast
        self._tuber_batch = Batch(self)
        self._tuber_lock = allocate_lock()

    # --- queueing

    def __getattr__(self, name: str) -> Reference:
        if attribute_blacklisted(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        made = Reference(self, path_of_object(self._tuber_path, name), self._tuber_path, name)
        self.__dict__[name] = made  # next time it is there
        return made

    def __getitem__(self, item: Item) -> Reference:
        return Reference(self, path_of_item(self._tuber_path, item))

    def __repr__(self) -> str:
        where = path_text(self._tuber_path) or "registry"
        return f"<{type(self).__name__} of {where}: {len(self._tuber_batch.calls)} calls queued>"

    def _tuber_queue(
        self, path: Path, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Future_:
        if self._tuber_broadcast:
            kwargs = {**self._tuber_broadcast, **kwargs}
        batch = self._tuber_batch
        calls = batch.calls
        calls.append(Call(path, method, args, kwargs))
        return self._tuber_future_class(batch, len(calls) - 1)

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
        link = self._tuber_link.varied(accept_types, convert_json, return_exceptions, timeout)
        with self._tuber_lock:
            batch = self._tuber_batch if only is None else only
            if batch.running is None and batch.fault is None:
                batch.running = link.start(batch.conversation(link.session))
                self._tuber_batch = Batch(self)
        return batch

    def _tuber_drop(self) -> None:
        """The block is left with an exception: send nothing; no future waits for ever."""
        with self._tuber_lock:
            batch, self._tuber_batch = self._tuber_batch, Batch(self)
            batch.fault = TuberStateError(
                f"the block of {self!r} was left with an exception, so its "
                f"{len(batch.calls)} queued calls were not sent"
            )


class Reference:
    """An object or a method that is named inside a context.

    Args:
        path: of the object, should it be one.
        parent, name: of the method, should it be one; no name when it is an item.
    """

    def __init__(
        self, context: BaseContext[Any], path: Path, parent: Path = None, name: str | None = None
    ) -> None:
        self._tuber_context = context
        self._tuber_path = path
        self._tuber_parent = parent
        self._tuber_name = name

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Queue a call of the method; returns its future."""
        name = self._tuber_name
        if name is None:
            raise TypeError(f"{path_text(self._tuber_path)} is an item and can't be called")
        return self._tuber_context._tuber_queue(self._tuber_parent, name, args, kwargs)

    def __getattr__(self, name: str) -> Reference:
        if attribute_blacklisted(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        path = self._tuber_path
        made = Reference(self._tuber_context, path_of_object(path, name), path, name)
        self.__dict__[name] = made
        return made

    def __getitem__(self, item: Item) -> Reference:
        return Reference(self._tuber_context, path_of_item(self._tuber_path, item))

    def __repr__(self) -> str:
        return f"<{path_text(self._tuber_path)} in {self._tuber_context!r}>"


def _converted(outcome: Result | Failure | None) -> Result | Failure | None:
    if isinstance(outcome, Result) and type(outcome.value) in (dict, list):
        return Result(with_results(outcome.value), outcome.warnings)
    return outcome


def _without_warnings(outcome: Result | Failure) -> Result | Failure:
    if isinstance(outcome, Result):
        return Result(outcome.value)
    return Failure(outcome.message, outcome.type, outcome.traceback)
