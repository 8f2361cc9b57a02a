"""Times exchanges with a server by pyperf, in the Python whose client is to be timed.

Usage: python -m benchmarks.clients EXCHANGE HOST:PORT SIZE SECONDS

EXCHANGE is a function below. `raw` is the floor of a client: it sends the request that it reads
from stdin over a plain socket, and receives replies of the same size without looking at them.
Prints seconds of one exchange, several of them, as JSON. Imports nothing of this package, because
it runs in the environment of the predecessor, too.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import pyperf

VALUES = 5
RECEIVED_AT_ONCE = 1 << 20


def main() -> None:
    name, hostname, size, seconds = sys.argv[1:]
    runner = pyperf.Runner()
    # pyperf doubles the loops until they take `min-time`; all together take ten times that or more.
    runner.parse_args(
        ["--in-process", "--warmups=1", f"--values={VALUES}", f"--min-time={float(seconds) / 10}"]
    )
    if name == "asynchronous":
        values = runner.bench_time_func(name, asynchronous(hostname)).get_values()
    else:
        values = runner.bench_func(name, globals()[name](hostname, int(size))).get_values()
    print(json.dumps(values))


def resolved(hostname: str, name: str, **options: Any) -> Any:
    import tuber  # noqa: PLC0415  (absent where only `raw` is timed)

    return tuber.resolve_simple(hostname, name, **options)


def synchronous(hostname: str, size: int) -> Callable[[], object]:
    instrument = resolved(hostname, "instrument")
    return lambda: instrument.nothing()  # noqa: PLW0108  (finding the method belongs to a call)


def asynchronous(hostname: str) -> Callable[[int], float]:
    import tuber  # noqa: PLC0415

    loop = asyncio.new_event_loop()
    instrument = loop.run_until_complete(tuber.resolve(hostname, "instrument"))

    async def take(loops: int) -> float:
        begin = time.perf_counter()
        for _ in range(loops):
            await instrument.nothing()
        return time.perf_counter() - begin

    return lambda loops: loop.run_until_complete(take(loops))


def batch(hostname: str, size: int) -> Callable[[], object]:
    instrument = resolved(hostname, "instrument")

    def exchange() -> None:
        with instrument.tuber_context() as context:
            for _ in range(size):
                context.nothing()
            results = context()
        if len(results) != size:
            sys.exit(f"a batch of {size} calls had {len(results)} results")

    return exchange


def array_result(hostname: str, size: int) -> Callable[[], object]:
    # The predecessor sends arrays only to a client that accepts nothing else than CBOR.
    instrument = resolved(hostname, "instrument", accept_types=["application/cbor"])
    if instrument.samples(size)[-1] != size - 1:
        sys.exit("the client received another array than the server sent")
    return lambda: instrument.samples(size)


def array_argument(hostname: str, size: int) -> Callable[[], object]:
    import numpy as np  # noqa: PLC0415

    instrument = resolved(hostname, "instrument")
    array = np.arange(size, dtype=np.float64)
    if instrument.last(array) != size - 1:
        sys.exit("the server received another array than the client sent")
    return lambda: instrument.last(array)


def ints(hostname: str, size: int) -> Callable[[], object]:
    instrument = resolved(hostname, "instrument")
    numbers = list(range(size))
    return lambda: instrument.take(numbers)


def objects(hostname: str, size: int) -> Callable[[], object]:
    level = resolved(hostname, "described_objects")
    for _ in range(size - 1):
        level = level.inner
    return lambda: level.nothing()  # noqa: PLW0108


def containers(hostname: str, size: int) -> Callable[[], object]:
    level = resolved(hostname, "described_containers")
    for _ in range(size - 1):
        level = level.inner[0]
    return lambda: level.nothing()  # noqa: PLW0108


def registry_call(hostname: str, size: int) -> Callable[[], object]:
    board = resolved(hostname, f"board{size // 2}")
    return lambda: board.nothing()  # noqa: PLW0108


def registry_resolve(hostname: str, size: int) -> Callable[[], object]:
    return lambda: resolved(hostname, None)  # type: ignore[arg-type]


def raw(hostname: str, size: int) -> Callable[[], object]:
    request = sys.stdin.buffer.read()
    connection = connected(hostname)
    connection.sendall(request)
    missing_each = len(read_reply(connection))
    connection.settimeout(None)  # with a timeout each call would poll first
    memory = memoryview(bytearray(min(missing_each, RECEIVED_AT_ONCE)))

    def exchange() -> None:
        connection.sendall(request)
        missing = missing_each
        while missing:
            count = connection.recv_into(memory, min(missing, len(memory)))
            if not count:
                raise ConnectionError("the server closed the connection during a reply")
            missing -= count

    return exchange


def connected(hostname: str) -> socket.socket:
    """A connection on which small messages are sent at once."""
    host, port = hostname.split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request_message(hostname: str, body: bytes, media_type: str, accept: str) -> bytes:
    """A whole call as HTTP/1.1."""
    return (
        b"POST /tuber HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nAccept: %s\r\n"
        b"Content-Length: %d\r\n\r\n%s"
        % (hostname.encode(), media_type.encode(), accept.encode(), len(body), body)
    )


def read_reply(connection: socket.socket) -> bytearray:
    """Read one whole reply, by its Content-Length.

    Raises:
        ConnectionError: the reply is no result of a call, or the server closed the connection.
    """
    reply, size = bytearray(), 0
    while not size or len(reply) < size:
        received = connection.recv(RECEIVED_AT_ONCE)
        if not received:
            raise ConnectionError("the server closed the connection during its first reply")
        reply += received
        end = reply.find(b"\r\n\r\n") if not size else -1
        if end >= 0:
            length = reply[:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            size = end + 4 + int(length)
    head, content = reply[:20], reply[reply.find(b"\r\n\r\n") + 4 :][:200]
    if not head.startswith(b"HTTP/1.1 200 ") or b"error" in content[:16]:
        raise ConnectionError(f"expected a result, received {bytes(head)!r} ... {bytes(content)!r}")
    return reply


def reply_size(hostname: str, body: bytes, media_type: str, accept: str) -> int:
    """The size of the whole reply to a call."""
    with connected(hostname) as connection:
        connection.sendall(request_message(hostname, body, media_type, accept))
        return len(read_reply(connection))


if __name__ == "__main__":
    main()
