"""The default TLS context, and advice for errors of the ``ssl`` module.

Imported only if ``https`` is used, because ``ssl`` is slow to import.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import Final

# Verification results of OpenSSL (X509_V_ERR_* in <openssl/x509_vfy.h>) that need special advice.
# For all others, the certificate is not signed by a trusted authority.
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_WRONG_NAME: Final = (62, 64)

# Raised by a non-blocking socket that has no bytes yet.
NOTHING_YET: Final = ssl.SSLWantReadError


@cache
def default_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and checks names; slow to create."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])  # RFC 7301: else a gateway may choose HTTP/2
    return context


def checked_context(given: object) -> ssl.SSLContext:
    """Return the user's ``ssl_context``, or the default one for None."""
    if given is None:
        return default_context()
    if not isinstance(given, ssl.SSLContext):
        raise TypeError(f"expected ssl_context to be an ssl.SSLContext; got {given!r}")
    return given


def advice(error: BaseException) -> str | None:
    """Return the fault of a handshake and advice; None if the error is not one of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{_fault(error)}; {_remedy(error.verify_code)}"
    if isinstance(error, ssl.SSLError):
        return (
            f"the TLS handshake failed ({error.reason or error}). Does the server speak TLS on "
            "that port? If not, use 'http://'"
        )
    return None


def _fault(error: ssl.SSLCertVerificationError) -> str:
    return f"the server's certificate is not accepted ({error.verify_message})"


def _remedy(verify_code: int) -> str:
    if verify_code in (_NOT_YET_VALID, _EXPIRED):
        return "renew it, or set the clocks of both machines"
    if verify_code in _WRONG_NAME:
        return "connect by a name that is in the certificate"
    return (
        "if the authority that signed it is your own, trust it: "
        "ssl_context=ssl.create_default_context(cafile='authority.pem')"
    )
