"""Names of attributes, compared in the form in which Python's parser stores them (PEP 3131)."""

from __future__ import annotations

from unicodedata import normalize


def attribute_name(name: str) -> str:
    """Return a name as Python's parser would store it: in the normal form NFKC.

    The key of European keyboards writes U+00B5 for micro; source code then holds U+03BC.
    """
    return name if name.isascii() else normalize("NFKC", name)
