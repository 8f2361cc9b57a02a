"""Token files: who may read, and who may control (RFC 6750, bearer tokens).

A line is ``read TOKEN`` or ``control TOKEN``; empty lines and those that begin with ``#`` say
nothing. No message may repeat a token.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Token", "load_tokens"]

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")  # RFC 6750 section 2.1: b64token
_EXPECTED: Final = (
    "expected 'read TOKEN' or 'control TOKEN', with a token of 16 to 512 letters, digits and -._~+/"
)
_KINDS: Final = {"read": False, "control": True}


@dataclass(frozen=True, slots=True)
class Token:
    """A token that clients show.

    Attributes:
        may_control: whether it allows everything; else what changes nothing: descriptions,
            properties, and methods marked with `readonly`.
    """

    text: str = field(repr=False)
    may_control: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not _TOKEN.fullmatch(self.text):
            raise ValueError("expected a token of 16 to 512 letters, digits and -._~+/")


def load_tokens(path: str | os.PathLike[str]) -> list[Token]:
    """The tokens of a file, which only its owner and group may read.

    Raises:
        OSError: it can't be read.
        ValueError: a line is wrong, there is no token, or everybody may read the file.
    """
    name = os.fspath(path)
    with open(name, encoding="utf-8", errors="replace") as file:
        if os.fstat(file.fileno()).st_mode & stat.S_IRWXO:
            raise ValueError(f"{name}: everybody on this machine can get at the tokens: chmod 600")
        lines = file.read().splitlines()
    tokens: dict[str, Token] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or words[0] not in _KINDS or not _TOKEN.fullmatch(words[1]):
            raise ValueError(f"{name}:{number}: {_EXPECTED}")
        if words[1] in tokens:
            raise ValueError(f"{name}:{number}: this token stands on another line, too")
        tokens[words[1]] = Token(words[1], _KINDS[words[0]])
    if not tokens:
        raise ValueError(f"{name} has no token: {_EXPECTED}")
    return list(tokens.values())
