"""Signatures as inspect has them."""

from __future__ import annotations

import inspect

import pytest

from tuber.objects.signature import make_signature
from tuber.protocol import Parameter, Signature


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
    assert isinstance(signature, inspect.Signature)


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
def test_what_python_could_not_have_takes_any_arguments(parameters: tuple[Parameter, ...]) -> None:
    assert str(make_signature(Signature(parameters))) == ANY
