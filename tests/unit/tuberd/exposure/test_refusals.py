"""The texts of refusals."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest

from tuberd.exposure.refusals import shown, suggestion, why_not_servable


class Board:
    def read(self) -> None: ...


def test_similar_names_are_suggested() -> None:
    assert suggestion("raed", ["read", "reset"], "methods") == "; did you mean 'read'?"


def test_without_similar_names_all_are_listed() -> None:
    assert suggestion("zz", ["read", "reset"], "methods") == "; its methods are read, reset"
    assert suggestion("zz", [], "methods") == ""
    many = suggestion("zz", [f"name{n}" for n in range(100)], "methods")
    assert many.endswith("name11 and 88 more")


def test_long_names_are_not_compared_with_others() -> None:
    assert suggestion("x" * 65, ["x" * 64], "names") == f"; its names are {'x' * 64}"


def test_long_values_are_cut() -> None:
    assert shown("read") == "'read'"
    assert len(shown("x" * 10**6)) < 80


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (math, "the module 'math'"),
        (Board, "the class 'Board'"),
        (len, "the function 'len'"),
        (Board.read, "the function 'Board.read'"),
        (Board().read, "the function 'Board.read'"),
        (functools.partial(len), "the function 'functools.partial"),
    ],
)
def test_modules_classes_and_functions_are_not_served(value: Any, what: str) -> None:
    refused = why_not_servable(value, "x")
    assert refused is not None
    assert refused.startswith(f"x is {what}")
    assert refused.endswith("; register an instance of a class")


@pytest.mark.parametrize("value", [Board(), [], 1, None])
def test_instances_are_served(value: Any) -> None:
    assert why_not_servable(value, "x") is None
