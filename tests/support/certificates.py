"""Create a certificate authority and certificates for one test run."""

from __future__ import annotations

import ssl
from datetime import datetime, timezone
from functools import cache

import trustme

LONG_AGO = datetime(2001, 1, 1, tzinfo=timezone.utc)


@cache
def authority() -> trustme.CA:
    """Return the authority. It is cached, because creating its key is slow."""
    return trustme.CA()


def server_context(*names: str, expired: bool = False) -> ssl.SSLContext:
    """Return a context for a server whose certificate has these names."""
    made = authority().issue_cert(*names, not_after=LONG_AGO if expired else None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    return context


def client_context() -> ssl.SSLContext:
    """Return a context for a client that trusts the authority."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
