"""Connections that made one call and then stay silent, and what a newcomer waits beside them."""

from __future__ import annotations

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from statistics import median

from .load import LoadError
from .sides import RunningServer

FIRST_CALLS = 1_000
SPARE_DESCRIPTORS = 100  # for everything that is no idle connection
TIMEOUT_SECONDS = 10.0
OPENING_SECONDS = 60.0  # for all connections together


def raise_descriptor_limit(connections: int) -> None:
    """Lets this process, and the servers it starts later, hold that many connections.

    Raises:
        LoadError: the system does not allow it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise LoadError(f"needs {wanted} open files, the limit is {hard} (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextlib.contextmanager
def idle_connections(server: RunningServer, body: bytes, count: int) -> Iterator[None]:
    """Holds `count` connections open, each of which made one call.

    Raises:
        LoadError: the server closed one meanwhile, or the system allows less.
    """
    raise_descriptor_limit(count)
    with contextlib.ExitStack() as stack:
        connections: list[socket.socket] = []
        deadline = time.monotonic() + OPENING_SECONDS
        while len(connections) < count:
            if time.monotonic() > deadline:
                raise LoadError(f"{len(connections)} connections took {OPENING_SECONDS:.0f} s")
            connections.append(stack.enter_context(_called(server, body)))
        yield
        for connection in connections:
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.recv(1)
                raise LoadError("the server closed an idle connection")


def median_first_call(server: RunningServer, body: bytes) -> float:
    """The median time in seconds of opening a connection and making a call on it."""
    durations = []
    for _ in range(FIRST_CALLS):
        start = time.perf_counter()
        connection = _called(server, body)
        durations.append(time.perf_counter() - start)
        connection.close()
    return median(durations)


def _called(server: RunningServer, body: bytes) -> socket.socket:
    """A connection on which one call was answered; its short reply comes in one piece."""
    connection = socket.create_connection(("127.0.0.1", server.port), TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(
        b"POST /tuber HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    reply = connection.recv(65536)
    if not reply.startswith(b"HTTP/1.1 200 "):
        connection.close()
        raise LoadError(f"a call on a new connection was answered {reply[:100]!r}")
    return connection
