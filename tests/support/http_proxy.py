"""A small HTTP proxy on the loopback: absolute-form requests and CONNECT tunnels."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.support.scripted_server import PATIENCE_SECONDS


class HttpProxy:
    """Passes on what it is asked to, whatever host is named, to one server on the loopback.

    Attributes:
        url: for HTTP_PROXY.
        asked: the request lines that came, in order.
        refusal: answered to every request when it is set.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[bytes] = []
        self.refusal: bytes | None = None
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE_SECONDS)
        server = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
        with client, server, contextlib.suppress(ConnectionError):
            received = b""
            while b"\r\n\r\n" not in received:
                received += client.recv(65536)
            head, _, behind = received.partition(b"\r\n\r\n")
            line, _, fields = head.partition(b"\r\n")
            self.asked.append(line)
            if self.refusal is not None:
                client.sendall(self.refusal)
                return
            method, target, version = line.split(b" ")
            if method == b"CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:  # the path alone is for the server (RFC 9112 section 3.2.1)
                path = b"/" + target.split(b"/", 3)[3]
                server.sendall(b"%b %b %b\r\n%b\r\n\r\n" % (method, path, version, fields) + behind)
            back = threading.Thread(target=_pass_on, args=(server, client))
            back.start()
            _pass_on(client, server)
            back.join()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Copy bytes until the source ends, then end the target."""
    with contextlib.suppress(OSError):
        while received := source.recv(65536):
            target.sendall(received)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def http_proxy(port: int) -> Iterator[HttpProxy]:
    """A proxy before the server on a port of the loopback; its clients have to close first."""
    proxy = HttpProxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
