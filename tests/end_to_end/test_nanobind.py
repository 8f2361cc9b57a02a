"""A class bound with nanobind is described and called like any other."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tuber
from tests.support.cpp_extension import build_extension
from tests.support.live_server import LiveServer, live_server
from tests.support.reach_law import check_reach

from .conftest import Wire

SOURCE = Path(__file__).parent / "cpp" / "nanobind_board.cpp"
REGISTRY = """
from nanobind_board import Board

registry = {"Board": Board()}
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    nanobind = pytest.importorskip("nanobind")
    library = Path(nanobind.source_dir()) / "nb_combined.cpp"
    robin_map = Path(nanobind.source_dir()).parent / "ext" / "robin_map" / "include"
    directory = build_extension(
        request.config.cache.mkdir("cpp_extension"),
        "nanobind_board",
        [SOURCE, library],
        system_includes=[Path(nanobind.include_dir()), robin_map],
        options=["-std=c++17", "-fno-strict-aliasing", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS"],
    )
    registry = tmp_path_factory.mktemp("nanobind") / "registry.py"
    registry.write_text(REGISTRY)
    path = os.pathsep.join(filter(None, [str(directory), os.environ.get("PYTHONPATH")]))
    with live_server(registry, env={"PYTHONPATH": path}) as running:
        yield running


@pytest.fixture
def board(server: LiveServer) -> Iterator[Any]:
    with tuber.resolve_simple(server.hostname, "Board") as board:
        yield board


def test_methods_take_and_return_vectors(board: Any) -> None:
    assert board.scale([1.0, 2.5]) == [2.0, 5.0]
    assert board.scale([1.0, 2.5], factor=10) == [10.0, 25.0]


def test_properties_are_read(board: Any) -> None:
    assert board.serial == "NB-1"


def test_docstring_and_signature_are_those_of_the_binding(board: Any) -> None:
    assert type(board).__doc__ == "A board bound with nanobind."
    assert board.scale.__doc__ == "Multiplies, element by element."
    parameters = inspect.signature(board.scale).parameters
    assert list(parameters) == ["values", "factor"]
    assert parameters["factor"].default == 2.0


def test_overloads_are_chosen_by_the_arguments(board: Any) -> None:
    assert board.both(1) == "int"
    assert board.both("one") == "string"


def test_a_cpp_exception_arrives_as_its_python_class(board: Any) -> None:
    with pytest.raises(IndexError, match="no such slot"):
        board.fail()


def test_wrong_arguments_are_a_type_error(board: Any) -> None:
    with pytest.raises(TypeError, match="incompatible function arguments"):
        board.scale("not a vector")


def test_exactly_the_listed_names_can_be_reached(server: LiveServer) -> None:
    with Wire(server.port) as wire:
        names = ["scale", "serial", "__init__", "__nb_signature__", "__new__", "__repr__"]
        assert check_reach(wire.call_all, ["Board"], names) > 1
