"""Where a server is: what a user writes as ``hostname``, read once and strictly.

Text only. Nothing here resolves a name or opens a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tuber.protocol import DEFAULT_PORT, ENDPOINT

_FORMS: Final = "'board', 'board:8080', 'http://board:8080', '192.168.1.2' or '[fe80::1]:8080'"
_HOST_AND_PORT: Final = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?")
# What RFC 3986 section 3.2.2 allows in a name, and names in other scripts (IDNA).
_HOST: Final = re.compile(r"[\w.~%:-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A server's host and port.

    Attributes:
        host: a name or an IP address, without brackets.
    """

    host: str
    port: int = DEFAULT_PORT

    @property
    def authority(self) -> str:
        """Host and port as ``Host`` and URLs have them (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The server's endpoint, for messages."""
        return f"http://{self.authority}{ENDPOINT}"


def parse_address(hostname: str) -> Address:
    """Read what the user gave as ``hostname``.

    Raises:
        TypeError: it is not a string.
        ValueError: it names no host, or asks for what tuber can't do.
    """
    if not isinstance(hostname, str):
        raise TypeError(f"expected hostname to be a string such as {_FORMS}; came {hostname!r}")
    text = hostname.strip()
    scheme, separator, rest = text.partition("://")
    if separator:
        if scheme.lower() != "http":
            raise ValueError(f"tuber speaks plain http only; came {hostname!r}")
        text = rest.removesuffix(ENDPOINT).removesuffix("/")
    if text.count(":") > 1 and "[" not in text:  # a bare IPv6 address can't have a port
        text = f"[{text}]"
    match = _HOST_AND_PORT.fullmatch(text)
    host = (match.group(1) or match.group(2)) if match else ""
    if match is None or not _HOST.fullmatch(host):
        raise ValueError(f"expected hostname as {_FORMS}; came {hostname!r}")
    port = int(match.group(3)) if match.group(3) else DEFAULT_PORT
    if not 1 <= port <= 65535:
        raise ValueError(f"expected a port from 1 to 65535; came {port} in {hostname!r}")
    return Address(host, port)
