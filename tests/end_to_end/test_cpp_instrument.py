"""The C++ example is built as its README says, and called over the network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import tuber
from tests.support.live_server import LiveServer, live_server
from tests.support.reach_law import check_reach

from .conftest import Wire
from .test_docs import ROOT, printed, snippets

EXAMPLE = ROOT / "examples" / "cpp_instrument"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    pytest.importorskip("scikit_build_core")
    pytest.importorskip("pybind11")
    work = tmp_path_factory.mktemp("cpp_instrument")
    project, target = work / "project", work / "installed"
    shutil.copytree(EXAMPLE, project)
    install = [sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps"]
    # Unoptimised: this is about finding the header, not about speed.
    installed = subprocess.run(
        [
            *install,
            "--target",
            str(target),
            "--config-settings=cmake.build-type=Debug",
            str(project),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    path = os.pathsep.join(filter(None, [str(target), os.environ.get("PYTHONPATH")]))
    with live_server(EXAMPLE / "registry.py", env={"PYTHONPATH": path}) as running:
        yield running


@pytest.fixture
def meter(server: LiveServer) -> Iterator[Any]:
    with tuber.resolve_simple(server.hostname, "Wavemeter") as meter:
        yield meter


def test_calls_reach_the_cpp_class(meter: Any) -> None:
    assert meter.all() == [632.9914, 780.2412]
    meter.expose(2.5)
    assert type(meter).__doc__ == "A wavemeter with one laser on each channel."


def test_the_enumeration_is_sent_as_a_string(meter: Any) -> None:
    assert meter.wavelength(1, medium="AIR") == pytest.approx(780.2412 / 1.000273)
    assert meter.wavelength(1) == meter.wavelength(1, "VACUUM") == 780.2412
    with pytest.raises(ValueError, match="Medium: expected one of 'VACUUM', 'AIR'; got 'WATER'"):
        meter.wavelength(1, "WATER")


def test_cpp_exceptions_arrive_as_python_classes(meter: Any) -> None:
    with pytest.raises(IndexError, match="no laser is on this channel"):
        meter.wavelength(7)
    with pytest.raises(ValueError, match="the exposure must be more than 0 ms"):
        meter.expose(0)


def test_the_documentation_shows_the_binding_and_its_effect(
    server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    tutorial = ROOT / "docs" / "tutorial.md"
    (binding,) = (each.text for each in snippets(tutorial, "") if each.words == ("cpp",))
    assert binding in (EXAMPLE / "wavemeter.cpp").read_text(encoding="utf-8")
    for page in (tutorial, EXAMPLE / "README.md"):
        (program,) = (each.text for each in snippets(page, "") if "meter = " in each.text)
        exec(program.replace("localhost:8080", server.hostname), {})
        assert capsys.readouterr().out == printed(program)


def test_exactly_the_listed_names_can_be_reached(server: LiveServer) -> None:
    with Wire(server.port) as wire:
        [name] = wire.call({})["result"]["objects"]
        names = ["__init__", "__new__", "_pybind11_conduit_v1_", "__pybind11_module_local__"]
        assert check_reach(wire.call_all, [name], names) > 1
