"""Remote methods as Python shows them."""

from __future__ import annotations

import inspect
import pickle
import pydoc
from typing import Any

from tests.support.scripted_link import described
from tuber._blocking import BlockingLink
from tuber._method import RemoteMethod
from tuber._session import Options
from tuber._target import Target
from tuber.protocol import MethodDescription

READ = {
    "__doc__": "Reads n samples.",
    "__signature__": {"parameters": [{"name": "self"}, {"name": "n", "default": 1}]},
}


def read(**description: Any) -> Any:
    return described({"methods": {"read": {**READ, **description}}}).read


def test_it_has_the_names_and_the_docstring_of_the_method() -> None:
    method = read()
    assert (method.__name__, method.__qualname__) == ("read", "Board.read")
    assert method.__doc__ == "Reads n samples."
    assert repr(method) == "<remote method Board.read at http://board/tuber>"
    assert callable(method)


def test_inspect_knows_its_signature() -> None:
    assert str(inspect.signature(read())) == "(n=1)"


def test_help_shows_signature_and_docstring() -> None:
    shown = pydoc.plain(pydoc.render_doc(read()))
    assert "read(n=1)\n    Reads n samples." in shown


def test_a_signature_that_is_text_is_shown_in_the_docstring() -> None:
    assert read(__signature__="(self, n)").__doc__ == "read(self, n)\n\nReads n samples."


def test_a_signature_that_python_could_not_have_takes_any_arguments() -> None:
    method = read(__signature__={"parameters": [{"name": "not a name"}]})
    assert str(inspect.signature(method)) == "(*args, **kwargs)"


def test_arguments_of_any_name_are_passed_on() -> None:
    assert read()(1, self=2, name=3) == {
        "object": "Board",
        "method": "read",
        "args": [1],
        "kwargs": {"self": 2, "name": 3},
    }


def test_it_is_picklable() -> None:
    link = BlockingLink(Target("board"), Options())
    method = pickle.loads(pickle.dumps(RemoteMethod(link, "Board", "read", MethodDescription("d"))))
    assert (method.__name__, method.__doc__) == ("read", "d")
