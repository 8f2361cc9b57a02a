"""A service manager's side of a server: the socket it may pass, and what it wants to be told.

The protocols are systemd's (sd_listen_fds(3), sd_notify(3)); other managers speak them too. Without
a manager nothing here does anything.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Final

__all__ = ["notify", "take_socket"]

_FIRST: Final = 3  # SD_LISTEN_FDS_START


def take_socket() -> int | None:
    """The descriptor of the listening socket that was passed to this process; None: there is none.

    The variables that tell of it are removed, so that no child takes it for its own.

    Raises:
        ValueError: more than one was passed.
    """
    process = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()) or not count.isdecimal() or int(count) == 0:
        return None
    if int(count) > 1:
        raise ValueError(f"expected one socket of the service manager; it passed {count}")
    return _FIRST


def notify(state: str) -> None:
    """Tell the service manager, such as ``READY=1``; whoever can't be reached is not waited for."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # Linux's abstract names
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.setblocking(False)
        manager.sendto(state.encode(), address)
