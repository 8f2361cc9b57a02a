"""What tuber asks of the ``ssl`` module, and what its errors mean to a user.

Imported only when ``https`` is used: ``import tuber`` does not pay for ``ssl``.
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import Final

# OpenSSL's verification results, X509_V_ERR_* in <openssl/x509_vfy.h>, that have a remedy of their
# own. Whatever else: the certificate does not lead to an authority that is trusted.
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_WRONG_NAME: Final = (62, 64)

# What a socket raises that would have to wait for its next bytes.
NOTHING_YET: Final = ssl.SSLWantReadError


@cache
def default_context() -> ssl.SSLContext:
    """Trusts the system's authorities, checks names; one for all, for it is slow to make."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])  # RFC 7301: a gateway may offer HTTP/2 else
    return context


def is_context(given: object) -> bool:
    """Whether this is what ``ssl_context`` has to be."""
    return isinstance(given, ssl.SSLContext)


def advice(error: BaseException) -> str | None:
    """What went wrong in a handshake and what to do about it; None when it is no matter of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{_fault(error)}; {_remedy(error.verify_code)}"
    if isinstance(error, ssl.SSLError):
        return (
            f"the TLS handshake failed ({error.reason or error}). Does the server speak TLS on "
            "that port? 'http://' in place of 'https://' is for those that do not"
        )
    return None


def _fault(error: ssl.SSLCertVerificationError) -> str:
    return f"the server's certificate is not accepted ({error.verify_message})"


def _remedy(verify_code: int) -> str:
    if verify_code in (_NOT_YET_VALID, _EXPIRED):
        return "renew it, or set the clocks of both machines"
    if verify_code in _WRONG_NAME:
        return "connect by a name that stands in the certificate"
    return (
        "if the authority that signed it is your own, trust it: "
        "ssl_context=ssl.create_default_context(cafile='authority.pem')"
    )
