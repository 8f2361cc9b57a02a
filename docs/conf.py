"""The Sphinx site: `nox -s docs`. Every warning is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from sphinx.application import Sphinx

project = "tuber"
author = "tuber contributors"
release = metadata.version("tuberd")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "_generated"]
html_theme = "furo"
html_title = f"tuber {release}"
default_role = "py:obj"

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_use_ivar = True
napoleon_use_rtype = False


def write_help(app: Sphinx) -> None:
    """Write what `tuberd --help` prints, for reference/command-line.md."""
    command = [sys.executable, "-m", "tuberd", "--help"]
    environment = {**os.environ, "COLUMNS": "100", "PYTHON_COLORS": "0"}
    printed = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment
    ).stdout
    generated = Path(app.srcdir) / "_generated"
    generated.mkdir(exist_ok=True)
    (generated / "tuberd-help.txt").write_text(printed, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register what is done before the pages are read."""
    app.connect("builder-inited", write_help)
