"""What is said to a proxy before the bytes of others pass through it."""

from __future__ import annotations

import pytest

from tuber.network.address import parse_address
from tuber.network.tunnel import Tunnel, TunnelRefused
from tuber.protocol import MAX_HEAD_BYTES

PROXY = parse_address("proxy:3128")
OPEN = b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"


def tunnel(hostname: str = "https://board") -> Tunnel:
    return Tunnel(PROXY, parse_address(hostname))


@pytest.mark.parametrize(
    ("hostname", "place"),
    [
        ("https://board", b"board:443"),
        ("https://[fe80::1%eth0]:8443", b"[fe80::1]:8443"),
        ("https://b\u00fccher", b"xn--bcher-kva:443"),
    ],
)
def test_the_server_is_named_with_its_port(hostname: str, place: bytes) -> None:
    expected = b"CONNECT %b HTTP/1.1\r\nHost: %b\r\n\r\n" % (place, place)
    assert tunnel(hostname).request == expected


@pytest.mark.parametrize("cut", range(1, len(OPEN)))
def test_the_answer_may_come_in_pieces(cut: int) -> None:
    asked = tunnel()
    assert not asked.feed(OPEN[:cut])
    assert asked.feed(OPEN[cut:])


def test_interim_replies_are_skipped() -> None:
    assert tunnel().feed(b"HTTP/1.1 100 Continue\r\n\r\n" + OPEN)
    asked = tunnel()
    assert not asked.feed(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert asked.feed(OPEN)


@pytest.mark.parametrize(
    ("received", "message"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", r"refused the way there \(HTTP/1.1 403 Forbidden\)"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "refused the way there"),
        (b"SSH-2.0\r\n\r\n", "malformed"),
        (OPEN + b"x", "spoke before it was asked"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * MAX_HEAD_BYTES, "endless head"),
    ],
)
def test_what_opens_no_tunnel_is_an_error_that_names_the_proxy(
    received: bytes, message: str
) -> None:
    with pytest.raises(TunnelRefused, match=f"the proxy http://proxy:3128.*{message}"):
        tunnel().feed(received)
