"""The JSON codec (RFC 8259), over orjson, msgspec or the standard library.

The library does the usual case fast. What it would refuse or change silently takes an exact path
in Python, so that a value never changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import isfinite
from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuber.codec.json_values import is_exact_in_json, plain_value, with_bytes
from tuber.protocol import JSON

__all__ = ["DEFAULT", "JsonCodec"]

LIBRARIES: Final = ("orjson", "msgspec", "json")


class JsonCodec:
    """JSON, in the values of PROTOCOL.md section 9.

    Args:
        library: 'orjson', 'msgspec' or 'json'; None takes orjson if it is installed, else json.
        strict: refuse to write what a peer would read as another value: NaN and infinities (null),
            keys of a map that are no strings, a map that stands for bytes. The client is strict; a
            server writes what it can.

    Raises:
        ImportError: the library is not installed.
        ValueError: the library is not known.
    """

    media_type: Final = JSON

    def __init__(self, library: str | None = None, *, strict: bool = False) -> None:
        self.strict = strict
        self.library, self._dumps, self._loads = _load(library)
        # orjson refuses values that it does not know; the others write some in their own way
        # (msgspec: bytes as base64, json: named tuples as arrays), so they get only plain ones.
        # orjson gets no hook for other values: it holds borrowed references into lists and maps,
        # and another thread may change these while a hook runs.
        self._takes_any_value = self.library == "orjson"

    def encode(self, value: Any) -> bytes:
        """Write a value; raise EncodeError if it can't be carried."""
        if self._takes_any_value:
            with suppress(TypeError):
                body = self._dumps(value)
                # orjson raises for everything else that strict is about.
                if self.strict and (b"null" in body or b'"bytes"' in body):
                    plain_value(value, strict=True)
                return body
        plain = plain_value(value, self.strict)
        try:
            return self._dumps(plain)
        except (OverflowError, TypeError, ValueError):  # an integer over 64 bits
            return _json_dumps(plain)

    def encode_exact(self, value: Any) -> bytes | None:
        """Write a value if it is sure to arrive as it is; otherwise return None.

        For the usual value the check is cheap: the text shows what orjson writes as another value
        (NaN, UUIDs) and what is read as another value (a map that stands for bytes).
        """
        if self._takes_any_value:
            try:
                body = self._dumps(value)
            except TypeError:
                return None
            # Not ``in``, which takes three times as long: it tries an integer first.
            find = body.find
            suspicious = (
                find(b"null") >= 0
                or find(b'"bytes"') >= 0
                or (find(b"-") >= 0 and _IN_UUIDS.search(body) is not None)
            )
            return None if suspicious and not is_exact_in_json(value) else body
        if not is_exact_in_json(value):
            return None
        try:
            return self.encode(value)
        except EncodeError:
            return None

    def encode_parts(self, value: Any) -> tuple[bytes]:
        """Write a value, as one piece."""
        return (self.encode(value),)

    def decode(self, body: bytes | bytearray | memoryview) -> Any:
        """Read a value; raise DecodeError if the body is not strict JSON."""
        if not isinstance(body, bytes):
            body = bytes(body)
        # orjson silently turns integers over 64 bits into floats.
        may_be_long = len(body) >= len(_LONG) and _has_long_number(body)
        loads = _json_loads if may_be_long else self._loads
        try:
            value = loads(body)
            # An escape sequence may spell "bytes".
            may_spell_bytes = body.find(b'"bytes"') >= 0 or body.find(b"\\u") >= 0
            return with_bytes(value) if may_spell_bytes else value
        except RecursionError:
            raise DecodeError("not JSON: nested too deeply") from None
        except ValueError as error:
            raise DecodeError(f"not JSON: {error}") from error

    def __repr__(self) -> str:
        return f"JsonCodec({self.library!r}, strict={self.strict})"

    def __reduce__(self) -> tuple[partial[JsonCodec], tuple[str]]:
        return partial(type(self), strict=self.strict), (self.library,)


# In the text of every UUID (RFC 9562 section 4), and in that of no number.
_IN_UUIDS: Final = re.compile(rb"-[0-9a-f]{4}-")

# Every 64-bit integer of fewer digits than this is exact in all libraries.
_LONG: Final = b"0" * 19
_DIGITS_TO_ZERO: Final = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))


def _has_long_number(body: bytes) -> bool:
    """Whether there are 19 consecutive digits; two passes in C, about 1 ns a byte."""
    return body.translate(_DIGITS_TO_ZERO).find(_LONG) >= 0


_Dumps = Callable[[Any], bytes]
_Loads = Callable[[bytes], Any]


def _load(library: str | None) -> tuple[str, _Dumps, _Loads]:
    if library is None:
        try:
            return _load("orjson")
        except ImportError:
            return _load("json")
    if library not in LIBRARIES:
        raise ValueError(f"expected a JSON library out of {', '.join(LIBRARIES)}; came {library!r}")
    try:
        return _LOADERS[library]()
    except ImportError as error:
        raise ImportError(
            f"the JSON library {library!r} is not installed; try: pip install {library}",
            name=library,
        ) from error


def _load_orjson() -> tuple[str, _Dumps, _Loads]:
    import orjson  # noqa: PLC0415  # optional

    # Without these, orjson omits fields of dataclasses whose names begin with an underscore, and
    # rounds UTC offsets to minutes.
    options = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
    dumps = orjson.dumps
    return "orjson", lambda value: dumps(value, None, options), orjson.loads


def _load_msgspec() -> tuple[str, _Dumps, _Loads]:
    import msgspec  # noqa: PLC0415  # optional

    return "msgspec", msgspec.json.Encoder().encode, msgspec.json.Decoder().decode


def _load_json() -> tuple[str, _Dumps, _Loads]:
    return "json", _json_dumps, _json_loads


_LOADERS: Final = {"orjson": _load_orjson, "msgspec": _load_msgspec, "json": _load_json}


def _json_dumps(plain: Any) -> bytes:
    try:
        return _standard_encoder.encode(plain).encode()
    except ValueError as error:  # an integer of more than 4300 digits: CPython refuses its text
        raise EncodeError(str(error)) from error


def _json_loads(body: bytes) -> Any:
    # json.loads() would also take UTF-16 and UTF-32.
    value = _standard_decoder.decode(str(body, "utf-8"))
    if any(escape.lastindex for escape in _ESCAPES.finditer(body)):
        raise ValueError("a lone surrogate in a string")
    return value


# The escapes of strings (RFC 8259 section 7). The group matches a lone surrogate, which has no
# UTF-8 form; of the libraries, only json.loads() accepts one.
_ESCAPES: Final = re.compile(
    rb"""\\(?: u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}
          | (u[dD][89a-fA-F])
          | . )""",
    re.VERBOSE,
)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)


_standard_encoder: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)
_standard_decoder: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)

DEFAULT: Final = JsonCodec(strict=True)
