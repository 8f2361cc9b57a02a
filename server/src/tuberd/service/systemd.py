"""The service manager: the socket that it may pass, and the states that it wants to know.

The protocols are systemd's (sd_listen_fds(3), sd_notify(3)); other managers speak them, too.
Without a manager nothing here has an effect.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Final

__all__ = ["notify", "take_socket"]

_FIRST: Final = 3  # SD_LISTEN_FDS_START


def take_socket() -> int | None:
    """Return the descriptor of the listening socket passed to this process, or None.

    Removes the environment variables that announce it, and keeps it from programs that the registry
    file starts.

    Raises:
        ValueError: The manager passed more than one socket.
    """
    process = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()) or not count.isdecimal() or int(count) == 0:
        return None
    with contextlib.suppress(OSError):
        os.set_inheritable(_FIRST, False)
    if int(count) > 1:
        raise ValueError(f"expected one socket from the service manager; it passed {count}")
    return _FIRST


def notify(state: str) -> None:
    """Send a state, such as ``READY=1``, to the service manager; never wait or fail."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # Linux's abstract names
        address = "\0" + address[1:]
    # A program may have patched the socket module, so anything may be raised.
    with contextlib.suppress(Exception):  # noqa: SIM117
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.setblocking(False)
            manager.sendto(state.encode(), address)
