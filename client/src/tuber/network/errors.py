"""Faults of sockets as the errors of tuber: one wording for both shells. No I/O.

Each message says what happened, at which URL, whether the call may have run, and what to try.
"""

from __future__ import annotations

import errno
import socket
from typing import Final

from tuber.errors import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberConnectTimeout,
    TuberNameNotFound,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
    TuberUnreachable,
)
from tuber.network.address import HTTPS, UNIX, Address

_UNREACHABLE: Final = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
)

_ASK_FIRST: Final = "Ask the server how far it got before you call it again."
_CALL_AGAIN: Final = "It is safe to call again."
_IS_IT_TUBER: Final = "Is it a tuber server that listens there, and is this its port?"


def connect_error(error: Exception, address: Address, called: object) -> TuberNetworkError:
    """A connection could not be made; nothing was sent."""
    url, number = address.url, getattr(error, "errno", None)
    if address.scheme == UNIX and isinstance(error, FileNotFoundError):
        # A server takes its socket's file away when it ends: this is how nobody listens there.
        return TuberConnectionRefused(
            f"there is no socket at {url}; {called} was not run. Is the server running, with "
            f"'tuberd --uds {address.socket_path}'?",
            errno=number,
        )
    if address.scheme == UNIX and isinstance(error, PermissionError):
        return TuberNetworkError(
            f"no permission to connect to {url}; {called} was not run. Whose socket is it? By "
            "default it is for the server's user alone, see 'tuberd --uds-mode'",
            errno=number,
        )
    if isinstance(error, ConnectionRefusedError):
        its_port = "" if address.scheme == UNIX else f", and is {address.port} its port"
        return TuberConnectionRefused(
            f"connection refused by {url}; {called} was not run. Is the server running "
            f"there{its_port}?",
            errno=number,
        )
    if isinstance(error, TimeoutError):
        return TuberConnectTimeout(
            f"no connection to {url} in time; {called} was not run. Is the machine switched on, "
            "and does the network reach it?",
            errno=number,
        )
    if address.scheme == HTTPS:
        from tuber.network.tls import advice  # noqa: PLC0415  # imported already when https is used

        told = advice(error)
        if told is not None:
            return TuberNetworkError(f"no connection to {url}: {told}; {called} was not run")
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return TuberNameNotFound(
            f"no address is known for the name {address.host!r} of {url} ({error}); {called} was "
            "not run. Is it spelled as the network knows it? An IP address needs no name.",
            errno=number,
        )
    if number in _UNREACHABLE:
        return TuberUnreachable(
            f"no way to {url}: {error}; {called} was not run. Is this machine on the server's "
            "network, and is there a route to it?",
            errno=number,
        )
    return TuberNetworkError(f"no connection to {url}: {error}; {called} was not run", errno=number)


def exchange_error(
    error: OSError, url: str, called: object, sent_all: bool
) -> TuberConnectionLost | TuberTimeout:
    """A connection ended, or the time-out passed, before the reply had come.

    Args:
        sent_all: whether the kernel took the whole request, so that the server may have it.
    """
    if not sent_all:
        ran = f"{called} was not run. {_CALL_AGAIN}"
    elif getattr(called, "resolve", False):  # the first request to a server, with its port
        ran = f"{called} may be asked for again. {_IS_IT_TUBER}"
    else:
        ran = f"{called} may have run. {_ASK_FIRST}"
    if isinstance(error, TimeoutError):
        what = "the peer vanished" if error.errno else "the time-out passed"
        return TuberTimeout(
            f"no reply from {url}: {what}; {ran}", may_have_run=sent_all, errno=error.errno
        )
    return TuberConnectionLost(
        f"connection to {url} lost: {error}; {ran}", may_have_run=sent_all, errno=error.errno
    )


def reply_error(error: TuberProtocolError, url: str, called: object) -> TuberProtocolError:
    """What came is no HTTP reply."""
    return TuberProtocolError(
        f"{url}: {error}; {called} may have run. {_IS_IT_TUBER}",
        may_have_run=True,
    )


def closed_by_server(in_reply: bool) -> ConnectionResetError:
    """The fault that is an end of the connection where a reply was to come."""
    how = "in the middle of its reply" if in_reply else "without a reply"
    return ConnectionResetError(f"the server closed it {how}")
