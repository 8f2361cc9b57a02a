"""Keeps ``from tuber.server import ...`` working; new code imports from ``tuberd``.

Without the server installed, the first use of a name says how to install it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuberd import (
        Server,
        TuberArray,
        TuberContainer,
        TuberRegistry,
        load_registry,
        main,
        parse_args,
        run,
    )

__all__ = [
    "Server",
    "TuberArray",
    "TuberContainer",
    "TuberRegistry",
    "get_include",
    "load_registry",
    "main",
    "parse_args",
    "run",
]


def get_include() -> str:
    """Return the directory of ``tuber_support.hpp``, for the include path of a C++ module."""
    directory: str = _from_tuberd("get_include")()
    return directory


def _from_tuberd(name: str) -> Any:
    try:
        import tuberd  # noqa: PLC0415  # optional, and it imports tuber
    except ModuleNotFoundError as error:
        if error.name != "tuberd":
            raise
        raise ImportError(
            f"tuber.server.{name} needs the server; try: pip install tuberd", name="tuberd"
        ) from error
    return getattr(tuberd, name)


def __getattr__(name: str) -> Any:  # PEP 562
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _from_tuberd(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
