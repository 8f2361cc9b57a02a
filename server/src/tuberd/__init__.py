"""tuberd: serve the Python and C++ objects of a process on the network, for `tuber` to call."""

from importlib.metadata import version
from pathlib import Path

from tuberd.exposure.readonly import readonly
from tuberd.served.containers import TuberArray, TuberContainer
from tuberd.served.registry import TuberRegistry
from tuberd.service.command_line import main, parse_args
from tuberd.service.limits import Limits
from tuberd.service.logs import LogOptions
from tuberd.service.registry_file import load_registry
from tuberd.service.server import Server, run
from tuberd.service.tokens import Token, load_tokens

__all__ = [
    "Limits",
    "LogOptions",
    "Server",
    "Token",
    "TuberArray",
    "TuberContainer",
    "TuberRegistry",
    "__version__",
    "get_cmake_dir",
    "get_include",
    "load_registry",
    "load_tokens",
    "main",
    "parse_args",
    "readonly",
    "run",
]

__version__ = version("tuberd")


def get_include() -> str:
    """Return the directory of ``tuber_support.hpp``, for the include path of a C++ module."""
    return str(Path(__file__).parent / "include")


def get_cmake_dir() -> str:
    """Return the directory of ``tuberConfig.cmake``, for CMake's ``-Dtuber_DIR=``."""
    return str(Path(__file__).parent / "cmake")
