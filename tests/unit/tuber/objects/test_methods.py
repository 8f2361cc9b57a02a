"""Remote methods, seen by Python's own tools."""

from __future__ import annotations

import inspect
import pickle
import pydoc
import re
from typing import Any

import pytest

from tests.support.scripted_link import described
from tuber import SimpleTuberObject, TuberStateError
from tuber.objects.methods import make_signature
from tuber.protocol import Description, Parameter, Signature

READ = {
    "__doc__": "Reads n samples.",
    "__signature__": {"parameters": [{"name": "self"}, {"name": "n", "default": 1}]},
}


def read(**description: Any) -> Any:
    return described({"type": "Board", "methods": {"read": {**READ, **description}}}).read


def test_a_function_has_the_names_and_docstring_of_its_method() -> None:
    method = read()
    assert (method.__name__, method.__qualname__) == ("read", "Board.read")
    assert method.__doc__ == "Reads n samples."
    assert inspect.ismethod(method)
    assert repr(method.__self__) == "<Described Board at http://board/tuber>"


def test_inspect_knows_its_signature() -> None:
    assert str(inspect.signature(read())) == "(n=1)"
    assert str(inspect.signature(read().__func__)) == "(self, n=1)"


def test_a_signature_without_self_loses_nothing() -> None:
    method = read(__signature__={"parameters": [{"name": "n", "annotation": "int"}]})
    assert str(inspect.signature(method)) == "(n: int)"
    assert method.__annotations__ == {"n": "int"}


def test_no_source_file_is_shown_for_a_method() -> None:
    with pytest.raises(OSError, match=r"could not get source|source code not available"):
        inspect.getsource(read())


def test_a_traceback_names_the_method() -> None:
    board = described({"methods": {"read": READ}})
    board._tuber_removed(TuberStateError("gone"))
    kept = type(described({"methods": {"read": READ}})).read.__get__(board)
    with pytest.raises(TuberStateError) as caught:
        kept()
    assert "read" in [entry.name for entry in caught.traceback]


def test_help_shows_signature_and_docstring() -> None:
    shown = pydoc.plain(pydoc.render_doc(read()))
    assert re.search(r"read\(n=1\).*\n    Reads n samples\.", shown)


def test_a_signature_that_is_text_is_shown_in_the_docstring() -> None:
    assert read(__signature__="(self, n)").__doc__ == "read(self, n)\n\nReads n samples."


def test_arguments_of_any_name_are_passed_on() -> None:
    assert read()(1, self=2, name=3) == {
        "object": "Board",
        "method": "read",
        "args": [1],
        "kwargs": {"self": 2, "name": 3},
    }


def test_a_method_is_picklable() -> None:
    board: Any = SimpleTuberObject("Board", hostname="board")
    board._tuber_adopt(Description.from_map({"methods": {"read": READ}}))
    method = pickle.loads(pickle.dumps(board.read))
    assert (method.__name__, method.__doc__) == ("read", "Reads n samples.")


def test_every_kind_of_parameter_is_shown() -> None:
    signature = make_signature(
        Signature(
            (
                Parameter("self", 0),
                Parameter("a", 0),
                Parameter("b", 1, default=2, annotation="int"),
                Parameter("rest", 2),
                Parameter("c", 3, default=None),
                Parameter("named", 4),
            ),
            "str",
        )
    )
    assert str(signature) == "(self, a, /, b: int = 2, *rest, c=None, **named) -> str"


ANY = "(self, /, *args, **kwargs)"


@pytest.mark.parametrize("signature", [None, "(self, n)"])
def test_an_unknown_signature_takes_any_arguments(signature: str | None) -> None:
    assert str(make_signature(signature)) == ANY


@pytest.mark.parametrize(
    "parameters",
    [
        (Parameter("not a name"),),
        (Parameter("a"), Parameter("a")),
        (Parameter("a", 4), Parameter("b")),
    ],
)
def test_an_impossible_signature_takes_any_arguments(
    parameters: tuple[Parameter, ...],
) -> None:
    assert str(make_signature(Signature(parameters))) == ANY
