"""Whether a connection that rests has something to read: what it should not have. For both shells.

The kernel is asked, at the cost of one system call and no exception; nothing is read.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from functools import partial


def readability(sock: socket.socket) -> Callable[[], object]:
    """What tells, by being true, that bytes, the end or a fault of the connection wait to be read.

    To be called by one thread at a time, while the socket is open.
    """
    if not hasattr(select, "poll"):  # Windows, where select() takes any number of sockets
        return lambda: select.select([sock], [], [], 0)[0]
    readiness = select.poll()
    readiness.register(sock.fileno(), select.POLLIN)
    return partial(readiness.poll, 0)
