"""A place on the loopback that never answers, as a machine that is switched off."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def blackhole() -> Iterator[tuple[str, int]]:
    """A listener whose queue is full: the kernel drops further attempts without a word."""
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
