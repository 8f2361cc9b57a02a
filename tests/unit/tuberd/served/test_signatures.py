"""Signatures from Python and from the docstrings of pybind11 and nanobind.

The docstrings of compiled methods are those that pybind11 2.13 and 3.1 and nanobind 3.1 wrote.
"""

from __future__ import annotations

import collections.abc
import enum
import functools
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuber.protocol import MethodDescription, Signature
from tuberd.served.signatures import describe_method


class Mode(enum.Enum):
    FAST = 1


class Level(enum.IntEnum):
    LOW = 1


class CompiledMethod:
    """A stand-in for a compiled method, which has only a docstring."""

    def __init__(
        self, name: str, doc: str | None, overloads: tuple[Any, ...] | None = None
    ) -> None:
        self.__name__ = name
        self.__doc__ = doc
        if overloads is not None:
            self.__nb_signature__ = overloads


def text(description: MethodDescription) -> str:
    """Return a signature as one line: ``name/kind: annotation = default, ... -> type``."""
    signature = description.signature
    assert isinstance(signature, Signature)
    parameters = []
    for member in (each.to_map() for each in signature.parameters):
        one = f"{member['name']}/{member['kind']}"
        if "annotation" in member:
            one += f": {member['annotation']}"
        if "default" in member:
            one += f" = {member['default']!r}"
        parameters.append(one)
    arrow = f" -> {signature.return_annotation}" if signature.return_annotation else ""
    return ", ".join(parameters) + arrow


# --- from Python ----------------------------------------------------------------------------------


def annotated(annotation: Any) -> str | None:
    def method(n): ...  # type: ignore[no-untyped-def]

    method.__annotations__ = {"n": annotation}
    signature = describe_method(method, object).signature
    assert isinstance(signature, Signature)
    return signature.parameters[0].annotation


@pytest.mark.parametrize(
    ("annotation", "written"),
    [
        (int, "int"),
        ("int", "int"),
        ("'int'", "int"),
        ("float | None", "float | None"),
        (None, "None"),
        (type(None), "None"),
        (list[float], "list[float]"),
        (float | None, "float | None"),
        (typing.Optional[float], "Optional[float]"),  # noqa: UP045
        (typing.List[int], "List[int]"),  # noqa: UP006
        (typing.Any, "Any"),
        (typing.Literal["a", 1], "Literal['a', 1]"),
        (typing.ForwardRef("Board"), "Board"),
        (typing.List["Board"], "List[Board]"),  # noqa: UP006
        (collections.abc.Sequence[int], "Sequence[int]"),
        (collections.abc.Callable[[int], str], "Callable[[int], str]"),
        (typing.Union[int, None, str], "int | str | None"),  # noqa: UP007
        (dict[str, list[Mode]], f"dict[str, list[{__name__}.Mode]]"),
        (Mode, f"{__name__}.Mode"),
        (collections.OrderedDict, "collections.OrderedDict"),
        (5, "5"),
    ],
)
def test_annotations_are_written_as_in_source(annotation: Any, written: str) -> None:
    found = annotated(annotation)
    if annotation == typing.Union[int, None, str]:  # noqa: UP007
        assert found in {written, "Union[int, None, str]", "int | None | str"}
    elif annotation == typing.Optional[float]:  # noqa: UP045
        assert found in {"Optional[float]", "float | None"}
    else:
        assert found == written


def test_numpy_annotations_name_their_module() -> None:
    numpy = pytest.importorskip("numpy")
    assert annotated(numpy.ndarray) == "numpy.ndarray"


class Board:
    def read(self, n: int = 5, *values: float, mode: Mode = Mode.FAST, **rest: str) -> list[int]:
        """Read samples.

        Args:
            n: how many.
        """
        raise NotImplementedError

    def plain(self, a, /, b): ...  # type: ignore[no-untyped-def]

    @staticmethod
    def static(a: int) -> None: ...

    @classmethod
    def made(cls, a: int) -> None: ...

    def defaults(  # type: ignore[no-untyped-def]
        self, a=None, b=True, c=1.5, d="x", e=(1,), f=Level.LOW, g=float("nan"), h=10**30
    ): ...


def test_python_methods_are_described_with_self() -> None:
    description = describe_method(Board.__dict__["read"], Board)
    assert text(description) == (
        "self/1, n/1: int = 5, values/2: float, mode/3: Mode = 1, rest/4: str -> list[int]"
    )
    assert description.doc == "Read samples.\n\nArgs:\n    n: how many."
    assert text(describe_method(Board.__dict__["plain"], Board)) == "self/0, a/0, b/1"
    assert describe_method(Board.__dict__["plain"], Board).doc is None


def test_static_and_class_methods_are_described_without_self() -> None:
    assert text(describe_method(Board.__dict__["static"], Board)) == "a/1: int -> None"
    assert text(describe_method(Board.__dict__["made"], Board)) == "a/1: int -> None"
    assert text(describe_method(functools.partial(Board.static, 3), Board)) == " -> None"


def test_defaults_that_json_cannot_encode_are_texts() -> None:
    assert text(describe_method(Board.__dict__["defaults"], Board)) == (
        "self/1, a/1 = None, b/1 = True, c/1 = 1.5, d/1 = 'x', e/1 = '(1,)',"
        f" f/1 = 1, g/1 = 'nan', h/1 = {10**30}"
    )


def test_long_and_hostile_defaults_are_cut() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

    def method(a, b): ...  # type: ignore[no-untyped-def]

    method.__defaults__ = (list(range(10_000)), Hostile())
    signature = describe_method(method, object).signature
    assert isinstance(signature, Signature)
    assert len(signature.parameters[0].default) < 250
    assert signature.parameters[1].default == "<Hostile>"


def test_a_signature_that_raises_is_unknown() -> None:
    class Odd:
        __doc__ = "Odd."

        @property
        def __signature__(self) -> Any:
            raise RuntimeError

        def __call__(self) -> None: ...

    assert describe_method(Odd(), object) == MethodDescription("Odd.", None)


# --- from docstrings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "doc", "signature", "rest"),
    [
        (
            "read",
            "read(self: demo.Receiver, n: int = 5, mode: demo.Mode = <Mode.FAST: 'fast'>)"
            " -> list[int]\n\nRead n samples.\n\nArgs:\n  n: how many\n",
            "self/1: demo.Receiver, n/1: int = 5, mode/1: demo.Mode = \"<Mode.FAST: 'fast'>\""
            " -> list[int]",
            "Read n samples.\n\nArgs:\n  n: how many",
        ),
        (
            "scale",
            "scale(self: m.R, x: typing.SupportsFloat | typing.SupportsIndex, *,"
            " y: typing.SupportsInt | typing.SupportsIndex | None = None) -> float\n",
            "self/1: m.R, x/1: float, y/3: int | None = None -> float",
            None,
        ),
        (
            "text",
            "text(self: m.R, s: str = 'a, (b) -> c', l: collections.abc.Sequence[typing."
            "SupportsInt] = [1, 2], b: bool = True, f: float = -1000000000.0) -> str\n",
            "self/1: m.R, s/1: str = 'a, (b) -> c', l/1: Sequence[int] = '[1, 2]',"
            " b/1: bool = True, f/1: float = -1000000000.0 -> str",
            None,
        ),
        (
            "many",
            "many(self: m.R, *args, **kwargs) -> int\n",
            "self/1: m.R, args/2, kwargs/4 -> int",
            None,
        ),
        (
            "table",
            "table(self: m.R, m: dict[str, int], /) -> dict[str, int]\n",
            "self/0: m.R, m/0: dict[str, int] -> dict[str, int]",
            None,
        ),
        (
            "cb",
            "cb(self: m.R, f: collections.abc.Callable[[int, float], typing.SupportsInt],"
            " a: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None\n",
            "self/1: m.R, f/1: Callable[[int, float], int],"
            " a/1: Annotated[numpy.typing.ArrayLike, numpy.float64] -> None",
            None,
        ),
        (
            "two",
            "two(a: m.Mode = <Mode.FAST: 0>, b: m.R = <m.R object at 0x7f00>) -> None\n\nDoc.",
            "a/1: m.Mode = '<Mode.FAST: 0>', b/1: m.R = '<m.R object at 0x7f00>' -> None",
            "Doc.",
        ),
        ("stat", "stat(a: int) -> int", "a/1: int -> int", None),
    ],
)
def test_a_signature_in_the_docstring_is_parsed(
    name: str, doc: str, signature: str, rest: str | None
) -> None:
    description = describe_method(CompiledMethod(name, doc), object)
    assert text(description) == signature
    assert description.doc == rest


@pytest.mark.parametrize(
    "doc",
    [
        "Reads.",
        "read samples (a few)",
        "read(self: m.R, v: std::vector<Foo, 3>) -> int",
        "read(self: m.R, lambda: int) -> int",
        "read(a: int = <never closed) -> int",
        "read(" + "(" * 5000,
        "read(): import os; os.system('true')",
        "read(): pass\ndef other() -> int",
        "readall(self) -> int",
    ],
)
def test_other_docstrings_give_no_signature(doc: str) -> None:
    assert describe_method(CompiledMethod("read", doc), object) == MethodDescription(doc, None)


def test_overloads_stay_text() -> None:
    doc = (
        "over(*args, **kwargs)\nOverloaded function.\n\n1. over(self: m.R, arg0: int) -> int\n\n"
        "int one\n\n2. over(self: m.R, arg0: str) -> str\n"
    )
    description = describe_method(CompiledMethod("over", doc), object)
    assert description.signature is None
    assert description.doc is not None
    assert description.doc.startswith("Overloaded function.\n\n1. over(self: m.R, arg0: int)")


def test_a_parsed_docstring_is_never_evaluated() -> None:
    doc = "read(a: int = __import__('os').abort(), b: exit() = exit()) -> exit()"
    description = describe_method(CompiledMethod("read", doc), object)
    assert text(description) == (
        "a/1: int = \"__import__('os').abort()\", b/1: exit() = 'exit()' -> exit()"
    )


def test_nanobind_methods_have_a_signature_and_defaults() -> None:
    overloads = (
        (
            "def read(self, n: int = \\0, mode: m.Mode = \\1, s: str = \\2) -> list[int]",
            "Read n samples.\n\nMore.",
            (5, Mode.FAST, "a, (b) -> c"),
        ),
    )
    method = CompiledMethod("read", "read(self, n: int = 5) -> list[int]\n\nRead", overloads)
    description = describe_method(method, object)
    assert text(description) == (
        "self/1, n/1: int = 5, mode/1: m.Mode = 1, s/1: str = 'a, (b) -> c' -> list[int]"
    )
    assert description.doc == "Read n samples.\n\nMore."


def test_nanobind_overloads_stay_text() -> None:
    overloads = (("def over(self, arg: int, /) -> int", None, None),) * 2
    doc = "over(self, arg: int, /) -> int\n\nOverloaded function.\n\n1. ``over(...)``"
    description = describe_method(CompiledMethod("over", doc, overloads), object)
    assert description == MethodDescription("Overloaded function.\n\n1. ``over(...)``", None)


@given(st.text(max_size=200))
def test_every_docstring_gives_a_description(rest: str) -> None:
    description = describe_method(CompiledMethod("read", f"read({rest}"), object)
    assert description.signature is None or isinstance(description.signature, Signature)
