"""Registry files: Python files that define ``registry``, a dict of the objects to serve."""

from __future__ import annotations

import os
import sys
import traceback
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import FrameType, ModuleType
from typing import Final

from tuberd.served.failures import describe_failure
from tuberd.served.registry import TuberRegistry

__all__ = ["MODULE_NAME", "RegistryFileError", "load_registry"]

# The module name of a registry file that cannot be imported by its own name.
MODULE_NAME: Final = "tuber_registry"

_loaded: Final[set[str]] = set()  # names of modules that were made here


class RegistryFileError(ValueError):
    """A registry file can't be loaded; the cause is what Python raised."""


def load_registry(path: str | os.PathLike[str]) -> TuberRegistry:
    """Import a registry file, and return the registry that it defines.

    The directory of the file is put first on `sys.path`, and the module has the name of the file.
    So processes that a method starts (the start methods ``spawn`` and ``forkserver`` of
    multiprocessing) can import what the file defines.

    Args:
        path: a Python file that defines ``registry``, a dict of objects or a `TuberRegistry`.

    Raises:
        ValueError: The file can't be read, it raises, or it defines no registry.
    """
    name = os.fspath(path)
    full_name = os.path.abspath(name)  # the file may change the working directory
    sys.path.insert(0, os.path.dirname(full_name))
    try:
        with open(name, "rb") as file:
            text = file.read()
        module = _new_module(full_name)
        exec(compile(text, full_name, "exec"), module.__dict__)
    except KeyboardInterrupt:  # Ctrl-C stops the loading
        raise
    except BaseException as error:  # the border of user code, which may call sys.exit()
        raise RegistryFileError(_place_of(error, name, full_name)) from error
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
    except (TypeError, ValueError) as error:
        raise RegistryFileError(f"{name}: {error}") from error


def _new_module(path: str) -> ModuleType:
    """Make the module of a registry file, by the name under which another process imports it."""
    name, extension = os.path.splitext(os.path.basename(path))
    is_taken = name in sys.builtin_module_names or (name in sys.modules and name not in _loaded)
    if extension != ".py" or "." in name or is_taken:
        name = MODULE_NAME
    spec = spec_from_file_location(name, path, loader=SourceFileLoader(name, path))
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    _loaded.add(name)
    return module


def _place_of(error: BaseException, name: str, full_name: str) -> str:
    """Return one line: where in the registry file the error arose, and what it is."""
    if isinstance(error, OSError) and error.filename == name:
        return f"can't read the registry file {name}: {error.strerror}"
    if isinstance(error, SyntaxError) and error.filename == full_name:
        return f"{name}:{error.lineno}: {type(error).__name__}: {error.msg}"
    lines = [
        line for frame, line in traceback.walk_tb(error.__traceback__) if _runs(frame, full_name)
    ]
    place = f"{name}:{lines[-1]}" if lines else name
    return f"{place}: {describe_failure(error, False)['message']}"


def _runs(frame: FrameType, name: str) -> bool:
    return frame.f_code.co_filename == name
