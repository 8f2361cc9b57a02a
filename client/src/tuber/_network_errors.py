"""Faults of sockets as the errors of tuber: one wording for both shells. No I/O."""

from __future__ import annotations

import socket

from tuber._address import HTTPS, UNIX, Address
from tuber.errors import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberNetworkError,
    TuberProtocolError,
    TuberTimeout,
)


def connect_error(error: Exception, address: Address, called: object) -> TuberNetworkError:
    """A connection could not be made; nothing was sent."""
    url, errno = address.url, getattr(error, "errno", None)
    if isinstance(error, ConnectionRefusedError):
        its_port = "" if address.scheme == UNIX else f", and is {address.port} its port"
        return TuberConnectionRefused(
            f"connection refused by {url}; {called} was not run. Is the server running "
            f"there{its_port}?",
            errno=errno,
        )
    if isinstance(error, TimeoutError):
        return TuberTimeout(
            f"no connection to {url} in time; {called} was not run. Is the machine switched on, "
            "and does the network reach it?",
            errno=errno,
        )
    if address.scheme == HTTPS:
        from tuber._tls import advice  # noqa: PLC0415  # imported already when https is used

        told = advice(error)
        if told is not None:
            return TuberNetworkError(f"no connection to {url}: {told}; {called} was not run")
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return TuberNetworkError(
            f"no address is known for the name {address.host!r} ({error}); {called} was not run",
            errno=errno,
        )
    return TuberNetworkError(f"no connection to {url}: {error}; {called} was not run", errno=errno)


def exchange_error(
    error: OSError, url: str, called: object, sent_all: bool
) -> TuberConnectionLost | TuberTimeout:
    """A connection ended, or the time-out passed, before the reply had come.

    Args:
        sent_all: whether the kernel took the whole request, so that the server may have it.
    """
    ran = f"{called} may have run" if sent_all else f"{called} was not run"
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
    return TuberProtocolError(f"{url}: {error}; {called} may have run", may_have_run=True)


def closed_by_server(in_reply: bool) -> ConnectionResetError:
    """The fault that is an end of the connection where a reply was to come."""
    how = "in the middle of its reply" if in_reply else "without a reply"
    return ConnectionResetError(f"the server closed it {how}")
