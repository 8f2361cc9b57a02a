"""Token files: bearer tokens (RFC 6750) that allow reading, or full control.

A line is ``read TOKEN`` or ``control TOKEN``; empty lines and lines that begin with ``#`` are
comments. No message may contain a token.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Token", "load_tokens"]

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")  # RFC 6750 section 2.1: b64token
_FORM: Final = "16 to 512 letters, digits and -._~+/"
_EXPECTED: Final = f"expected 'read TOKEN' or 'control TOKEN', with a token of {_FORM}"
_KINDS: Final = {"read": False, "control": True}


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token that clients may present.

    Attributes:
        text: the token: 16 to 512 letters, digits and ``-._~+/``, then any number of ``=``.
        may_control: whether the token allows everything. Otherwise it allows descriptions, reading
            properties, and methods marked with `readonly`.

    Raises:
        ValueError: The text is not a token.
    """

    text: str = field(repr=False)
    may_control: bool = False

    def __post_init__(self) -> None:
        """Check the text."""
        if not isinstance(self.text, str) or not _TOKEN.fullmatch(self.text):
            raise ValueError(f"expected a token of {_FORM}")


def load_tokens(path: str | os.PathLike[str]) -> list[Token]:
    """Load the tokens of a file.

    Args:
        path: the file; users other than its owner and group must not have access.

    Returns:
        The tokens, in the order of the file.

    Raises:
        OSError: The file can't be read.
        ValueError: A line is wrong, there is no token, or other users have access to the file.
    """
    name = os.fspath(path)
    with open(name, encoding="utf-8", errors="replace") as file:
        if os.fstat(file.fileno()).st_mode & stat.S_IRWXO:
            raise ValueError(f"{name}: other users can access the tokens; run 'chmod 600 {name}'")
        lines = file.read().splitlines()
    tokens: dict[str, Token] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or words[0] not in _KINDS or not _TOKEN.fullmatch(words[1]):
            raise ValueError(f"{name}:{number}: {_EXPECTED}")
        if words[1] in tokens:
            raise ValueError(f"{name}:{number}: this token is already on another line")
        tokens[words[1]] = Token(words[1], _KINDS[words[0]])
    if not tokens:
        raise ValueError(f"{name} has no token: {_EXPECTED}")
    return list(tokens.values())
