"""The exception tree, and remote exceptions raised here."""

from __future__ import annotations

import builtins
import pickle
import sys
import traceback

import pytest

from tuber import errors
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


@pytest.mark.parametrize("name", JOINED)
def test_a_remote_exception_survives_pickling(name: str) -> None:
    error = remote_error("x: y", name, "Traceback ...", "Board.read()")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == "x: y"
    assert vars(again) == vars(error)


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


@pytest.mark.skipif(sys.version_info < (3, 11), reason="notes came with Python 3.11")
def test_the_remote_traceback_is_shown_as_a_note() -> None:
    error = remote_error("KeyError: 1", "KeyError", "Traceback ...\n  line\n", "Board.read()")
    assert getattr(error, "__notes__", None) == [
        "raised at the server by Board.read()\nTraceback ...\n  line"
    ]
    assert not hasattr(remote_error("KeyError: 1", "KeyError"), "__notes__")


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
def test_an_old_servers_traceback_tells_the_class(end: str, type_name: str | None) -> None:
    error = remote_error(f"{TRACEBACK}{end}\n")
    assert str(error) == end
    assert error.type_name == type_name
    assert error.remote_traceback == f"{TRACEBACK}{end}\n"


def test_an_old_servers_message_without_traceback_tells_the_class() -> None:
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
    ],
)
def test_network_errors_are_of_the_matching_builtin_class_and_picklable(
    kind: type[TuberNetworkError], builtin: type[OSError]
) -> None:
    error = kind("lost; Board.read() may have run", may_have_run=True, errno=104)
    assert isinstance(error, TuberError)
    assert isinstance(error, builtin)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (str(again), again.may_have_run, again.errno) == (str(error), True, 104)


def test_a_protocol_error_is_picklable() -> None:
    error = errors.TuberProtocolError("HTTP 404", status=404, may_have_run=True)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.status, again.may_have_run) == ("HTTP 404", 404, True)
