"""What is asked of the kernel for a connection to a server; the same for both shells."""

from __future__ import annotations

import socket

from tuber._timing import PROBE_AFTER_SECONDS, PROBE_EVERY_SECONDS, PROBES


def prepare_socket(sock: socket.socket) -> None:
    """Send at once, and let the kernel end a connection whose peer is gone without a word."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return  # a unix socket sends at once, and its peer can't vanish without being noticed
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    give_up = PROBE_AFTER_SECONDS + PROBES * PROBE_EVERY_SECONDS
    for name, value in (
        ("TCP_KEEPIDLE", PROBE_AFTER_SECONDS),
        ("TCP_KEEPALIVE", PROBE_AFTER_SECONDS),  # the same on macOS
        ("TCP_KEEPINTVL", PROBE_EVERY_SECONDS),
        ("TCP_KEEPCNT", PROBES),
        # Probes are not sent while a request is unacknowledged (RFC 9293 section 3.8.4).
        ("TCP_USER_TIMEOUT", give_up * 1000),
    ):
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
