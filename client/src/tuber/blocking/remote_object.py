"""The synchronous shell: remote objects whose calls return when the reply is there.

It drives the conversations of ``_session`` to their end in the thread that calls, over the
connections of ``_pool``. What happens on the way is written in ``_link`` and ``_exchange``.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from tuber.blocking.context import BatchRun, SimpleContext
from tuber.blocking.pool import BlockingPool
from tuber.network.address import Address, parse_address
from tuber.network.exchange import run_without_suspending
from tuber.network.link import ServerLink
from tuber.objects.remote_object import RemoteObject
from tuber.options import Options, TimeoutLike
from tuber.protocol import Path
from tuber.session.messages import Conversation
from tuber.session.server_state import ServerState

if TYPE_CHECKING:
    import ssl

    from tuber.transport import Transport

__all__ = ["SimpleTuberObject", "resolve_simple"]

T = TypeVar("T")
Self = TypeVar("Self", bound="SimpleTuberObject")


class BlockingLink(ServerLink):
    """A link whose conversations are driven to their end by the thread that calls.

    Thread-safe: each call has a connection of its own while it lasts.
    """

    def __init__(
        self, address: Address, options: Options, state: ServerState | None = None
    ) -> None:
        super().__init__(address, options, state)
        self._pool = BlockingPool(self._route)

    def run(self, conversation: Conversation[T]) -> T:
        """Drive a conversation to its end; returns what it returns."""
        return run_without_suspending(self._drive(conversation))

    def start(self, conversation: Conversation[Any]) -> BatchRun:
        """Make a conversation that is run by the first thread that needs its result."""
        return BatchRun(self.run, conversation)

    def close(self) -> None:
        """Close the connections that rest; a later call makes a new one."""
        self._pool.close()
        run_without_suspending(self._close_transport())

    def _connections(self) -> BlockingPool:
        return self._pool


class SimpleTuberObject(RemoteObject):
    """A remote object whose calls block until the reply is there.

    Made by ``resolve_simple``, or from a subclass of one's own; before ``tuber_resolve()`` nothing
    is known of the remote object. It may be used by several threads at once.
    """

    def _tuber_connect(self, hostname: str, options: Options) -> BlockingLink:
        return BlockingLink(parse_address(hostname), options)

    def _tuber_plain_class(self) -> type[RemoteObject]:
        return SimpleTuberObject

    def tuber_context(self, **options_and_broadcast: Any) -> SimpleContext:
        """A context in which calls are queued and sent as one batch.

        Args:
            options_and_broadcast: the options of SimpleContext; other names are arguments that are
                added to every call.
        """
        return SimpleContext(self, **options_and_broadcast)

    def close(self) -> None:
        """Close the connections that rest, for the objects inside too; a later call opens one."""
        self._tuber_link.close()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


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
) -> SimpleTuberObject:
    """Connect to a server and learn what an object offers.

    Args:
        hostname: where the server is: 'board', 'board:8080', '[fe80::1%eth0]', 'https://board',
            'http://gateway/crate3/tuber', 'unix:/run/tuber.sock'; with a token, 'TOKEN@board'.
        objname: the name of the object, or its path; None for the registry, whose objects are
            then attributes.
        accept_types, convert_json, return_exceptions: see ``tuber.options.Options``.
        timeout: see ``tuber._timing.Timing``; seconds for a whole call, or ``(connect, total)``.
        trust_env, ssl_context, transport, max_reply_bytes: see ``tuber._target.Target``.
        token: what the server asks for; else that of ``hostname``, else that of the environment's
            ``TUBER_TOKEN``.

    Raises:
        TuberNetworkError: the server can't be reached.
        TuberRemoteError: there is no such object.
        ValueError, TypeError: an argument makes no sense.
    """
    resolved = SimpleTuberObject(**locals())
    resolved.tuber_resolve()
    return resolved
