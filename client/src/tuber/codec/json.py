"""The JSON codec (RFC 8259) in Python, on the standard library's ``json``.

It is used where tuberd, whose compiled codec does the same, is not installed. What ``json`` would
take or change silently is refused, so that a value never changes.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from math import isfinite
from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuber.codec.fault import place_of
from tuber.codec.json_values import Inexact, exact_copy, octets_of, plain_value
from tuber.protocol import JSON, MAX_DIGITS, MAX_NESTING


class JsonCodec:
    """JSON, in the values of PROTOCOL.md section 9.

    Args:
        strict: refuse to write what a peer would read as another value: NaN and infinities (null),
            keys of a map that are no strings, a map that stands for bytes. The client is strict; a
            server writes what it can.
    """

    media_type: Final = JSON

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict

    def encode(self, value: Any) -> bytes:
        """Write a value; raise EncodeError if it can't be carried."""
        plain = plain_value(value, self.strict)
        try:
            return _encoder.encode(plain).encode()
        except ValueError as error:  # an integer of more digits than CPython writes
            raise EncodeError(f"an integer is over the limit of {MAX_DIGITS} digits") from error

    def encode_exact(self, value: Any) -> bytes | None:
        """Write a value if it is sure to arrive as it is; otherwise return None."""
        try:
            return _encoder.encode(exact_copy(value)).encode()
        except (Inexact, ValueError):  # a lone surrogate, or an integer that is too long
            return None

    def encode_parts(self, value: Any) -> tuple[bytes]:
        """Write a value, as one piece."""
        return (self.encode(value),)

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value; raise DecodeError if the body is not strict JSON."""
        try:
            text = str(body, "utf-8")
        except UnicodeDecodeError as error:
            text = str(bytes(body)[: error.start], "utf-8")
            raise _fault(text, "invalid UTF-8 in a string", len(text)) from None
        try:
            return _read(text)
        except json.JSONDecodeError as error:
            raise _fault(text, f"not JSON: {error.msg}", error.pos) from None
        except ValueError as error:
            raise _fault(text, str(error)) from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(strict={self.strict})"


_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)


def _read(text: str) -> Any:
    if _is_too_deep(text):
        raise ValueError(f"nested more than {MAX_NESTING} levels deep")
    value = _decoder.decode(text)
    if "\\u" in text and any(escape.lastindex for escape in _ESCAPES.finditer(text)):
        raise ValueError("a lone surrogate in a string")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"not JSON: {constant}")


def _finite(digits: str) -> float:
    number = float(digits)
    if isfinite(number):
        return number
    raise ValueError("a number is too large for a 64-bit float")


def _members(pairs: list[tuple[str, Any]]) -> Any:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("this member came twice")
    octets = octets_of(members)
    return members if octets is None else octets


_decoder: Final = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_members
)

# The escapes of strings (RFC 8259 section 7). The group matches a lone surrogate, which has no
# UTF-8 form; json accepts it.
_ESCAPES: Final = re.compile(
    r"""\\(?: u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}
          | (u[dD][89a-fA-F])
          | . )""",
    re.VERBOSE | re.DOTALL,
)
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_BRACKET: Final = re.compile(r"[^][{}]+")


def _is_too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return False
    brackets = _NO_BRACKET.sub("", _STRINGS.sub("", text))
    return max(accumulate(1 if each in "[{" else -1 for each in brackets), default=0) > MAX_NESTING


# --- Where a fault is. Slow, because it is needed for faults only.

_TOKEN: Final = re.compile(
    r'[ \t\n\r]*([][{},:]|"(?:[^"\\]|\\.)*"|[^][{},:" \t\n\r]+|")', re.DOTALL
)


def _fault(text: str, fault: str, position: int | None = None) -> DecodeError:
    """Return the error for a fault, with its place.

    Args:
        position: of the character at fault; None if it is the first that `_is_fault` finds.
    """
    steps: list[Any] = []  # outermost first; None in a map before the name of its first member
    names: list[set[str]] = []
    at_name = False
    for token in _TOKEN.finditer(text):
        word, at = token[1], token.start(1)
        if position is not None and at >= position:
            break
        if word in "[{":
            steps.append(0 if word == "[" else None)
            names.append(set())
            at_name = word == "{"
        elif word in "]}" and steps:
            steps.pop()
            names.pop()
        elif word == "," and steps:
            at_name = not isinstance(steps[-1], int)
            steps[-1] = steps[-1] if at_name else steps[-1] + 1
        elif at_name and word[0] == '"':
            at_name = False
            steps[-1] = json.loads(word, strict=False)
            if position is None and steps[-1] in names[-1]:
                position = at
                break
            names[-1].add(steps[-1])
        if position is None and (len(steps) > MAX_NESTING or _is_fault(word)):
            position = at
            steps = steps[:MAX_NESTING]
            break
    offset = len(text[:position].encode("utf-8", "surrogatepass"))
    return DecodeError(
        fault, offset, place_of([step for step in reversed(steps) if step is not None])
    )


def _is_fault(word: str) -> bool:
    """Whether a token is a value that is refused although its syntax is right."""
    if word[0] == '"':
        return any(escape.lastindex for escape in _ESCAPES.finditer(word))
    if word in ("NaN", "Infinity", "-Infinity"):
        return True
    digits = word.lstrip("-")
    if digits.isdecimal():
        return len(digits) > MAX_DIGITS
    return digits[0].isdecimal() and not isfinite(float(word))
