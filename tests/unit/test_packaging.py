"""Two distributions from one repository: their versions, their contents, and both together."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

import tuber
import tuberd
import tuberd.service.command_line

REPOSITORY = Path(__file__).resolve().parents[2]
VERSION = (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
EXTRAS_OF_CLIENT = {"async", "cbor", "numpy", "orjson"}
EXTRAS_OF_SERVER = EXTRAS_OF_CLIENT | {"client", "dev"}


def _run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- what is installed ----------------------------------------------------------------------------


def test_client_and_server_have_the_version_of_the_repository() -> None:
    assert metadata.version("tuber-client") == VERSION
    assert metadata.version("tuberd") == VERSION
    assert tuber.__version__ == VERSION
    assert tuberd.__version__ == VERSION


def test_the_server_requires_its_own_client_and_nothing_else() -> None:
    required = metadata.requires("tuberd") or []
    assert [each for each in required if "extra ==" not in each] == [f"tuber-client=={VERSION}"]


def test_the_client_requires_nothing() -> None:
    required = metadata.requires("tuber-client") or []
    assert [each for each in required if "extra ==" not in each] == []


@pytest.mark.parametrize(
    ("distribution", "extras"), [("tuber-client", EXTRAS_OF_CLIENT), ("tuberd", EXTRAS_OF_SERVER)]
)
def test_the_documented_extras_exist(distribution: str, extras: set[str]) -> None:
    assert set(metadata.metadata(distribution).get_all("Provides-Extra") or []) == extras


def test_the_command_is_an_entry_point() -> None:
    (command,) = metadata.entry_points(group="console_scripts", name="tuberd")
    assert command.load() is tuberd.service.command_line.command


def test_cmake_files_are_in_the_directory_that_the_package_reports() -> None:
    cmake = Path(tuberd.get_cmake_dir())
    assert (cmake / "tuberConfig.cmake").is_file()
    assert (cmake / "tuberConfigVersion.cmake").is_file()
    assert (Path(tuberd.get_include()) / "tuber_support.hpp").is_file()
    assert Path(tuber.get_include()) == Path(tuberd.get_include())


@pytest.mark.parametrize("project", ["client", "server"])
def test_the_license_of_each_distribution_is_that_of_the_repository(project: str) -> None:
    licence = (REPOSITORY / "LICENSE").read_bytes()
    assert (REPOSITORY / project / "LICENSE").read_bytes() == licence


# --- what is built: each source distribution, and the wheel made from it --------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with source distributions and wheels that are built like a release."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    pytest.importorskip("scikit_build_core")
    output = tmp_path_factory.mktemp("built")
    work = tmp_path_factory.mktemp("repository")
    shutil.copy(REPOSITORY / "VERSION", work)
    unwanted = shutil.ignore_patterns("build", "dist", "__pycache__", "*.so", "*.egg-info")
    for project in ("client", "server"):
        shutil.copytree(REPOSITORY / project, work / project, ignore=unwanted)
        # Compile without optimization, because only the contents of the wheels matter here.
        options = ["-Ccmake.build-type=Debug"] if project == "server" else []
        _run(
            *(sys.executable, "-m", "build", "--no-isolation", "--outdir", output),
            *options,
            work / project,
            CMAKE_BUILD_PARALLEL_LEVEL="2",
        )
    return output


def _wheel(built: Path, name: str) -> zipfile.ZipFile:
    (path,) = built.glob(f"{name}-{VERSION}-*.whl")
    return zipfile.ZipFile(path)


def _top_levels(wheel: zipfile.ZipFile) -> set[str]:
    return {name.partition("/")[0] for name in wheel.namelist()}


def _metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "package"), [("tuber_client", "tuber"), ("tuberd", "tuberd")])
def test_a_wheel_contains_its_own_import_package_alone(
    built: Path, name: str, package: str
) -> None:
    with _wheel(built, name) as wheel:
        assert _top_levels(wheel) == {package, f"{name}-{VERSION}.dist-info"}
        assert f"{package}/py.typed" in wheel.namelist()
        assert f"{name}-{VERSION}.dist-info/licenses/LICENSE" in wheel.namelist()
        assert _metadata(wheel)["Version"] == VERSION


@pytest.mark.slow
def test_the_wheel_of_the_client_has_every_module_and_is_pure(built: Path) -> None:
    source = REPOSITORY / "client" / "src"
    expected = {str(each.relative_to(source)) for each in source.rglob("*.py")}
    with _wheel(built, "tuber_client") as wheel:
        names = set(wheel.namelist())
    assert {each for each in names if each.endswith(".py")} == expected
    assert list(built.glob("tuber_client-*-py3-none-any.whl")) != []


@pytest.mark.slow
def test_the_wheel_of_the_server_has_all_runtime_files_and_no_sources(built: Path) -> None:
    source = REPOSITORY / "server" / "src"
    expected = {
        name
        for each in source.rglob("*.py")
        if not (name := str(each.relative_to(source))).startswith("tuberd/demo/")
    }
    with _wheel(built, "tuberd") as wheel:
        names = set(wheel.namelist())
        required = _metadata(wheel).get_all("Requires-Dist") or []
    assert {each for each in names if each.endswith(".py")} == expected
    modules = {each.split(".")[0] for each in names if each.endswith((".so", ".pyd"))}
    assert modules == {"tuberd/_core"}
    assert not [each for each in names if "demo" in each]  # only if TUBER_DEMO asks for it
    assert "tuberd/include/tuber_support.hpp" in names
    assert {"tuberd/cmake/tuberConfig.cmake", "tuberd/cmake/tuberConfigVersion.cmake"} <= names
    assert not [each for each in names if each.endswith((".cpp", "CMakeLists.txt", ".a"))]
    assert [each for each in names if each.endswith(".hpp")] == ["tuberd/include/tuber_support.hpp"]
    assert f"tuber-client=={VERSION}" in required


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tuber_client", "tuberd"])
def test_a_source_distribution_stands_alone(built: Path, name: str) -> None:
    """The wheels were built from these, so they contain no link to a file outside of them."""
    with tarfile.open(built / f"{name}-{VERSION}.tar.gz") as archive:
        members = archive.getmembers()
    assert {each.name.partition("/")[0] for each in members} == {f"{name}-{VERSION}"}
    assert all(each.isfile() or each.isdir() for each in members)
    assert f"{name}-{VERSION}/LICENSE" in {each.name for each in members}


# --- both in one environment ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("removed", ["tuberd", "tuber-client"])
def test_uninstalling_one_distribution_keeps_the_other_importable(
    built: Path, tmp_path: Path, removed: str
) -> None:
    _run(sys.executable, "-m", "venv", "--without-pip", tmp_path)
    python = tmp_path / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python]
    _run(*pip, "install", "--no-index", "--no-deps", *sorted(built.glob("*.whl")))
    assert _run(python, "-c", "import tuber, tuberd; print(tuberd.__version__)").strip() == VERSION
    _run(*pip, "uninstall", "--yes", removed)
    site = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    gone, left = ("tuberd", "tuber") if removed == "tuberd" else ("tuber", "tuberd")
    assert not (site / gone).exists()
    all_there = "all(each.locate().exists() for each in files(sys.argv[1]))"
    kept = "tuber-client" if removed == "tuberd" else "tuberd"
    check = f"import sys; from importlib.metadata import files; print({all_there})"
    assert _run(python, "-c", check, kept).strip() == "True"
    if left == "tuber":  # the server needs its client
        assert _run(python, "-c", "import tuber; print(tuber.__version__)").strip() == VERSION


@pytest.mark.parametrize("name", ["tuberd", "tuber-client"])
def test_the_metadata_says_how_finished_it_is(name: str) -> None:
    folder = "server" if name == "tuberd" else "client"
    text = (REPOSITORY / folder / "pyproject.toml").read_text(encoding="utf-8")
    status = "Development Status :: 3 - Alpha" if "a" in VERSION else "Development Status ::"
    assert status in text
