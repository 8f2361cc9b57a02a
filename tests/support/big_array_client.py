"""Run one client call with a big array and print the peak growth of the process's memory.

Usage: big_array_client.py blocking|asyncio python|compiled argument|result

The output is the growth of the peak resident memory divided by the size of the array. The server is
a thread of the same process: it discards what it reads, and sends zeros.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import numpy

import tuber
from tests.support.codecs import cbor_codec
from tuber.codec import compiled

LENGTH = 12_500_000  # float64: 100 MB
CHUNK = bytearray(1024 * 1024)
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/{}\r\nX-Tuber-Run: 1\r\n"
    "Content-Length: {}\r\n\r\n"
)


def read_request(stream: Any) -> bool:
    """Read a request and discard it; return whether it was a big one."""
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    left = length
    while left:
        left -= stream.readinto(memoryview(CHUNK)[: min(left, len(CHUNK))])
    return length > len(CHUNK)


def serve(listener: socket.socket, result: bool) -> None:
    connection, _ = listener.accept()
    stream = connection.makefile("rb")
    while stream.peek(1):
        big = read_request(stream)
        if big or not result:
            connection.sendall(HEAD.format("json", 15).encode() + b'{"result":null}')
            continue
        # Zeros that were never written use no memory.
        begin, numbers = cbor_codec("python").encode_parts({"result": numpy.zeros(LENGTH)})
        connection.sendall(HEAD.format("cbor", len(begin) + len(numbers)).encode() + begin)
        for start in range(0, len(numbers), len(CHUNK)):
            connection.sendall(memoryview(numbers)[start : start + len(CHUNK)])


def peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


async def call(shell: str, hostname: str, args: tuple[Any, ...]) -> Any:
    kind = tuber.TuberObject if shell == "asyncio" else tuber.SimpleTuberObject
    link = kind("Board", hostname=hostname)._tuber_link
    done = link.run(link.session.call("Board", "load", args, {}))
    return await done if shell == "asyncio" else done


def main() -> None:
    shell, codec, direction = sys.argv[1:]
    chosen = cbor_codec(codec)
    compiled.cbor_codec = lambda: chosen  # type: ignore[assignment]
    listener = socket.create_server(("127.0.0.1", 0))
    result = direction == "result"
    threading.Thread(target=serve, args=(listener, result), daemon=True).start()
    hostname = f"127.0.0.1:{listener.getsockname()[1]}"
    args = () if result else (numpy.ones(LENGTH),)
    before = peak_bytes()
    returned = asyncio.run(call(shell, hostname, args))
    print((peak_bytes() - before) / (LENGTH * 8))
    if result:
        assert returned.shape == (LENGTH,)
        assert not returned.any()


main()
