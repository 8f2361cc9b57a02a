"""The version of this distribution at build time, and the requirement of the same client.

Only scikit-build-core reads this file (see pyproject.toml); it is not installed. At run time the
version is that of the installed distribution, `importlib.metadata.version("tuberd")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import HeaderParser
from pathlib import Path
from typing import Any


def read_version(project: Path) -> str:
    """Return the version of the client and the server.

    In the repository the file VERSION next to both projects contains it. A source distribution has
    its version in PKG-INFO (core metadata, PEP 643).
    """
    stated = project.parent / "VERSION"
    packaged = project / "PKG-INFO"
    if packaged.exists():
        return HeaderParser().parsestr(packaged.read_text(encoding="utf-8"))["Version"]
    return stated.read_text(encoding="utf-8").strip()


def dynamic_metadata(settings: Mapping[str, Any], project: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that `project.dynamic` lists, for scikit-build-core.

    Server and client share unversioned internals (codec, protocol), so the requirement is exact.
    """
    version = read_version(Path(__file__).resolve().parent)
    return {"version": version, "dependencies": [f"tuber-client=={version}"]}
