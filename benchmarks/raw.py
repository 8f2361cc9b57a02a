"""Minimal HTTP/1.1 client over a plain socket: the floor for clients. Standard library only."""

import socket
from collections.abc import Callable

RECEIVED_AT_ONCE = 1 << 20


def connected(hostname: str) -> socket.socket:
    """Connect with TCP_NODELAY, so that small messages are sent at once."""
    host, port = hostname.split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request_message(hostname: str, body: bytes, media_type: str, accept: str) -> bytes:
    """Return a complete request."""
    return (
        b"POST /tuber HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nAccept: %s\r\n"
        b"Content-Length: %d\r\n\r\n%s"
        % (hostname.encode(), media_type.encode(), accept.encode(), len(body), body)
    )


def read_reply(connection: socket.socket) -> bytearray:
    """Read one complete reply, using its Content-Length.

    Raises:
        ConnectionError: the reply is not the result of a call, or the server closed the connection.
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
    begin = reply.find(b"\r\n\r\n") + 4
    if not reply.startswith(b"HTTP/1.1 200 ") or b"error" in reply[begin : begin + 16]:
        raise ConnectionError(f"expected a result, received {bytes(reply[: begin + 200])!r}")
    return reply


def reply_size(hostname: str, request: bytes) -> int:
    """Return the size of the complete reply to a request, in bytes."""
    with connected(hostname) as connection:
        connection.sendall(request)
        return len(read_reply(connection))


def exchange(hostname: str, request: bytes) -> Callable[[], None]:
    """Return a function that sends the request and receives a reply of the same size as the first.

    It does not check the reply.
    """
    connection = connected(hostname)
    connection.sendall(request)
    size = len(read_reply(connection))
    connection.settimeout(None)  # with a timeout, Python would poll before each call
    memory = memoryview(bytearray(min(size, RECEIVED_AT_ONCE)))

    def send_and_receive() -> None:
        connection.sendall(request)
        missing = size
        while missing:
            count = connection.recv_into(memory, min(missing, len(memory)))
            if not count:
                raise ConnectionError("the server closed the connection during a reply")
            missing -= count

    return send_and_receive
