"""A tunnel through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6): bytes only, no I/O."""

from __future__ import annotations

from tuber.errors import TuberProtocolError
from tuber.network.address import Address
from tuber.network.http1 import parse_head
from tuber.protocol import MAX_HEAD_BYTES


class TunnelRefused(OSError):
    """The proxy does not let us through, or is none."""


class Tunnel:
    """Asks a proxy to pass bytes on to a server. Nothing was sent to that server yet.

    Attributes:
        request: what to send to the proxy.
    """

    def __init__(self, proxy: Address, address: Address) -> None:
        self._proxy = proxy
        place = address.host_and_port.encode("ascii")
        self.request = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (place, place)
        self._received = b""

    def feed(self, received: bytes) -> bool:
        """Take what the proxy answered, b"" at the end; whether the tunnel is open.

        Raises:
            TunnelRefused: it will not be.
        """
        if not received:
            raise TunnelRefused(f"the proxy {self._proxy.url} closed the connection")
        self._received += received
        head, end, behind = self._received.partition(b"\r\n\r\n")
        if not end:
            if len(head) > MAX_HEAD_BYTES:
                raise TunnelRefused(f"the proxy {self._proxy.url} sent an endless head")
            return False
        try:
            status = parse_head(head).status
        except TuberProtocolError as error:
            raise TunnelRefused(f"the proxy {self._proxy.url}: {error}") from error
        if 100 <= status < 200:  # RFC 9110 section 15.2: skipped
            self._received = b""
            return self.feed(behind) if behind else False
        if not 200 <= status < 300:
            line = head.partition(b"\r\n")[0].decode("latin-1")
            raise TunnelRefused(f"the proxy {self._proxy.url} refused the way there ({line})")
        if behind:  # in TLS the client speaks first
            raise TunnelRefused(f"the proxy {self._proxy.url} spoke before it was asked")
        return True
