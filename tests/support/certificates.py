"""An authority and certificates, made for one test run."""

from __future__ import annotations

import ssl
from datetime import datetime, timezone
from functools import cache

import trustme

LONG_AGO = datetime(2001, 1, 1, tzinfo=timezone.utc)


@cache
def authority() -> trustme.CA:
    """The one authority; making its key takes a moment."""
    return trustme.CA()


def server_context(*names: str, expired: bool = False) -> ssl.SSLContext:
    """For a server whose certificate holds these names."""
    made = authority().issue_cert(*names, not_after=LONG_AGO if expired else None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    return context


def client_context() -> ssl.SSLContext:
    """For a client that trusts the authority."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context
