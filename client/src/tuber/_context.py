"""Contexts: calls that are queued and sent as one batch; one implementation for both shells.

Queueing, sending at the right moment and handing out results are here; how one waits for a batch
is the shells' business. Nothing here does I/O.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from tuber._batch import Batch, CallFuture
from tuber._paths import path_of_item, path_of_object, path_text
from tuber._proxy import RemoteObject, attribute_blacklisted
from tuber._timing import TimeoutLike
from tuber.errors import TuberStateError
from tuber.protocol import Call, Item, Path

Future_ = TypeVar("Future_", bound=CallFuture)


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
        self._tuber_batch = self._tuber_new_batch()
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
        link = self._tuber_link.varied(accept_types, convert_json, return_exceptions, timeout)
        with self._tuber_lock:
            batch = self._tuber_batch if only is None else only
            if batch.running is None and batch.fault is None:
                batch.running = link.start(batch.conversation(link.session))
                self._tuber_batch = self._tuber_new_batch()
        return batch

    def _tuber_drop(self) -> None:
        """The block is left with an exception: send nothing; no future waits for ever."""
        with self._tuber_lock:
            batch, self._tuber_batch = self._tuber_batch, self._tuber_new_batch()
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
