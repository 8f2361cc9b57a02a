"""Reaching a server over blocking sockets: names, addresses, the proxy's tunnel, TLS.

Makes a socket that is ready for a request, before a deadline, or says why there is none.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
from time import monotonic

from tuber._timing import Timing
from tuber.network.address import UNIX, Address
from tuber.network.errors import connect_error
from tuber.network.race import Place, Race
from tuber.network.route import Route
from tuber.network.socket_options import prepare_socket
from tuber.network.tunnel import Tunnel
from tuber.protocol import MAX_HEAD_BYTES

# What a connection that is being made answers; the second on Windows.
_UNDER_WAY = (errno.EINPROGRESS, errno.EWOULDBLOCK)


def left(deadline: float) -> float:
    """Seconds until the deadline; raises TimeoutError when it has passed."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def connected(
    route: Route, timing: Timing, deadline: float | None, called: object
) -> socket.socket:
    """A socket at whose other end the server listens to HTTP.

    Args:
        deadline: by the clock of ``time.monotonic``; the connect time-out holds beside it.
        called: what the connection is made for, for messages.

    Raises:
        TuberNetworkError: there is none; nothing was sent to the server.
    """
    if timing.connect is not None:
        end = monotonic() + timing.connect
        deadline = end if deadline is None else min(end, deadline)
    hop = route.next_hop
    try:
        sock = _reached(hop, deadline)
        try:
            prepare_socket(sock)
            if route.tunnelled:
                _open_tunnel(sock, Tunnel(hop, route.address), deadline)
            hop = route.address  # whoever is at fault from here on
            if route.ssl_context is not None:
                sock = _encrypted(sock, route, deadline)
            sock.settimeout(None)
        except BaseException:
            sock.close()
            raise
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA does not allow
        raise connect_error(error, hop, called) from error
    return sock


def _reached(address: Address, deadline: float | None) -> socket.socket:
    """Connect to the first of the places that takes it. A name's look-up can't be given a time."""
    if address.scheme == UNIX:
        family = getattr(socket, "AF_UNIX", None)
        if family is None:
            raise OSError(errno.EAFNOSUPPORT, "Python has no unix sockets on this system")
        return _opened((family, socket.SOCK_STREAM, 0, "", address.socket_path), deadline)
    places = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    if len(places) == 1:
        return _opened(places[0], deadline)
    return _winner(Race(places, monotonic()), deadline)


def _opened(place: Place, deadline: float | None) -> socket.socket:
    family, kind, protocol, _, address = place
    seconds = None if deadline is None else left(deadline)
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def _winner(race: Race, deadline: float | None) -> socket.socket:
    """The socket that is connected first; the others are closed."""
    with selectors.DefaultSelector() as running:
        try:
            while True:
                now = monotonic()
                while (place := race.due(now)) is not None:
                    _begin(place, race, running)
                if race.lost:
                    raise race.fault()
                seconds = race.seconds_to_next(monotonic())
                if deadline is not None:
                    seconds = min(left(deadline), left(deadline) if seconds is None else seconds)
                for key, _ in running.select(seconds):
                    sock = key.fileobj
                    assert isinstance(sock, socket.socket)
                    running.unregister(sock)
                    if (code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) == 0:
                        return sock
                    sock.close()
                    race.failed(OSError(code, os.strerror(code)))
        finally:
            for key in list(running.get_map().values()):
                assert isinstance(key.fileobj, socket.socket)
                key.fileobj.close()


def _begin(place: Place, race: Race, running: selectors.BaseSelector) -> None:
    family, kind, protocol, _, address = place
    try:
        sock = socket.socket(family, kind, protocol)
    except OSError as error:  # a family that this machine does not have
        race.failed(error)
        return
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code == 0 or code in _UNDER_WAY:
        running.register(sock, selectors.EVENT_WRITE)
    else:
        sock.close()
        race.failed(OSError(code, os.strerror(code)))


def _open_tunnel(sock: socket.socket, tunnel: Tunnel, deadline: float | None) -> None:
    _set_time(sock, deadline)
    sock.sendall(tunnel.request)
    is_open = False
    while not is_open:
        _set_time(sock, deadline)
        is_open = tunnel.feed(sock.recv(MAX_HEAD_BYTES))


def _encrypted(sock: socket.socket, route: Route, deadline: float | None) -> socket.socket:
    assert route.ssl_context is not None
    # An end without 'close_notify' may be an attack, and must not pass for the end of a reply that
    # ends with its connection (RFC 9112 section 9.8): so no ragged end is suppressed.
    encrypted = route.ssl_context.wrap_socket(
        sock,
        server_hostname=route.address.ascii_host,
        do_handshake_on_connect=False,
        suppress_ragged_eofs=False,
    )
    try:
        _set_time(encrypted, deadline)
        encrypted.do_handshake()
    except BaseException:
        encrypted.close()
        raise
    return encrypted


def _set_time(sock: socket.socket, deadline: float | None) -> None:
    sock.settimeout(None if deadline is None else left(deadline))
