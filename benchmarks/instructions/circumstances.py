"""On what counts depend beside this tree: they are compared only where all of it is the same."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sysconfig
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

# Their versions are those of the group `instructions` in pyproject.toml.
PACKAGES = ("numpy", "orjson", "pybind11")

# The libraries choose their loops by these. Valgrind's own processor has nothing beyond them.
FEATURES = ("sse4_2", "avx", "avx2")


@dataclass(frozen=True)
class Circumstances:
    """What decides, with the sources, how many instructions are run.

    Attributes:
        processor: its architecture, with those features that are used under valgrind.
        libc: its name and version.
        compiler: what built the core.
        python: its version, and how it was built.
        packages: names and versions of the libraries that are run.
        valgrind: its version; the processor that it simulates is part of it.
    """

    processor: str
    libc: str
    compiler: str
    python: str
    packages: str
    valgrind: str

    def __str__(self) -> str:
        return ", ".join(vars(self).values())


def circumstances() -> Circumstances:
    """Those of here.

    Raises:
        OSError, subprocess.CalledProcessError: there is no compiler, or no valgrind.
    """
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    return Circumstances(
        processor=" ".join([platform.machine(), *_features()]),
        libc=" ".join(platform.libc_ver()),
        compiler=_first_line(*compiler, "--version"),
        python=_python(),
        packages=" ".join(f"{name} {version(name)}" for name in PACKAGES),
        valgrind=_first_line("valgrind", "--version"),
    )


def _features() -> list[str]:
    try:
        words = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        return []
    return [feature for feature in FEATURES if feature in words]


def _python() -> str:
    """The version and those options that change what the compiler makes of the interpreter."""
    told = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    ways = {
        "--enable-shared": "shared library",
        "--enable-optimizations": "profile-guided",
        "--with-lto": "link-time optimization",
    }
    built = [way for option, way in ways.items() if option in told]
    name = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{name} ({', '.join([platform.python_compiler(), *built])})"


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]
