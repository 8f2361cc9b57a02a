"""The floor of a client: sends the same bytes and waits for a reply, over a plain socket.

Usage: raw_client.py HOST:PORT SECONDS BODY [MORE_BYTES]

So many zeros follow the body: an array, say.

Prints the median time from request to whole reply in microseconds. It knows how long the reply is
from the first one, and so parses nothing.
"""

from __future__ import annotations

import socket
import sys
import time
from statistics import median


def main() -> None:
    host, port = sys.argv[1].split(":")
    seconds, body = float(sys.argv[2]), sys.argv[3].encode()
    body += bytes(int(sys.argv[4])) if len(sys.argv) > 4 else b""
    request = (
        b"POST /tuber HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (sys.argv[1].encode(), len(body), body)
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(None)  # with one, Python asks poll() before each call: no floor
        connection.sendall(request)
        reply_size = len(first_reply(connection))
        durations = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.perf_counter()
            connection.sendall(request)
            missing = reply_size
            while missing:
                missing -= len(connection.recv(min(missing, 1 << 20))) or missing
            durations.append(time.perf_counter() - start)
    print(median(durations) * 1e6)


def first_reply(connection: socket.socket) -> bytes:
    """Reads one whole reply, by its Content-Length."""
    reply = b""
    while b"\r\n\r\n" not in reply:
        reply += connection.recv(65536)
    head, _, content = reply.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(content) < length:
        content += connection.recv(65536)
    return head + b"\r\n\r\n" + content


main()
