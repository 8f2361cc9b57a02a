"""The names of the package `tuberd`."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import tuberd

NAMES = {
    *(
        "Limits",
        "LogOptions",
        "Server",
        "Token",
        "TuberArray",
        "TuberContainer",
        "TuberRegistry",
        "__version__",
    ),
    *("get_cmake_dir", "get_include"),
    *("load_registry", "load_tokens", "main", "parse_args", "readonly", "run"),
}


def test_exports_what_it_promises() -> None:
    assert set(tuberd.__all__) == NAMES
    assert all(hasattr(tuberd, name) for name in NAMES)


def test_knows_its_version() -> None:
    assert tuberd.__version__ == version("tuberd")


def test_knows_where_its_header_is() -> None:
    assert (Path(tuberd.get_include()) / "tuber_support.hpp").is_file()
