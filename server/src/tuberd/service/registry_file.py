"""Registry files: Python files that define ``registry``, a dict of the objects to serve."""

from __future__ import annotations

import os
import sys
import traceback
from types import FrameType, ModuleType
from typing import Final

from tuberd.served.failures import describe_failure
from tuberd.served.registry import TuberRegistry

__all__ = ["MODULE_NAME", "RegistryFileError", "load_registry"]

# The module name of a registry file: failures show it for classes that the file defines.
MODULE_NAME: Final = "tuber_registry"


class RegistryFileError(ValueError):
    """A registry file can't be loaded; the cause is what Python raised."""


def load_registry(path: str | os.PathLike[str]) -> TuberRegistry:
    """Run a registry file as ``python FILE`` would, and return the registry that it defines.

    The directory of the file is put first on `sys.path`.

    Args:
        path: a Python file that defines ``registry``, a dict of objects or a `TuberRegistry`.

    Raises:
        ValueError: The file can't be read, it raises, or it defines no registry.
    """
    name = os.fspath(path)
    module = ModuleType(MODULE_NAME)
    module.__file__ = name
    sys.modules[MODULE_NAME] = module
    sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
    try:
        with open(name, "rb") as file:
            exec(compile(file.read(), name, "exec"), module.__dict__)
    except KeyboardInterrupt:  # Ctrl-C stops the loading
        raise
    except BaseException as error:  # the border of user code, which may call sys.exit()
        raise RegistryFileError(_place_of(error, name)) from error
    try:
        registry = module.registry
    except AttributeError:
        raise RegistryFileError(f"{name} must define 'registry', a dict of objects") from None
    if isinstance(registry, TuberRegistry):
        return registry
    if registry is None:
        raise RegistryFileError(f"{name}: 'registry' is None; expected a dict of objects")
    try:
        return TuberRegistry(registry)
    except TypeError as error:
        raise RegistryFileError(f"{name}: {error}") from error


def _place_of(error: BaseException, name: str) -> str:
    """Return one line: where in the registry file the error arose, and what it is."""
    if isinstance(error, OSError) and error.filename == name:
        return f"can't read the registry file {name}: {error.strerror}"
    if isinstance(error, SyntaxError) and error.filename == name:
        return f"{name}:{error.lineno}: {type(error).__name__}: {error.msg}"
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if _runs(frame, name)]
    place = f"{name}:{lines[-1]}" if lines else name
    return f"{place}: {describe_failure(error, False)['message']}"


def _runs(frame: FrameType, name: str) -> bool:
    return frame.f_code.co_filename == name
