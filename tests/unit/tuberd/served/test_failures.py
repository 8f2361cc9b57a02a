"""Failures: the members that describe an exception. Creating a failure never raises."""

from __future__ import annotations

import builtins
import sys
import threading
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.codec import DecodeError, EncodeError
from tuberd.exposure.policy import ExposurePolicy, ServedCodeError
from tuberd.served.containers import TuberContainer
from tuberd.served.failures import MAX_MESSAGE_LENGTH, MAX_TRACEBACK_LENGTH, describe_failure


class BoardError(Exception):
    pass


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "message", "kind"),
    [
        (KeyError("gain"), "KeyError: 'gain'", "KeyError"),
        (ValueError("a\nb"), "ValueError: a\nb", "ValueError"),
        (ValueError(), "ValueError", "ValueError"),
        (OSError(2, "No such file", "x"), "FileNotFoundError: [Errno 2] No such file: 'x'", None),
        (BoardError("hot"), f"{__name__}.BoardError: hot", f"{__name__}.BoardError"),
        (SystemExit(3), "SystemExit: 3", "SystemExit"),
        (
            EncodeError("no form", "$.a[3]"),
            "TypeError: result.a[3]: no form (the method ran)",
            "TypeError",
        ),
        (DecodeError("not JSON"), "ValueError: not JSON", "ValueError"),
    ],
)
def test_message_and_type_are_those_that_python_prints(
    error: BaseException, message: str, kind: str | None
) -> None:
    failure = describe_failure(raised(error), False)
    assert failure["message"] == message
    assert failure["type"] == kind or kind is None
    assert "traceback" not in failure


def test_a_failure_of_served_code_has_a_traceback() -> None:
    def inner() -> None:
        raise KeyError("gain")

    try:
        inner()
    except KeyError as error:
        failure = describe_failure(error, True)
    lines = failure["traceback"].splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == failure["message"]
    assert "in inner" in failure["traceback"]


def test_frames_of_the_server_are_left_out() -> None:
    class Item:
        def read(self) -> None:
            raise BoardError("x") from ZeroDivisionError("cause")

    try:
        TuberContainer([Item()]).tuber_call("read")
    except BoardError as error:
        text = describe_failure(error, True)["traceback"]
    assert "containers.py" not in text
    assert "in read" in text
    assert "ZeroDivisionError: cause" in text


def test_frames_of_the_policy_are_left_out() -> None:
    class Board:
        @property
        def gauge(self) -> float:
            raise OSError("no gauge")

    try:
        ExposurePolicy().member(Board(), "gauge")
    except ServedCodeError as error:
        text = describe_failure(error, True)["traceback"]
    assert "policy.py" not in text
    assert "in gauge" in text


def test_errors_of_getters_have_a_traceback() -> None:
    failure = describe_failure(ServedCodeError(raised(OSError("no gauge"))), False)
    assert failure["message"] == "OSError: no gauge"
    assert failure["traceback"].endswith("OSError: no gauge\n")


def test_an_error_of_a_getter_without_a_text_has_a_message() -> None:
    assert "Hostile" in describe_failure(ServedCodeError(Hostile()), False)["message"]


def test_the_traceback_has_causes() -> None:
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ValueError("second") from first
    except ValueError as error:
        text = describe_failure(error, True)["traceback"]
    assert text.index("KeyError: 'first'") < text.index("ValueError: second")
    assert "direct cause" in text


def test_circular_causes_end() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert "one" in describe_failure(one, True)["traceback"]


def test_syntax_errors_name_their_place() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile("a b", "file.py", "exec")
    failure = describe_failure(caught.value, True)
    assert failure["message"] == "SyntaxError: invalid syntax (file.py, line 1)"
    assert 'File "file.py", line 1' in failure["traceback"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_exception_groups_show_each_exception() -> None:
    group = vars(builtins)["ExceptionGroup"]("two", [ValueError("one"), BoardError("other")])
    failure = describe_failure(raised(group), True)
    assert failure["message"] == "ExceptionGroup: two (2 sub-exceptions)"
    assert "ValueError: one" in failure["traceback"]
    assert "BoardError: other" in failure["traceback"]


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Numeric(Exception):
    def __str__(self) -> Any:
        return 7  # noqa: PLE0307 (that is the fault)


class HostileNotes(Exception):
    @property
    def __notes__(self) -> Any:
        raise RuntimeError("no notes")


class Nameless(Exception):
    __module__ = 7  # type: ignore[assignment]


class Leaving(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class Closed(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


class Text(str):
    def __format__(self, how: str) -> str:
        raise RuntimeError("no format")

    def __len__(self) -> int:
        raise RuntimeError("no length")


class Worded(Exception):
    def __str__(self) -> str:
        return Text("words")


class Secret(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__module__", "__qualname__", "__mro__") and cls.secret:
            raise KeyboardInterrupt
        return type.__getattribute__(cls, name)

    secret = False


class OfSecretClass(Exception, metaclass=Secret):
    pass


HOSTILE = [Hostile, Numeric, HostileNotes, Nameless, Leaving, Closed, Worded]


@pytest.mark.parametrize("cls", HOSTILE)
def test_hostile_exceptions_are_described(cls: type[Exception]) -> None:
    failure = describe_failure(raised(cls("x")), True)
    assert cls.__qualname__ in failure["message"]
    assert cls.__qualname__ in failure["type"]
    assert failure["traceback"]


def test_a_class_that_refuses_its_name_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    error = raised(OfSecretClass("x"))
    monkeypatch.setattr(Secret, "secret", True)
    failure = describe_failure(error, True)
    assert failure["type"] == f"{__name__}.OfSecretClass"
    assert failure["traceback"]


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def noted(error: BaseException) -> BaseException:
    vars(error)["__notes__"] = nested(10**5)
    return error


def chained(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        ValueError(nested(10**5)),
        KeyError({"deep": nested(10**5)}),
        noted(ValueError("x")),
        chained(ValueError("x"), ValueError(nested(10**5))),
    ],
    ids=["argument", "map", "note", "cause"],
)
def test_deeply_nested_arguments_are_not_shown(error: BaseException) -> None:
    def describe() -> None:
        described.append(describe_failure(raised(error), True))

    described: list[dict[str, Any]] = []
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)  # the stack would overflow before the limit
    try:
        thread = threading.Thread(target=describe)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
    assert described[0]["type"] == type(error).__name__
    assert "nested more than 256 levels deep" in described[0]["traceback"]


def test_arguments_that_hold_themselves_are_shown() -> None:
    value: list[Any] = [1]
    value.append(value)
    assert describe_failure(ValueError(value), True)["message"] == "ValueError: [1, [...]]"


def test_huge_texts_keep_both_ends() -> None:
    failure = describe_failure(raised(ValueError("first" + "x" * 10_000_000 + "last")), True)
    assert failure["message"].startswith("ValueError: first")
    assert failure["message"].endswith("last")
    assert "characters left out" in failure["message"]
    assert len(failure["message"]) < MAX_MESSAGE_LENGTH + 100
    assert len(failure["traceback"]) < MAX_TRACEBACK_LENGTH + 100


def test_deep_recursion_is_described() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1)

    with pytest.raises(RecursionError) as caught:
        deeper(0)
    assert describe_failure(caught.value, True)["type"] == "RecursionError"


def test_a_traceback_that_cannot_be_formatted_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(traceback.TracebackException, "from_exception", fail)
    assert (
        "no traceback: formatting it raised"
        in describe_failure(raised(ValueError("x")), True)["traceback"]
    )


@given(st.text(st.characters()), st.booleans())
def test_every_text_can_be_sent(text: str, entered: bool) -> None:
    for member in describe_failure(raised(ValueError(text + "\ud800")), entered).values():
        member.encode()


def test_a_compiled_methods_exception_has_no_traceback_that_only_repeats_the_message() -> None:
    assert describe_failure(IndexError("no channel 9"), True) == {
        "message": "IndexError: no channel 9",
        "type": "IndexError",
        "args": ["no channel 9"],
    }
