"""Convert socket errors to tuber's errors, with the same messages in both shells. No I/O.

Each message names the fault, the URL, whether the call may have run, and what to try.
"""

from __future__ import annotations

import errno
import re
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

_LINK_LOCAL: Final = re.compile("fe[89ab][0-9a-f]:", re.IGNORECASE)  # RFC 4291 section 2.5.6
_IS_IT_TUBER: Final = "Is a tuber server listening there, and is this its port?"


def connect_error(
    error: Exception, address: Address, called: object, seconds: float | None
) -> TuberNetworkError:
    """Return the error for a connection that could not be made. Nothing was sent.

    Args:
        seconds: the time limit that applied; None without a limit.
    """
    url, number = address.url, getattr(error, "errno", None)
    not_run = f"{called} was not run."
    if address.scheme == UNIX and isinstance(error, FileNotFoundError):
        # A server removes its socket when it ends, so this is a refused connection.
        return TuberConnectionRefused(
            f"There is no socket at {url}; {not_run} Is the server running, with "
            f"'tuberd --uds {address.socket_path}'?",
            errno=number,
        )
    if address.scheme == UNIX and isinstance(error, PermissionError):
        return TuberNetworkError(
            f"No permission to connect to {url}; {not_run} By default only the user of the server "
            "may connect; 'tuberd --uds-mode' changes that",
            errno=number,
        )
    if isinstance(error, ConnectionRefusedError):
        its_port = "" if address.scheme == UNIX else f", and is {address.port} its port"
        return TuberConnectionRefused(
            f"Connection refused by {url}; {not_run} Is the server running there{its_port}?",
            errno=number,
        )
    if isinstance(error, TimeoutError):
        return TuberConnectTimeout(
            f"Timed out{_after(seconds)} connecting to {url}; {not_run} Is the machine switched "
            "on and connected to the network?",
            errno=number,
        )
    if address.scheme == HTTPS:
        from tuber.network.tls import advice  # noqa: PLC0415  # imported already when https is used

        text = advice(error)
        if text is not None:
            return TuberNetworkError(f"No connection to {url}: {text}; {not_run}")
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return TuberNameNotFound(
            f"Could not resolve the host name {address.host!r} of {url} ({error}); {not_run} "
            "Check the spelling, or use the IP address",
            errno=number,
        )
    if _LINK_LOCAL.match(address.host) and "%" not in address.host:
        return TuberUnreachable(
            f"{url} has no zone: {error}; {not_run} A link-local address needs the interface of "
            f"this machine: '[{address.host}%eth0]'",
            errno=number,
        )
    if number in _UNREACHABLE:
        return TuberUnreachable(
            f"{url} is unreachable: {error}; {not_run} Is this machine on the server's network, "
            "and is there a route to it?",
            errno=number,
        )
    return TuberNetworkError(f"No connection to {url}: {error}; {not_run}", errno=number)


def exchange_error(
    error: OSError, url: str, called: object, sent_all: bool, seconds: float | None
) -> TuberConnectionLost | TuberTimeout:
    """Return the error for a connection that ended, or a timeout that passed, before the reply.

    Args:
        sent_all: whether the kernel took the whole request, so that the server may have it.
        seconds: the limit of the call; None without a limit.
    """
    if not sent_all:
        outcome = f"{called} was not run. It is safe to call again"
    elif getattr(called, "resolve", False):  # the first request to a server
        outcome = f"you may repeat {called}. {_IS_IT_TUBER}"
    else:
        outcome = f"{called} may have run. Ask the server how far it got before you call it again"
    if isinstance(error, TimeoutError):
        if error.errno:  # from the kernel, after keepalive probes failed
            text = f"{url} no longer responds ({error})"
        else:
            text = f"Timed out{_after(seconds)} waiting for a reply from {url}"
        return TuberTimeout(f"{text}; {outcome}", may_have_run=sent_all, errno=error.errno)
    return TuberConnectionLost(
        f"Connection to {url} lost: {error}; {outcome}", may_have_run=sent_all, errno=error.errno
    )


def reply_error(error: TuberProtocolError, url: str, called: object) -> TuberProtocolError:
    """Return the error for bytes that are not an HTTP reply."""
    return TuberProtocolError(
        f"{url}: {error}; {called} may have run. {_IS_IT_TUBER}", may_have_run=True
    )


def closed_by_server(in_reply: bool) -> ConnectionResetError:
    """Return the fault of a connection that ended before the complete reply."""
    how = "in the middle of its reply" if in_reply else "without a reply"
    return ConnectionResetError(f"the server closed it {how}")


def _after(seconds: float | None) -> str:
    return "" if seconds is None else f" after {round(seconds, 1):g} s"


def shortened(error: TuberNetworkError) -> TuberNetworkError:
    """Return the error without the frames of tuber's own modules, which say nothing to a user."""
    cause: BaseException | None = error
    for _ in range(8):  # causes may form a circle
        if cause is None:
            break
        cause.__traceback__ = None
        cause = cause.__cause__ or cause.__context__
    return error
