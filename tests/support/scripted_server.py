"""A real server on the loopback that answers, cuts and stalls exactly as a test specifies."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

# Far longer than anything here takes: a test that hangs fails instead.
PATIENCE_SECONDS = 60.0


def http_reply(value: Any, *fields: str, status: str = "200 OK") -> bytes:
    """Return an HTTP reply with the value as its JSON body."""
    body = json.dumps(value).encode()
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, *(fields or ("Connection: keep-alive",)), "", ""]).encode() + body


class ServedConnection:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._received = b""

    def read_request(self) -> Any:
        """Return the decoded body of the next request, or None if the client has closed."""
        head_end = -1
        while head_end < 0 or len(self._received) < head_end + self._length(head_end):
            received = self._socket.recv(65536)
            if not received:
                return None
            self._received += received
            head_end = self._received.find(b"\r\n\r\n") + 4 if b"\r\n\r\n" in self._received else -1
        end = head_end + self._length(head_end)
        self.head, body = self._received[:head_end], self._received[head_end:end]
        self._received = self._received[end:]
        return json.loads(body)

    def _length(self, head_end: int) -> int:
        for line in self._received[:head_end].split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                return int(line.partition(b":")[2])
        return 0

    def read_some(self, count: int) -> bytes:
        """Read and discard at most `count` bytes."""
        return self._socket.recv(count)

    def send(self, reply: bytes) -> None:
        self._socket.sendall(reply)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def begin_goodbye(self) -> None:
        """Send TLS close_notify, without waiting for the client's."""
        assert isinstance(self._socket, ssl.SSLSocket)
        self._socket.settimeout(0)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._socket.unwrap()

    def wait_for_the_end(self) -> None:
        """Wait until the client closes, and ignore everything that it sends."""
        self._socket.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(OSError):
            while socket.socket.recv(self._socket, 65536):
                pass

    def heard_goodbye(self) -> bool:
        """Wait until a TLS client closes; return whether it sent close_notify."""
        try:
            return self._socket.recv(1) == b""
        except ssl.SSLEOFError:
            return False

    def close(self) -> None:
        self._socket.close()


Handler = Callable[[ServedConnection, int], None]


class ScriptedServer:
    """A server that runs ``handler(connection, number)`` for each connection in its own thread.

    It closes a connection when its handler returns. An exception of a handler is raised again at
    the end of the ``with`` block.

    Args:
        ssl_context: use TLS with this context; a failed handshake is not an error.
        unix_path: listen on this Unix socket instead of the network.

    Attributes:
        connections: the number of accepted connections.
        requests: a list in which tests' handlers record requests, in order.
    """

    def __init__(
        self,
        handler: Handler,
        address: str = "127.0.0.1",
        *,
        ssl_context: ssl.SSLContext | None = None,
        unix_path: Path | None = None,
    ) -> None:
        self._handler = handler
        self._ssl_context = ssl_context
        self.port = 0
        if unix_path is not None:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(unix_path))
            self._listener.listen(256)
            self.hostname = f"unix:{unix_path}"
        else:
            self._listener = socket.create_server((address, 0), backlog=256)
            self.port = self._listener.getsockname()[1]
            self.hostname = f"127.0.0.1:{self.port}"
            if ssl_context is not None:
                self.hostname = f"https://{self.hostname}"
        self.connections = 0
        self.requests: list[Any] = []
        self._faults: list[BaseException] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(PATIENCE_SECONDS)
            self.connections += 1
            thread = threading.Thread(
                target=self._serve, args=(sock, self.connections), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        if self._ssl_context is not None:
            try:
                sock = self._ssl_context.wrap_socket(
                    sock, server_side=True, suppress_ragged_eofs=False
                )
            except OSError:
                sock.close()
                return
        with sock:
            try:
                self._handler(ServedConnection(sock), number)
            except ConnectionError:
                pass
            except BaseException as fault:
                self._faults.append(fault)

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        if self._faults and error is None:
            raise self._faults[0]


def echo(connection: ServedConnection, number: int) -> None:
    """Answer each call with itself until the client disconnects."""
    while (asked := connection.read_request()) is not None:
        connection.send(http_reply({"result": asked}))
