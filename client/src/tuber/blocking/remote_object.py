"""The synchronous shell: remote objects whose calls return when the reply has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep
from typing import TYPE_CHECKING, Any, TypeVar

from tuber.blocking.context import BatchRun, SimpleContext
from tuber.blocking.pool import BlockingPool
from tuber.errors import TuberError, TuberNetworkError
from tuber.network.address import Address, parse_address
from tuber.network.errors import shortened
from tuber.network.exchange import run_without_suspending
from tuber.network.link import ServerLink
from tuber.objects.remote_object import RemoteObject
from tuber.options import Options, TimeoutLike
from tuber.protocol import Path
from tuber.session.messages import Conversation
from tuber.session.server_state import ServerState
from tuber.session.waiting import Waiting

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport

__all__ = ["SimpleTuberObject", "connect", "resolve_simple"]

T = TypeVar("T")


class BlockingLink(ServerLink):
    """A link whose conversations run in the calling thread.

    Thread-safe: each running call uses a separate connection.
    """

    def __init__(
        self, address: Address, options: Options, state: ServerState | None = None
    ) -> None:
        super().__init__(address, options, state)
        self._pool = BlockingPool(self._route)

    def run(self, conversation: Conversation[T]) -> T:
        """Drive a conversation to its end; return its value."""
        try:
            return run_without_suspending(self._drive(conversation))
        except TuberNetworkError as error:
            raise shortened(error)  # noqa: B904  # the cause stays

    def start(self, conversation: Conversation[Any]) -> BatchRun:
        """Return a conversation that runs when its result is first needed."""
        return BatchRun(self.run, conversation)

    def close(self) -> None:
        """Close the idle connections; a later call makes a new one."""
        self._pool.close()
        run_without_suspending(self._close_transport())

    def _connections(self) -> BlockingPool:
        return self._pool


class SimpleTuberObject(RemoteObject):
    """A remote object whose calls block until the reply has arrived.

    ``resolve_simple`` creates and resolves it. If you create an instance of your own subclass,
    resolve it with ``tuber_resolve()``. Several threads may use it at once.
    """

    def _tuber_connect(self, hostname: str, options: Options) -> BlockingLink:
        return BlockingLink(parse_address(hostname), options)

    def _tuber_plain_class(self) -> type[RemoteObject]:
        return SimpleTuberObject

    def tuber_context(self, **options_and_broadcast: Any) -> SimpleContext:
        """Return a context that queues calls and sends them as one batch.

        Args:
            options_and_broadcast: the options of ``SimpleContext``; other names are arguments that
                are added to every call.
        """
        return SimpleContext(self, **options_and_broadcast)

    def tuber_close(self) -> None:
        """Close the idle connections, also of nested objects; a later call makes a new one."""
        self._tuber_link.close()


def resolve_simple(
    hostname: str,
    objname: Path = None,
    accept_types: Sequence[str] | None = None,
    convert_json: bool | None = None,
    return_exceptions: bool | None = None,
    timeout: TimeoutLike = None,
    *,
    ssl_context: ssl.SSLContext | None = None,
    transport: Transport | None = None,
    max_reply_bytes: int | None = None,
    token: str | None = None,
    wait: float | None = None,
) -> SimpleTuberObject:
    """Connect to a server and return a resolved remote object.

    Args:
        hostname: the address of the server: 'board', 'board:8080', '[fe80::1%eth0]',
            'https://board', 'http://gateway/crate3/tuber', 'unix:/run/tuber.sock'; with a token,
            'TOKEN@board'.
        objname: the name of the object, or its path; None for the registry, whose objects are
            its attributes.
        accept_types: see ``tuber.options.Options``, also for all other arguments.
        convert_json: whether maps in results become ``TuberResult`` objects; None means yes.
        return_exceptions: whether failures in a batch become items of its list of results.
        timeout: seconds for a whole call, or ``(connect, total)``.
        ssl_context: the trusted authorities for ``https``.
        transport: sends the requests instead of tuber's own connections.
        max_reply_bytes: limit for the body of a reply; None for 1 GiB.
        token: shown to a server that requires one.
        wait: seconds to wait for a server that is not up yet; None: one attempt.

    Returns:
        The resolved remote object.

    Raises:
        TuberNetworkError: the server cannot be reached.
        TuberRemoteError: the server has no such object.
        ValueError: an argument is invalid.
        TypeError: an argument has a wrong type.
    """
    options = locals()
    waiting = Waiting(options.pop("wait"))
    resolved = SimpleTuberObject(**options)
    while True:
        try:
            resolved.tuber_resolve()
        except TuberError as error:
            sleep(waiting.pause_after(error))
        else:
            return resolved


connect = resolve_simple
