"""The exception tree, and remote exceptions raised here."""

from __future__ import annotations

import builtins
import copy
import multiprocessing
import pickle
import socket
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

import tuber
from tuber import errors, remote_classes
from tuber.codec import DecodeError, EncodeError
from tuber.errors import TuberError, TuberNetworkError, TuberRemoteError, remote_error

JOINED = sorted(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and kind.__name__ == name
    and name not in {"StopIteration", "StopAsyncIteration", "ExceptionGroup"}
)


@pytest.mark.parametrize("name", JOINED)
def test_a_remote_builtin_exception_is_an_instance_of_that_class(name: str) -> None:
    error = remote_error(f"{name}: 'gain'", name, "Traceback ...")
    assert isinstance(error, TuberRemoteError)
    assert isinstance(error, getattr(builtins, name))
    assert str(error) == f"{name}: 'gain'"
    assert error.args == (f"{name}: 'gain'",)
    assert (error.type_name, error.remote_traceback) == (name, "Traceback ...")
    with pytest.raises(getattr(builtins, name)):
        raise error
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    "name",
    [
        "SystemExit",
        "KeyboardInterrupt",
        "GeneratorExit",
        "BaseException",
        "StopIteration",
        "StopAsyncIteration",
        "ExceptionGroup",
        "IOError",
        "print",
        "board.errors.KeyError",
        "nothing",
        None,
    ],
)
def test_other_classes_are_plain_remote_errors(name: str | None) -> None:
    error = remote_error("x: y", name)
    assert type(error) is TuberRemoteError


@pytest.mark.parametrize("name", ["SyntaxError", "IndentationError"])
def test_a_remote_syntax_error_is_printed_with_its_text(name: str) -> None:
    error = remote_error(f"{name}: invalid syntax", name)
    for each in (error, pickle.loads(pickle.dumps(error))):
        printed = "".join(traceback.format_exception(each))
        assert printed.rstrip().endswith(f"{name}: invalid syntax")


def test_classes_are_made_once() -> None:
    assert type(remote_error("a", "KeyError")) is type(remote_error("b", "KeyError"))


NOTE = "raised on the server by Board.read()\nTraceback ...\n  line"


def test_the_remote_traceback_is_a_note_on_every_python() -> None:
    error = remote_error("KeyError: 1", "KeyError", "Traceback ...\n  line\n", "Board.read()")
    assert getattr(error, "__notes__", None) == [NOTE]
    assert not hasattr(remote_error("KeyError: 1", "KeyError"), "__notes__")


COPIES: list[Callable[[Any], Any]] = [
    lambda error: error,
    lambda error: pickle.loads(pickle.dumps(error)),
    copy.copy,
    copy.deepcopy,
]


@pytest.mark.parametrize("notes_are_printed", [False, hasattr(BaseException, "add_note")])
@pytest.mark.parametrize("copied", COPIES)
def test_a_printed_error_shows_the_remote_traceback_once(
    monkeypatch: pytest.MonkeyPatch, copied: Callable[[Any], Any], notes_are_printed: bool
) -> None:
    monkeypatch.setattr(errors, "_NOTES_ARE_PRINTED", notes_are_printed)
    error = copied(remote_error("KeyError: 1", "KeyError", "Traceback ...\n  line", "Board.read()"))
    assert (error.__cause__ is None) == notes_are_printed
    if not notes_are_printed:
        del error.__notes__  # newer Pythons print them, and so does a backport that pytest uses
    printed = "".join(traceback.format_exception(error))
    assert printed.count(NOTE) == 1
    assert printed.rstrip().endswith(("KeyError: 1", NOTE))


@pytest.mark.parametrize("copied", COPIES[1:])
def test_notes_that_a_program_adds_are_copied_too(copied: Callable[[Any], Any]) -> None:
    error = remote_error("KeyError: 1", "KeyError", None, "Board.read()")
    error.__dict__["__notes__"].append("while cooling down")
    assert copied(error).__notes__[1:] == ["while cooling down"]


# Exceptions whose constructors need other arguments than a message, and build their text from them.
ODD = [
    ("UnicodeDecodeError", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", True),
    ("UnicodeEncodeError", "UnicodeEncodeError: 'ascii' codec can't encode", True),
    ("FileNotFoundError", "FileNotFoundError: [Errno 2] No such file: 'x'", True),
    ("BlockingIOError", "BlockingIOError: [Errno 11] would block", True),
    ("KeyError", "KeyError: 'gain'", True),
    ("ImportError", "ImportError: no module", True),
    ("ExceptionGroup", "ExceptionGroup: two (2 sub-exceptions)", False),
    ("BaseExceptionGroup", "BaseExceptionGroup: two (2 sub-exceptions)", False),
    ("SystemExit", "SystemExit: 1", False),
    ("KeyboardInterrupt", "KeyboardInterrupt", False),
    ("GeneratorExit", "GeneratorExit", False),
    ("StopIteration", "StopIteration: 3", False),
    ("StopAsyncIteration", "StopAsyncIteration", False),
]


@pytest.mark.parametrize(("name", "message", "joined"), ODD)
def test_classes_with_odd_constructors_are_raised_caught_and_printed(
    name: str, message: str, joined: bool
) -> None:
    def generator() -> Iterator[None]:
        yield
        raise remote_error(message, name, "Traceback ...")

    running = generator()
    next(running)
    with pytest.raises(TuberRemoteError) as caught:
        next(running)
    for error in (caught.value, *(copied(caught.value) for copied in COPIES[1:])):
        assert str(error) == message
        assert error.args == (message,)
        assert (error.type_name, error.remote_traceback) == (name, "Traceback ...")
        assert (type(error) is not TuberRemoteError) == joined
        assert getattr(error, "errno", None) is None
        assert message in "".join(traceback.format_exception_only(type(error), error))
        assert repr(error)


EVERY = [
    errors.TuberError("e"),
    errors.TuberStateError("s"),
    errors.TuberNetworkError("n", may_have_run=True, errno=5),
    errors.TuberNameNotFound("d", errno=-2),
    errors.TuberUnreachable("u", errno=113),
    errors.TuberConnectionRefused("r", errno=111),
    errors.TuberConnectionLost("l", may_have_run=True, errno=104),
    errors.TuberTimeout("t", may_have_run=True),
    errors.TuberConnectTimeout("c"),
    errors.TuberProtocolError(
        "p", status=302, media_type="text/html", location="http://b", may_have_run=True
    ),
    errors.TuberRemoteWarning("w"),
    errors.TuberRestartWarning("w"),
    EncodeError("no", "$.a"),
    DecodeError("no"),
    *(remote_error(message, name, "Traceback ...", "Board.read()") for name, message, _ in ODD),
]
ATTRIBUTES = [
    "may_have_run",
    "errno",
    "status",
    "media_type",
    "location",
    "type_name",
    "remote_traceback",
    "place",
]


def shown(error: BaseException) -> tuple[Any, ...]:
    """Return everything that a program can read from an error."""
    return (
        type(error), str(error), error.args, getattr(error, "__notes__", None),
        *(getattr(error, name, None) for name in ATTRIBUTES),
    )  # fmt: skip


@pytest.mark.parametrize("copied", COPIES[1:])
def test_every_error_is_the_same_after_pickling_and_copying(copied: Callable[[Any], Any]) -> None:
    for error in EVERY:
        assert shown(copied(error)) == shown(error)


def raise_it(number: int) -> None:
    raise EVERY[number]


def test_every_error_comes_out_of_another_process() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        raised = [pool.submit(raise_it, number).exception(60) for number in range(len(EVERY))]
    for error, original in zip(raised, EVERY, strict=True):
        assert error is not None
        assert shown(error) == shown(original)


def test_this_file_has_every_class_of_the_tree() -> None:
    made = {type(error) for error in EVERY}
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, (TuberError, Warning)):
            assert any(issubclass(each, kind) for each in made)
            assert kind in made or kind is TuberRemoteError


TRACEBACK = """Traceback (most recent call last):
  File "board.py", line 16, in fail
    def fail(self): raise KeyError("nope")
                    ^^^^^^^^^^^^^^^^^^^^^^
"""


@pytest.mark.parametrize(
    ("end", "type_name"),
    [
        ("KeyError: 'nope'", "KeyError"),
        ("ValueError: two\nlines: of text", "ValueError"),
        ("KeyError", "KeyError"),
        ("board.errors.Overheated: 90 C", None),
        ("SystemExit: 1", None),
    ],
)
def test_the_class_is_read_from_an_old_servers_traceback(end: str, type_name: str | None) -> None:
    error = remote_error(f"{TRACEBACK}{end}\n")
    assert str(error) == end
    assert error.type_name == type_name
    assert error.remote_traceback == f"{TRACEBACK}{end}\n"


def test_the_class_is_read_from_an_old_servers_message() -> None:
    error = remote_error("AttributeError: no object 'Nope'")
    assert isinstance(error, AttributeError)
    assert str(error) == "AttributeError: no object 'Nope'"
    assert error.remote_traceback is None


@pytest.mark.parametrize("message", ["", "no class here", "Traceback (most recent call last):"])
def test_an_old_servers_other_messages_are_kept(message: str) -> None:
    assert type(remote_error(message)) is TuberRemoteError
    assert str(remote_error(message)) == message


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.TuberNetworkError, OSError),
        (errors.TuberConnectionRefused, ConnectionRefusedError),
        (errors.TuberConnectionLost, ConnectionError),
        (errors.TuberTimeout, TimeoutError),
        (errors.TuberConnectTimeout, TimeoutError),
        (errors.TuberNameNotFound, socket.gaierror),
        (errors.TuberUnreachable, OSError),
    ],
)
def test_network_errors_are_of_the_matching_builtin_class(
    kind: type[TuberNetworkError], builtin: type[OSError]
) -> None:
    assert issubclass(kind, TuberError)
    assert issubclass(kind, builtin)


class StageError(OSError):
    def __init__(self, axis: str, errno: int) -> None:
        super().__init__(errno, f"axis {axis} is stuck")
        self.axis = axis
        raise AssertionError("called here")


class Plain(Exception):
    pass


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_classes, "_registered", {})
    tuber.register_error("mylab.StageError", StageError)
    tuber.register_error("mylab.Plain", Plain)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("name", ["mylab.StageError", "mylab.LimitError"])
def test_a_registered_class_is_raised_with_its_data(copied: Any, name: str) -> None:
    error = copied(
        remote_error(
            f"{name}: [Errno 5] axis x is stuck",
            name,
            "Traceback ...",
            bases=["mylab.StageError", "OSError"],
            args=[5, "axis x is stuck"],
            attributes={"axis": "x", "errno": 5, "strerror": "axis x is stuck"},
        )
    )
    with pytest.raises(StageError) as caught:
        raise error
    assert isinstance(caught.value, TuberRemoteError)
    assert (error.axis, error.errno) == ("x", 5)
    assert str(error) == "[Errno 5] axis x is stuck"
    assert (error.type_name, error.remote_traceback) == (name, "Traceback ...")
    assert type(error).__name__ == "StageError"


@pytest.mark.usefixtures("registered")
def test_the_text_of_a_registered_class_is_that_of_a_local_error() -> None:
    assert str(remote_error("mylab.Plain: hot", "mylab.Plain", args=["hot"])) == "hot"
    assert str(remote_error("mylab.Plain: hot", "mylab.Plain")) == "mylab.Plain: hot"


@pytest.mark.parametrize("wrong", [int, KeyboardInterrupt, StopIteration, "StageError", None])
def test_what_cannot_be_raised_cannot_be_registered(wrong: Any) -> None:
    with pytest.raises(TypeError, match="subclass of Exception"):
        tuber.register_error("mylab.StageError", wrong)
    with pytest.raises(TypeError, match="name of a class"):
        tuber.register_error(wrong and None, StageError)


# Python acts on these when it prints a traceback: it imports modules and looks for close names.
@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("ImportError", {"name": "antigravity", "path": "p"}),
        ("NameError", {"name": "errors"}),
        ("AttributeError", {"name": "x", "obj": "y"}),
        ("SyntaxError", {"lineno": "x", "filename": 3, "text": [], "offset": {}, "msg": None}),
        ("KeyError", {"__cause__": 1, "args": 2, "add_note": 3, "type_name": 4, "_members": 5}),
        ("OSError", {"errno": [1], "characters_written": "x", "filename": {}}),
        ("UnicodeDecodeError", {"start": "x", "end": None, "object": 3}),
        ("BlockingIOError", {"characters_written": "x"}),
    ],
)
def test_attributes_from_a_peer_cannot_spoil_a_traceback(
    kind: str, attributes: dict[str, Any]
) -> None:
    error = remote_error(f"{kind}: text", kind, attributes=attributes)
    assert "".join(traceback.format_exception(error)).rstrip().endswith(f"{kind}: text")
    assert (error.type_name, error.args) == (kind, (f"{kind}: text",))
    for name in attributes:
        if kind in ("ImportError", "NameError", "AttributeError"):
            assert getattr(error, name, None) is None


def test_bases_that_do_not_fit_together_are_left_out() -> None:
    error = remote_error("m.E: x", "m.E", bases=["OSError", "SyntaxError", "LookupError"])
    assert isinstance(error, OSError)
    assert type(remote_error("m.E: x", "m.E", bases=["SystemExit", "m.B"])) is TuberRemoteError
