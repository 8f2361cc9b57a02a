"""Compile extension modules for tests, and cache them for the next run."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from .locks import locked

REPOSITORY = Path(__file__).resolve().parents[2]
SUPPORT_INCLUDE = REPOSITORY / "server" / "src" / "tuberd" / "include"
# Warnings for our own header. The binding libraries' headers are system headers.
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


def build_extension(
    cache: Path,
    name: str,
    sources: Sequence[Path],
    *,
    system_includes: Sequence[Path] = (),
    options: Sequence[str] = (),
) -> Path:
    """Compile an extension module `name`; return the directory to import it from.

    The cache key is a digest of its inputs: sources, our header, the command and the Python.
    """
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    command = [
        *shlex.split(os.environ.get("CXX", "c++")),
        *("-shared", "-fPIC", "-O0", "-fvisibility=hidden", *options),
        f"-I{SUPPORT_INCLUDE}",
        *(f"-isystem{each}" for each in (sysconfig.get_path("include"), *system_includes)),
        *map(str, sources),
    ]
    if sys.platform == "darwin":
        command += ["-undefined", "dynamic_lookup"]
    key = hashlib.sha256(repr((command, suffix)).encode())
    for file in (*sources, SUPPORT_INCLUDE / "tuber_support.hpp"):
        key.update(file.read_bytes())
    directory = cache / f"{name}-{key.hexdigest()[:16]}"
    module = directory / f"{name}{suffix}"
    directory.mkdir(parents=True, exist_ok=True)
    with locked(module):
        if not module.exists():
            # Rename it when it is complete, so that an interrupted build is never imported.
            partial = directory / "partial.so"
            built = subprocess.run(
                [*command, "-o", str(partial)], check=False, capture_output=True, text=True
            )
            assert built.returncode == 0, built.stderr
            partial.rename(module)
    return directory
