"""The names of the package `tuberd`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import tuberd

NAMES = """
    Limits LogOptions Server Token TuberArray TuberContainer TuberRegistry __version__
    get_cmake_dir get_include live load_registry load_tokens main parse_args readonly run
"""


def test_the_public_names_are_these() -> None:
    assert set(tuberd.__all__) == set(NAMES.split())
    assert all(hasattr(tuberd, name) for name in tuberd.__all__)


def test_the_version_is_that_of_the_distribution() -> None:
    assert tuberd.__version__ == version("tuberd")


def test_get_include_finds_the_header() -> None:
    assert (Path(tuberd.get_include()) / "tuber_support.hpp").is_file()
