"""tuberd: serve the Python and C++ objects of a process on the network, for `tuber` to call.

Each name is imported at its first use (PEP 562), so that a module with served classes can use the
markers (`live`, `readonly`) without loading the compiled core.
"""

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING

# Editors with jedi read this branch only if the condition is typing's own.
if TYPE_CHECKING:
    from tuber.markers import live, readonly
    from tuberd.served.containers import TuberArray, TuberContainer
    from tuberd.served.registry import TuberRegistry
    from tuberd.service.command_line import main, parse_args
    from tuberd.service.limits import Limits
    from tuberd.service.logs import LogOptions
    from tuberd.service.registry_file import load_registry
    from tuberd.service.server import Server, run
    from tuberd.service.tokens import Token, load_tokens

    __version__: str
del TYPE_CHECKING

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
    "live",
    "load_registry",
    "load_tokens",
    "main",
    "parse_args",
    "readonly",
    "run",
]

_HOMES = {
    "Limits": "tuberd.service.limits",
    "LogOptions": "tuberd.service.logs",
    "Server": "tuberd.service.server",
    "Token": "tuberd.service.tokens",
    "TuberArray": "tuberd.served.containers",
    "TuberContainer": "tuberd.served.containers",
    "TuberRegistry": "tuberd.served.registry",
    "live": "tuber.markers",
    "load_registry": "tuberd.service.registry_file",
    "load_tokens": "tuberd.service.tokens",
    "main": "tuberd.service.command_line",
    "parse_args": "tuberd.service.command_line",
    "readonly": "tuber.markers",
    "run": "tuberd.service.server",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        return version("tuberd")
    if name in ("exposure", "served", "service"):  # rooms that `import tuberd` used to load
        return _import_module(f"tuberd.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tuberd' has no attribute {name!r}", name=name)
    value = globals()[name] = getattr(_import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def get_include() -> str:
    """Return the directory of ``tuber_support.hpp``, for the include path of a C++ module."""
    return str(_Path(__file__).parent / "include")


def get_cmake_dir() -> str:
    """Return the directory of ``tuberConfig.cmake``, for CMake's ``-Dtuber_DIR=``."""
    return str(_Path(__file__).parent / "cmake")
