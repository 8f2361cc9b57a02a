"""CBOR tags (RFC 8949 section 3.4, RFC 8746, the IANA registry of CBOR tags).

A function for each tag: it is called after the head of the tag, with its number and offset. Other
tags are refused: to ignore one would return another value than the one meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from math import isfinite
from typing import Any, Final
from uuid import UUID

from tuber.codec.cbor_arrays import ARRAY_TAGS
from tuber.codec.cbor_reader import ARRAY, Reader
from tuber.codec.fault import Fault
from tuber.protocol import MAX_FORESEEABLE_KEYS, MAX_INTEGER_BYTES

__all__ = ["TAGS"]

_ELEMENT: Final = "an element of a set"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(  # RFC 3339 section 5.6
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)

_EXPECTED: Final = {
    0: "RFC 3339 text of a date and time that exists",
    1: "an integer or float of seconds in the years 1 to 9999",
    2: f"a byte string of at most {MAX_INTEGER_BYTES} bytes",
    3: f"a byte string of at most {MAX_INTEGER_BYTES} bytes",
    37: "a byte string of 16 bytes",
    100: "an integer of days in the years 1 to 9999",
    258: "an array",
    1004: "text YYYY-MM-DD of a day that exists",
    43000: "an array of two numbers",
}


def _unfit(number: int, offset: int) -> Fault:
    return Fault(f"tag {number}: expected {_EXPECTED[number]}", offset)


def _content(reader: Reader, number: int, offset: int, majors: tuple[int, ...]) -> Any:
    """The content of a tag, an item of one of these major types."""
    if reader.initial() >> 5 not in majors:
        raise _unfit(number, offset)
    return reader.value()


def _moment(reader: Reader, number: int, offset: int) -> datetime:
    text = _content(reader, number, offset, (3,))
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _unfit(number, offset)
    *clock, fraction, sign, hours, minutes = match.groups()
    fraction = fraction or ""
    if fraction[6:].strip("0"):  # finer than a datetime
        raise _unfit(number, offset)
    zone = timezone.utc
    if sign is not None and (int(hours) or int(minutes)):
        east = timedelta(hours=int(hours), minutes=int(minutes))
        if east >= timedelta(days=1) or int(minutes) > 59:
            raise _unfit(number, offset)
        zone = timezone(east if sign == "+" else -east)
    microseconds = int(fraction[:6].ljust(6, "0"))
    try:
        return datetime(*map(int, clock), microseconds, tzinfo=zone)  # type: ignore[arg-type,misc]
    except ValueError:
        raise _unfit(number, offset) from None


def _seconds(reader: Reader, number: int, offset: int) -> datetime:
    seconds = _content(reader, number, offset, (0, 1, 7))
    if type(seconds) not in (int, float) or not isfinite(seconds):
        raise _unfit(number, offset)
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise _unfit(number, offset) from None


def _integer(reader: Reader, number: int, offset: int) -> int:
    octets = _content(reader, number, offset, (2,)).lstrip(b"\0")
    if len(octets) > MAX_INTEGER_BYTES:
        raise _unfit(number, offset)
    integer = int.from_bytes(octets, "big")
    return integer if number == 2 else -1 - integer


def _uuid(reader: Reader, number: int, offset: int) -> UUID:
    octets = _content(reader, number, offset, (2,))
    if len(octets) != 16:
        raise _unfit(number, offset)
    return UUID(bytes=octets)


def _days(reader: Reader, number: int, offset: int) -> date:
    days = _content(reader, number, offset, (0, 1))
    try:
        return date.fromordinal(_EPOCH_DAY + days)
    except (ValueError, OverflowError):
        raise _unfit(number, offset) from None


def _day(reader: Reader, number: int, offset: int) -> date:
    text = _content(reader, number, offset, (3,))
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _unfit(number, offset)


def _set(reader: Reader, number: int, offset: int) -> set[Any]:
    """Tag 258 of the registry."""
    initial = reader.initial()
    if initial >> 5 != 4:
        raise _unfit(number, offset)
    reader.enter(reader.position)
    elements: set[Any] = set()
    foreseeable = 0
    count = None
    if initial == 0x9F:
        reader.position += 1
    elif initial & 31 > 27:
        reader.value()  # raises: a reserved byte
    else:
        count = reader.count(initial, ARRAY, 1)
    try:
        while not reader.at_break() if count is None else len(elements) < count:
            foreseeable += _element(reader, elements, foreseeable)
    except Fault as fault:
        fault.steps.append(len(elements))
        raise
    reader.depth -= 1
    return elements


def _element(reader: Reader, elements: set[Any], foreseeable: int) -> int:
    """Read one element; return 1 if an attacker can foresee its hash (see the keys of maps)."""
    offset = reader.position
    element = reader.hashable(_ELEMENT)
    known = isinstance(element, (str, bytes))
    if not known and foreseeable == MAX_FORESEEABLE_KEYS:
        raise Fault(f"more than {foreseeable} elements of a set are not strings", offset)
    if element in elements:
        raise Fault(f"the element {element!r} of a set came twice", offset)
    elements.add(element)
    return not known


def _complex(reader: Reader, number: int, offset: int) -> complex:
    if reader.initial() != 0x82:
        raise _unfit(number, offset)
    reader.position += 1
    parts = []
    for _ in range(2):
        part = _content(reader, number, offset, (0, 1, 7))
        if type(part) not in (int, float) or float(part) != part == part:
            raise _unfit(number, offset)
        parts.append(float(part))
    return complex(*parts)


TAGS: Final[dict[int, Callable[[Reader, int, int], Any]]] = {
    0: _moment,
    1: _seconds,
    2: _integer,
    3: _integer,
    37: _uuid,
    100: _days,
    258: _set,
    1004: _day,
    43000: _complex,
    **ARRAY_TAGS,
}
