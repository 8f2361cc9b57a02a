"""Connecting to a server: lookup, Happy Eyeballs (RFC 8305) and TLS, written once for both shells.

These are coroutines, but they do not use asyncio, like those of ``exchange``. Each shell adds a
``Dialler``, which makes the system calls. The coroutines of the blocking one never suspend.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Coroutine, Sequence
from itertools import chain, zip_longest
from time import monotonic
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from tuber.network.address import UNIX, Address
from tuber.network.errors import connect_error
from tuber.network.sockets import prepare_socket
from tuber.options import Timing

# The 'Connection Attempt Delay' of RFC 8305 section 5: its recommended value.
ATTEMPT_DELAY_SECONDS: Final = 0.25

# As getaddrinfo() gives it: family, type, protocol, canonical name, address.
Place: TypeAlias = tuple[int, int, int, str, Any]

T = TypeVar("T")
C_co = TypeVar("C_co", covariant=True)


class Dialler(Protocol[C_co]):
    """The system calls that make one connection."""

    async def within(self, seconds: float | None, connecting: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of this module; raise TimeoutError if it takes longer."""

    async def look_up(self, address: Address) -> Sequence[Place]:
        """Resolve a host name."""

    async def reach(self, place: Place) -> socket.socket:
        """Connect to an address; raise OSError if that fails."""

    def start(self, place: Place) -> None:
        """Start an attempt to connect."""

    async def ended(self, seconds: float | None) -> socket.socket | OSError | None:
        """Wait for an attempt to end, and return its socket or fault; None after ``seconds``."""

    async def cancel(self) -> None:
        """Close the sockets of all other attempts."""

    async def open(self, sock: socket.socket) -> C_co:
        """Make the connection over a connected socket, with TLS if the route needs it."""


async def connect(
    dialler: Dialler[C_co], address: Address, timing: Timing, deadline: float | None, called: object
) -> C_co:
    """Make a connection that is ready for a request.

    Args:
        deadline: the deadline of the call, by ``time.monotonic``. The connect timeout also applies.
        called: the call that needs the connection, for messages.

    Raises:
        TuberNetworkError: no connection could be made. Nothing was sent to the server.
    """
    seconds = timing.connect
    if deadline is not None:
        left = max(deadline - monotonic(), 0.0)
        seconds = left if seconds is None else min(left, seconds)
    try:
        return await dialler.within(seconds, _connect(dialler, address))
    except (OSError, UnicodeError) as error:  # UnicodeError: IDNA does not allow the name
        raise connect_error(error, address, called, seconds) from error


async def _connect(dialler: Dialler[C_co], address: Address) -> C_co:
    if address.scheme != UNIX:
        places = await dialler.look_up(address)
    elif hasattr(socket, "AF_UNIX"):
        places = [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", address.socket_path)]
    else:
        raise OSError(errno.EAFNOSUPPORT, "Python has no Unix sockets on this system")
    # Most names have one address; a race costs more system calls.
    sock = await (dialler.reach(places[0]) if len(places) == 1 else race(places, dialler))
    try:
        prepare_socket(sock)
        return await dialler.open(sock)
    except BaseException:
        sock.close()
        raise


async def race(places: Sequence[Place], dialler: Dialler[Any]) -> socket.socket:
    """Return the first socket that connects, so that a dead address costs no timeout.

    The next attempt starts after a short delay, or as soon as an earlier one has failed.

    Args:
        places: the addresses in the system's order of preference (RFC 6724).

    Raises:
        OSError: all attempts failed.
    """
    waiting = _interleaved(places)
    faults: list[OSError] = []
    try:
        while len(faults) < len(places):
            if waiting:
                dialler.start(waiting.pop(0))
            ended = await dialler.ended(ATTEMPT_DELAY_SECONDS if waiting else None)
            if isinstance(ended, OSError):
                faults.append(ended)
            elif ended is not None:
                return ended
    finally:
        await dialler.cancel()
    # Prefer a refusal: it proves that a machine has the address.
    refusals = [fault for fault in faults if isinstance(fault, ConnectionRefusedError)]
    raise (refusals or faults or [OSError("the name has no address")])[0]


def _interleaved(places: Sequence[Place]) -> list[Place]:
    """Alternate the address families, beginning with the system's choice (RFC 8305 section 4)."""
    families = list(dict.fromkeys(place[0] for place in places))
    columns = [[place for place in places if place[0] == family] for family in families]
    return [place for place in chain.from_iterable(zip_longest(*columns)) if place is not None]
