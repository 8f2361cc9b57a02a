"""The address of a server, parsed strictly from a user's ``hostname``.

This module only handles text. It never resolves a name or opens a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tuber.protocol import DEFAULT_PORT, ENDPOINT

HTTP: Final = "http"
HTTPS: Final = "https"
UNIX: Final = "unix"

_PORTS: Final = {HTTP: DEFAULT_PORT, HTTPS: 443}  # RFC 9110 section 4.2
_FORMS: Final = (
    "'board', 'board:8080', '192.168.1.2', '[fe80::1%eth0]:8080', 'http://board:8080', "
    "'http://gateway/crate3/tuber', 'https://board' or 'unix:/run/tuber.sock'"
)
_HOST_AND_PORT: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?")
# The characters that RFC 3986 section 3.2.2 allows in a name, and names in other scripts (IDNA).
_HOST: Final = re.compile(r"[\w.~%:-]+")
# RFC 3986 section 3.3, without the characters that a path has to percent-encode.
_PATH: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)+")
_IPV4: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


@dataclass(frozen=True, slots=True)
class Address:
    """The network address of a server, or its Unix socket on this machine.

    Attributes:
        host: a name or an IP address, without brackets; ``localhost`` for a Unix socket.
        scheme: HTTP, HTTPS or UNIX.
        path: the path of the endpoint; a reverse proxy may use one other than ENDPOINT.
        socket_path: the path of the Unix socket; '' for the other schemes.
    """

    host: str
    port: int = DEFAULT_PORT
    scheme: str = HTTP
    path: str = ENDPOINT
    socket_path: str = ""

    @property
    def authority(self) -> str:
        """The host and port, in the form of the field ``Host`` (RFC 9110 section 7.2)."""
        return self._authority(self.ascii_host)

    @property
    def url(self) -> str:
        """The URL of the server's endpoint, for messages."""
        if self.scheme == UNIX:
            return f"{UNIX}:{self.socket_path}"
        return f"{self.scheme}://{self._authority(self.host)}{self.path}"

    @property
    def is_numeric(self) -> bool:
        """Whether the host is an IP address, which needs no lookup."""
        return ":" in self.host or bool(_IPV4.fullmatch(self.host))

    @property
    def ascii_host(self) -> str:
        """The host as sent to the peer: IDNA-encoded, without the zone of a link-local address.

        The zone has no meaning for the peer (RFC 6874 section 4).
        """
        host = self.host.partition("%")[0]
        return host if host.isascii() else host.encode("idna").decode("ascii")

    def _authority(self, host: str) -> str:
        host = f"[{host}]" if ":" in host else host
        return host if self.port == _PORTS.get(self.scheme, self.port) else f"{host}:{self.port}"


def parse_address(hostname: str) -> Address:
    """Parse the user's ``hostname``.

    Raises:
        TypeError: it is not a string.
        ValueError: it names no host, or requires a feature that tuber does not support.
    """
    if not isinstance(hostname, str):
        raise TypeError(f"expected hostname to be a string such as {_FORMS}; got {hostname!r}")
    text = hostname.strip()
    if text.lower().startswith("unix:"):
        return _parse_unix(text[len("unix:") :], hostname)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _parse_authority(text, HTTP, ENDPOINT, hostname)
    scheme = scheme.lower()
    if scheme not in _PORTS:
        raise ValueError(f"tuber speaks http, https and unix only; got {hostname!r}")
    authority, slash, rest = rest.partition("/")
    path = slash + rest if rest else ENDPOINT
    if not _PATH.fullmatch(path):
        raise ValueError(
            "expected a path of letters, digits and percent-encoded bytes, without a query; "
            f"got {hostname!r}"
        )
    # RFC 6874 section 2: in a URL the sign before the zone is percent-encoded.
    return _parse_authority(authority.replace("%25", "%"), scheme, path, hostname)


def _parse_unix(rest: str, hostname: str) -> Address:
    """Parse ``unix:/path`` or ``unix:///path``.

    A relative path would change its meaning with the working directory, and after pickling.
    """
    path = rest[2:] if rest.startswith("//") else rest
    if not path.startswith("/") or "\0" in path:
        if "@" in path:  # it may be a token, which no message may repeat
            raise ValueError(
                "expected no token in the hostname of a Unix socket; give it as token=, or in the"
                " environment variable TUBER_TOKEN"
            )
        raise ValueError(
            f"expected the absolute path of a socket, 'unix:/run/tuber.sock'; got {hostname!r}"
        )
    return Address("localhost", scheme=UNIX, socket_path=path)


def _parse_authority(text: str, scheme: str, path: str, hostname: str) -> Address:
    if "@" in text:  # it may hold a password, which no message may repeat
        raise ValueError(
            "tuber does not log in: expected hostname without a user or password before '@'"
        )
    if "/" in text:
        raise ValueError(f"a path needs a scheme before it: 'http://{text}'; got {hostname!r}")
    if text.count(":") > 1 and "[" not in text:  # a bare IPv6 address can't have a port
        text = f"[{text}]"
    match = _HOST_AND_PORT.fullmatch(text)
    host = (match.group(1) or match.group(2)) if match else ""
    if match is None or not _HOST.fullmatch(host):
        raise ValueError(f"expected hostname as {_FORMS}; got {hostname!r}")
    port = int(match.group(3)) if match.group(3) else _PORTS[scheme]
    if not 1 <= port <= 65535:
        raise ValueError(f"expected a port from 1 to 65535; got {port} in {hostname!r}")
    return Address(host, port, scheme, path)
