"""The floor of a client: sends the same bytes and waits for a reply, over a plain socket.

Further arguments: BODY MORE_BYTES. So many zeros follow the body: an array, say.
The value is the median time from request to whole reply in microseconds. It knows how long the
reply is from the first one, and so parses nothing, and receives into the same memory each time.
"""

from __future__ import annotations

import socket

from .timing import arguments, time_exchanges


def main() -> None:
    told = arguments()
    host, port = told.hostname.split(":")
    body = told.rest[0].encode() + bytes(int(told.rest[1]))
    request = (
        b"POST /tuber HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (told.hostname.encode(), len(body), body)
    )
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.settimeout(None)  # a time-out would cost a poll() for each call
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        reply = memoryview(bytearray(reply_size(connection)))

        def exchange() -> None:
            connection.sendall(request)
            received = 0
            while received < len(reply):
                count = connection.recv_into(reply[received:])
                if not count:
                    raise ConnectionError("the server closed the connection")
                received += count

        time_exchanges(exchange, told)


def reply_size(connection: socket.socket) -> int:
    """Reads one whole reply; its size, by its Content-Length."""
    reply = b""
    while b"\r\n\r\n" not in reply:
        reply += connection.recv(65536)
    head, _, content = reply.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - len(content)
    while missing:
        missing -= len(connection.recv(min(missing, 1 << 20)))
    return len(head) + len(b"\r\n\r\n") + length


main()
