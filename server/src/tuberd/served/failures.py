"""Failures: what a reply says about an exception (PROTOCOL.md section 4).

Nothing here may raise, whatever the exception does: the reply would be lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from os.path import dirname, join
from traceback import StackSummary, TracebackException
from typing import Any, Final

from tuber.codec import DecodeError, EncodeError
from tuberd.exposure.policy import ServedCodeError
from tuberd.served.exceptions import class_name, members_of

__all__ = ["describe_failure", "sendable_text"]

# In characters: a person reads them, and all calls of a batch may fail.
MAX_MESSAGE_LENGTH: Final = 64 * 1024
MAX_TRACEBACK_LENGTH: Final = 256 * 1024

# The rooms of tuberd's own modules; the demo's objects are ordinary served code.
_OWN_DIRECTORIES: Final = {
    join(dirname(dirname(__file__)), room) for room in ("exposure", "served", "service")
}


def describe_failure(error: BaseException, entered: bool, value: str = "result") -> dict[str, Any]:
    """Return the members of a failure.

    Args:
        error: what was raised.
        entered: whether code of a served object raised it; the failure then has a traceback, and
            what `members_of` returns.
        value: the name of the value that an EncodeError is about: the result or a property.
    """
    if issubclass(type(error), ServedCodeError):  # isinstance() reads __class__, which may raise
        error, entered = error.error, True  # type: ignore[attr-defined]
    kind = _type_name(type(error))
    text = _text(error)
    if not entered and isinstance(error, EncodeError):
        text = f"{value}{error.place.removeprefix('$')}: {error.fault}"
        if value == "result":
            text += " (the method ran)"
    message = f"{kind}: {text}" if text else kind
    failure: dict[str, Any] = {
        "message": _shortened(message, MAX_MESSAGE_LENGTH),
        "type": sendable_text(kind),
    }
    if not entered:
        return failure
    if text := _traceback(error, message):
        failure["traceback"] = _shortened(text, MAX_TRACEBACK_LENGTH)
    with suppress(BaseException):  # the border of user code: metaclasses
        failure.update(members_of(error))
    return failure


def _type_name(cls: type[BaseException]) -> str:
    """Return the class as Python prints it; for our codecs' errors, their builtin base class."""
    if issubclass(cls, EncodeError):
        cls = TypeError
    elif issubclass(cls, DecodeError):
        cls = ValueError
    try:
        return class_name(cls)
    except BaseException:  # noqa: BLE001 (the border of user code: metaclasses)
        return type.__repr__(cls)[len("<class '") : -len("'>")]


def _text(error: BaseException) -> str:
    if _is_too_deep(error):
        return f"<no message: it has {_TOO_DEEP}>"
    try:
        return str.__str__(str(error))  # not a subclass of str, whose methods are user code
    except BaseException:  # noqa: BLE001 (the border of user code)
        return "<no message: __str__ of the exception raised>"


def _traceback(error: BaseException, message: str) -> str:
    """Return the traceback; '' if it adds nothing to the message, as for compiled methods."""
    try:
        if any(map(_is_too_deep, _chain(error))):
            return f"<no traceback: an exception in it has {_TOO_DEEP}>\n{message}\n"
        formatted = TracebackException.from_exception(error, compact=True)
        _remove_own_frames(formatted)
        if not (formatted.stack or formatted.__cause__ or formatted.__context__):
            return ""
        return "".join(formatted.format())
    except BaseException:  # noqa: BLE001 (the border of user code: notes are read here)
        return f"<no traceback: formatting it raised>\n{message}\n"


# `repr` of a list recurses in C: under a raised recursion limit it overflows the stack.
MAX_SHOWN_NESTING: Final = 256
_TOO_DEEP: Final = f"arguments or notes nested more than {MAX_SHOWN_NESTING} levels deep"
_COLLECTIONS: Final = (list, tuple, dict, set, frozenset)


def _is_too_deep(error: BaseException) -> bool:
    level = [
        object.__getattribute__(error, "args"),
        object.__getattribute__(error, "__dict__").get("__notes__"),
    ]
    seen: set[int] = set()
    for _ in range(MAX_SHOWN_NESTING):
        below: list[Any] = []
        for each in level:
            kind = next((kind for kind in _COLLECTIONS if issubclass(type(each), kind)), None)
            if kind is not None and id(each) not in seen:
                seen.add(id(each))
                below += kind.__iter__(each)
                below += dict.values(each) if kind is dict else ()
        level = below
        if not level:
            return False
    return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and those that its traceback shows."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def _remove_own_frames(top: TracebackException) -> None:
    """Remove the frames of tuberd's own modules from a traceback and from its causes."""
    waiting: list[TracebackException | None] = [top]
    while waiting:
        formatted = waiting.pop()
        if formatted is None:
            continue
        formatted.stack = StackSummary.from_list(
            [frame for frame in formatted.stack if dirname(frame.filename) not in _OWN_DIRECTORIES]
        )
        waiting += [formatted.__cause__, formatted.__context__]
        waiting += getattr(formatted, "exceptions", None) or []  # Python 3.11: exception groups


def _shortened(text: str, length: int) -> str:
    """Return the text, without its middle if it is too long: both ends matter."""
    if len(text) > length:
        half = length // 2
        text = (
            f"{text[:half]}\n... ({len(text) - 2 * half} characters left out) ...\n{text[-half:]}"
        )
    return sendable_text(text)


def sendable_text(text: str) -> str:
    """Return the text with lone surrogates escaped, because JSON cannot encode them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
