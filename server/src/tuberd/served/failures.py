"""Failures: what a peer is told about an exception (PROTOCOL.md section 4).

Nothing here may raise, whatever the exception does: a failure that can't be told is a lost reply.
"""

from __future__ import annotations

import builtins
from os.path import dirname, join, sep
from traceback import StackSummary, TracebackException
from typing import Final

from tuber.codec import DecodeError, EncodeError
from tuberd.exposure.policy import ServedCodeError

__all__ = ["describe_failure"]

# Characters; a person reads them, and a batch may fail ten thousand times.
MAX_MESSAGE_LENGTH: Final = 64 * 1024
MAX_TRACEBACK_LENGTH: Final = 256 * 1024

_OWN_DIRECTORY: Final = dirname(dirname(__file__)) + sep
_DEMO_DIRECTORY: Final = join(_OWN_DIRECTORY, "demo") + sep


def describe_failure(error: BaseException, entered: bool, value: str = "result") -> dict[str, str]:
    """The members of a failure.

    Args:
        error: what was raised.
        entered: whether code of a served object was running; its traceback is told then.
        value: what can't be sent when it is an EncodeError: the result, or a property's name.
    """
    if isinstance(error, ServedCodeError):
        error, entered = error.error, True
    kind = _type_name(error)
    text = _text(error)
    if isinstance(error, EncodeError) and not entered:
        text = f"{value}{error.place.removeprefix('$')}: {error.fault}"
    message = f"{kind}: {text}" if text else kind
    failure = {"message": _fitted(message, MAX_MESSAGE_LENGTH), "type": _sendable(kind)}
    if entered and (text := _traceback(error, message)):
        failure["traceback"] = _fitted(text, MAX_TRACEBACK_LENGTH)
    return failure


def _type_name(error: BaseException) -> str:
    """The class as Python prints it; our codecs' errors go by the builtin that they are."""
    cls = type(error)
    if isinstance(error, EncodeError):
        cls = TypeError
    elif isinstance(error, DecodeError):
        cls = ValueError
    module = cls.__module__
    if module == builtins.__name__ or not isinstance(module, str):
        return cls.__qualname__
    return f"{module}.{cls.__qualname__}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 (the border of user code)
        return "<the exception's text can't be made: its __str__ raised>"


def _traceback(error: BaseException, message: str) -> str:
    """The traceback; '' when it would say no more than the message does, as of compiled methods."""
    try:
        formatted = TracebackException.from_exception(error, compact=True)
        _leave_out_own_frames(formatted)
        if not (formatted.stack or formatted.__cause__ or formatted.__context__):
            return ""
        return "".join(formatted.format())
    except Exception:  # noqa: BLE001 (the border of user code: notes are read here)
        return f"<the traceback can't be made>\n{message}\n"


def _leave_out_own_frames(top: TracebackException) -> None:
    """Remove the frames of tuberd, except those of its demo, from the traceback and its causes."""
    waiting: list[TracebackException | None] = [top]
    while waiting:
        formatted = waiting.pop()
        if formatted is None:
            continue
        formatted.stack = StackSummary.from_list(
            [frame for frame in formatted.stack if not _is_own(frame.filename)]
        )
        waiting += [formatted.__cause__, formatted.__context__]
        waiting += getattr(formatted, "exceptions", None) or []  # Python 3.11: exception groups


def _is_own(path: str) -> bool:
    return path.startswith(_OWN_DIRECTORY) and not path.startswith(_DEMO_DIRECTORY)


def _fitted(text: str, length: int) -> str:
    """The text, without its middle when it is too long: both ends say something."""
    if len(text) > length:
        half = length // 2
        text = (
            f"{text[:half]}\n... ({len(text) - 2 * half} characters left out) ...\n{text[-half:]}"
        )
    return _sendable(text)


def _sendable(text: str) -> str:
    """The text with lone surrogates (file names that are not UTF-8) spelt out: JSON has no form."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
