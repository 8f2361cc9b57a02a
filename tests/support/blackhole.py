"""A loopback address that never answers, like that of a machine without power."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def blackhole() -> Iterator[tuple[str, int]]:
    """Listen with a full backlog, so that the kernel silently drops further connection attempts."""
    with contextlib.ExitStack() as kept:
        listener = kept.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        while True:
            sock = kept.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(place)
            if not select.select([], [sock], [], 0.1)[1]:
                break
        yield place
