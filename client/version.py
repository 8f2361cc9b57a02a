"""The version of this distribution at build time, read from the one place that states it.

Only hatchling reads this file (see pyproject.toml); it is not installed. At run time the version is
that of the installed distribution, `importlib.metadata.version("tuber-client")`.
"""

from __future__ import annotations

from email.parser import HeaderParser
from pathlib import Path


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


__version__ = read_version(Path(__file__).resolve().parent)
