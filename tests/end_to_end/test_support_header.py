"""`tuber_support.hpp`, with pybind11 3 and 2.13, whatever the order of the includes."""

from __future__ import annotations

import enum
import importlib
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.cpp_extension import WARNINGS, build_extension
from tests.support.locks import locked

SOURCE = Path(__file__).parent / "cpp" / "enums.cpp"
OLD_PYBIND11 = "2.13.6"

pytestmark = pytest.mark.slow


def _include_of_old_pybind11(cache: Path) -> Path:
    """Install the old pybind11 into a cache, because another one is installed; return its path."""
    target = cache / f"pybind11-{OLD_PYBIND11}"
    include = target / "pybind11" / "include"
    with locked(target):
        if not include.exists():
            fetch = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            fetched = subprocess.run(
                [*fetch, "--target", str(target), f"pybind11=={OLD_PYBIND11}"],
                check=False,
                capture_output=True,
                text=True,
            )
            if fetched.returncode != 0:
                pytest.skip(f"pybind11 {OLD_PYBIND11} can't be fetched: {fetched.stderr[-300:]}")
    return include


@pytest.fixture(
    scope="module",
    params=[(3, True), (3, False), (2, True), (2, False)],
    ids=["pybind11-3-first", "pybind11-3-last", "pybind11-2-first", "pybind11-2-last"],
)
def enums(request: pytest.FixtureRequest) -> Iterator[ModuleType]:
    """Build and import cpp/enums.cpp."""
    pybind11 = pytest.importorskip("pybind11", minversion="3")
    cache = request.config.cache.mkdir("cpp_extension")
    version, header_first = request.param
    include = Path(pybind11.get_include()) if version == 3 else _include_of_old_pybind11(cache)
    name = f"enums_{version}_{'first' if header_first else 'last'}"
    options = ["-std=c++17", f"-DMODULE_NAME={name}", *WARNINGS]
    if header_first:
        options.append("-DSUPPORT_HEADER_FIRST")
    directory = build_extension(cache, name, [SOURCE], system_includes=[include], options=options)
    sys.path.insert(0, str(directory))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(directory))


def test_the_class_is_an_enumeration_of_strings(enums: Any) -> None:
    assert issubclass(enums.Mode, enum.Enum)
    assert issubclass(enums.Mode, str)
    assert [(each.name, each.value) for each in enums.Mode] == [("FAST", "FAST"), ("SLOW", "SLOW")]
    assert enums.Mode.FAST == "FAST"
    assert str(enums.Mode.FAST) == "FAST"
    assert f"{enums.Mode.FAST:>6}" == "  FAST"


def test_docstrings_of_class_and_values(enums: Any) -> None:
    assert enums.Mode.__doc__ == "How to read."
    assert enums.Mode.FAST.__doc__ == "with gaps"


def test_as_dict_maps_names_to_members(enums: Any) -> None:
    expected = {"FAST": enums.Mode.FAST, "SLOW": enums.Mode.SLOW}
    assert enums.modes == enums.Mode.as_dict() == expected
    assert all(type(each) is enums.Mode for each in enums.modes.values())


def test_member_and_string_convert_alike(enums: Any) -> None:
    assert enums.number("SLOW") == enums.number(enums.Mode.SLOW) == 1
    assert enums.echo("FAST") is enums.Mode.FAST
    assert enums.by_reference("SLOW") is enums.Mode.SLOW
    assert enums.by_pointer("SLOW") is enums.Mode.SLOW
    assert enums.cast("SLOW") == 1
    assert enums.nothing() is None


def test_default_argument(enums: Any) -> None:
    assert enums.echo() is enums.Mode.SLOW


def test_signature_has_the_name_of_the_python_class(enums: Any) -> None:
    name = f"{enums.__name__}.Mode"
    assert enums.echo.__doc__.startswith(f"echo(mode: {name} = <Mode.SLOW: 'SLOW'>) -> {name}\n")


def test_inside_of_containers(enums: Any) -> None:
    fast, slow = enums.Mode.FAST, enums.Mode.SLOW
    assert enums.list(["FAST", slow]) == [fast, slow]
    assert enums.map({"a": "FAST"}) == {"a": fast}
    assert enums.pair(("SLOW", "LOW")) == (slow, enums.Plain.LOW)
    assert enums.keys({"FAST": 1}) == {fast: 1}
    assert enums.optional(None) is None
    assert enums.optional("FAST") is fast


def test_one_value_under_two_names_comes_back_under_the_first(enums: Any) -> None:
    assert enums.echo_plain("TOP") is enums.Plain.HIGH


@pytest.mark.parametrize("wrong", ["fastt", "", "fast", "FAST ", "\ud800"])
def test_unknown_string_is_refused_with_the_valid_ones(enums: Any, wrong: str) -> None:
    expected = f"Mode: expected one of 'FAST', 'SLOW'; got {wrong!r}"
    for call in (enums.echo, enums.cast, lambda value: enums.list([value]), enums.optional):
        with pytest.raises(ValueError, match=f"^{re.escape(expected)}$"):
            call(wrong)


@pytest.mark.parametrize("wrong", [3, None, 1.5, b"FAST", ["FAST"]])
def test_other_types_than_strings_are_type_errors(enums: Any, wrong: object) -> None:
    with pytest.raises(TypeError, match=r"incompatible function arguments"):
        enums.echo(wrong)


def test_assigning_a_member_variable(enums: Any) -> None:
    board = enums.Board()
    board.mode = "SLOW"
    assert board.mode is enums.Mode.SLOW
    with pytest.raises(ValueError, match="'FAST', 'SLOW'; got 'SLO'"):
        board.mode = "SLO"
    assert board.mode is enums.Mode.SLOW


def test_exact_overloads_are_tried_first(enums: Any) -> None:
    assert enums.overloaded("FAST") == "Mode"
    assert enums.overloaded("LOW") == "Plain"
    assert enums.overloaded("other") == "string"
    assert enums.overloaded(3) == "int"
    assert enums.either("LOW") == "Plain"
    assert enums.variant("FAST") == 0
    assert enums.variant("other") == 1
    with pytest.raises(ValueError, match="'FAST', 'SLOW'; got 'other'"):
        enums.either("other")


def test_noconvert_leaves_the_refusal_to_pybind11(enums: Any) -> None:
    assert enums.strict("FAST") is enums.Mode.FAST
    with pytest.raises(TypeError, match=r"incompatible function arguments"):
        enums.strict("fastt")


def test_a_cpp_value_without_a_name_is_refused(enums: Any) -> None:
    with pytest.raises(ValueError, match=r"Mode: the C\+\+ value 7 has no name"):
        enums.unnamed()


def test_enumeration_inside_of_a_class(enums: Any) -> None:
    side = enums.Board.Side
    assert side.__qualname__ == "Board.Side"
    assert enums.Board().flip("2nd") is side.TOP
    assert enums.Board().flip(side.TOP) == "2nd"


@pytest.mark.parametrize("library", ["json", "orjson", "msgspec"])
def test_members_are_encoded_as_strings(enums: Any, library: str) -> None:
    if library == "json":
        encoded = json.dumps(enums.Mode.FAST)
    elif library == "orjson":
        encoded = pytest.importorskip("orjson").dumps(enums.Mode.FAST).decode()
    else:
        encoded = pytest.importorskip("msgspec.json").encode(enums.Mode.FAST).decode()
    assert encoded == '"FAST"'


def test_members_survive_pickling_as_themselves(enums: Any) -> None:
    for member in (enums.Mode.FAST, enums.Board.Side.TOP):
        assert pickle.loads(pickle.dumps(member)) is member


def test_mistakes_in_declarations_are_refused(enums: Any) -> None:
    with pytest.raises(RuntimeError, match=r"already registered"):
        enums.declare_mode_again()
    with pytest.raises(RuntimeError, match=r"already defined"):
        enums.declare_taken_name()
    with pytest.raises(ValueError, match="the value 'A' is declared twice"):
        enums.declare_twice()


def test_the_header_brings_the_conversions_of_containers(enums: Any) -> None:
    assert enums.echo_legacies([enums.Legacy.ON]) == [enums.Legacy.ON]  # a std::vector


def test_other_enumerations_behave_as_without_the_header(enums: Any) -> None:
    legacy = enums.Legacy
    assert enums.echo_legacy(legacy.ON) == legacy.ON
    assert enums.echo_legacy() == legacy.OFF
    assert enums.optional_legacy(None) is True
    switched = enums.Legacy(0)
    enums.switch_legacy(switched)
    assert switched == legacy.OFF
    with pytest.raises(TypeError, match=r"incompatible function arguments"):
        enums.echo_legacy("ON")
    with pytest.raises(TypeError, match=r"Unable to convert function return value"):
        enums.echo_unregistered()
    assert enums.echo_own(1) == 42


def test_native_enum_of_pybind11_3_behaves_as_without_the_header(enums: Any) -> None:
    if not hasattr(enums, "Native"):
        pytest.skip("pybind11 2 has no native_enum")
    assert enums.echo_native(enums.Native.LEFT) is enums.Native.LEFT
    with pytest.raises(TypeError, match=r"incompatible function arguments"):
        enums.echo_native("LEFT")
