"""Read tagged CBOR items (RFC 8949 section 3.4, RFC 8746, the IANA registry of CBOR tags).

There is a function for each tag. It is called after the head of the tag, with its number and
offset. Other tags are refused, because ignoring one would change the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

from tuber.codec.cbor_arrays import ARRAY_TAGS
from tuber.codec.cbor_reader import ARRAY, Reader
from tuber.codec.fault import Fault
from tuber.codec.key_hashes import count_hash
from tuber.protocol import MAX_INTEGER_BYTES

_ELEMENT: Final = "an element of a set"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(  # RFC 3339 section 5.6; after six decimals, only zeros
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})0*)?"
    r"(?:[Zz]|([+-])(\d\d):([0-5]\d))",
    re.ASCII,
)


def _moment(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    *clock, fraction, sign, hours, minutes = match.groups()
    zone = timezone.utc
    if sign is not None:
        east = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(east if sign == "+" else -east)
    microseconds = int((fraction or "").ljust(6, "0"))
    return datetime(*map(int, clock), microseconds, tzinfo=zone)  # type: ignore[arg-type,misc]


def _seconds(seconds: Any) -> datetime:
    if type(seconds) not in (int, float):
        raise ValueError(seconds)
    return _EPOCH + timedelta(seconds=seconds)


def _bignum(octets: bytes) -> int:
    if len(octets.lstrip(b"\0")) > MAX_INTEGER_BYTES:
        raise ValueError(len(octets))
    return int.from_bytes(octets, "big")


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


# For each tag: the expected content, its major types, and the function that converts it. The
# function raises ValueError or OverflowError for invalid content.
_SCALARS: Final[dict[int, tuple[str, tuple[int, ...], Callable[[Any], Any]]]] = {
    0: ("RFC 3339 text of a date and time that exists", (3,), _moment),
    1: ("an integer or float of seconds in the years 1 to 9999", (0, 1, 7), _seconds),
    2: (f"a byte string of at most {MAX_INTEGER_BYTES} bytes", (2,), _bignum),
    3: (f"a byte string of at most {MAX_INTEGER_BYTES} bytes", (2,), lambda n: -1 - _bignum(n)),
    37: ("a byte string of 16 bytes", (2,), lambda octets: UUID(bytes=octets)),
    100: (
        "an integer of days in the years 1 to 9999",
        (0, 1),
        lambda days: date.fromordinal(_EPOCH_DAY + days),
    ),
    1004: ("text YYYY-MM-DD of a day that exists", (3,), _day),
}


def _scalar(reader: Reader, number: int, offset: int) -> Any:
    expected, majors, convert = _SCALARS[number]
    if reader.initial() >> 5 in majors:
        content = reader.value()
        try:
            return convert(content)
        except (ValueError, OverflowError):
            pass
    raise Fault(f"tag {number}: expected {expected}", offset)


def _set(reader: Reader, number: int, offset: int) -> set[Any]:
    """Read tag 258 of the registry: a set."""
    initial = reader.initial()
    if initial >> 5 != 4:
        raise Fault(f"tag {number}: expected an array", offset)
    reader.enter(reader.position)
    elements: set[Any] = set()
    hashes: dict[int, int] = {}
    try:
        for _ in reader.entries(initial, ARRAY, 1):
            _element(reader, elements, hashes)
    except Fault as fault:
        fault.steps.append(len(elements))
        raise
    reader.depth -= 1
    return elements


def _element(reader: Reader, elements: set[Any], hashes: dict[int, int]) -> None:
    offset = reader.position
    element = reader.hashable(_ELEMENT)
    count_hash(element, hashes, "elements of a set", offset)
    if element in elements:
        raise Fault(f"the element {element!r} of a set appears twice", offset)
    elements.add(element)


def _complex(reader: Reader, number: int, offset: int) -> complex:
    unfit = Fault(f"tag {number}: expected an array of two numbers", offset)
    if reader.initial() != 0x82:
        raise unfit
    reader.position += 1
    parts = []
    for _ in range(2):
        part: Any = reader.value() if reader.initial() >> 5 in (0, 1, 7) else None
        if type(part) not in (int, float) or float(part) != part == part:
            raise unfit
        parts.append(float(part))
    return complex(*parts)


TAGS: Final[dict[int, Callable[[Reader, int, int], Any]]] = {
    **dict.fromkeys(_SCALARS, _scalar),
    258: _set,
    43000: _complex,
    **ARRAY_TAGS,
}
