"""Remote Python and C++ objects of an instrument, as if they were local.

Start with ``resolve_simple``, or with ``resolve`` in asyncio programs; ``tuber.options`` explains
their options. Each name is imported at its first use (PEP 562), so ``import tuber`` is fast, and a
program that uses one of the two clients does not load the other.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

# Editors that use jedi read this branch only if the condition is typing's TYPE_CHECKING.
if TYPE_CHECKING:
    from tuber.aio.remote_object import TuberObject, connect_async, resolve
    from tuber.blocking.remote_object import SimpleTuberObject, connect, resolve_simple
    from tuber.errors import (
        TuberConnectionLost,
        TuberConnectionRefused,
        TuberConnectTimeout,
        TuberError,
        TuberNameNotFound,
        TuberNetworkError,
        TuberProtocolError,
        TuberRemoteError,
        TuberRemoteWarning,
        TuberRestartWarning,
        TuberStateError,
        TuberTimeout,
        TuberUnreachable,
    )
    from tuber.remote_classes import register_error
    from tuber.result import TuberResult
    from tuber.server import get_include
del TYPE_CHECKING

__all__ = [
    "SimpleTuberObject",
    "TuberConnectTimeout",
    "TuberConnectionLost",
    "TuberConnectionRefused",
    "TuberError",
    "TuberNameNotFound",
    "TuberNetworkError",
    "TuberObject",
    "TuberProtocolError",
    "TuberRemoteError",
    "TuberRemoteWarning",
    "TuberRestartWarning",
    "TuberResult",
    "TuberStateError",
    "TuberTimeout",
    "TuberUnreachable",
    "connect",
    "connect_async",
    "get_include",
    "register_error",
    "resolve",
    "resolve_simple",
]

_HOMES = dict.fromkeys(__all__, "tuber.errors") | {
    "SimpleTuberObject": "tuber.blocking.remote_object",
    "TuberObject": "tuber.aio.remote_object",
    "TuberResult": "tuber.result",
    "connect": "tuber.blocking.remote_object",
    "connect_async": "tuber.aio.remote_object",
    "get_include": "tuber.server",
    "register_error": "tuber.remote_classes",
    "resolve": "tuber.aio.remote_object",
    "resolve_simple": "tuber.blocking.remote_object",
}
# Programs use these after ``import tuber`` alone: ``tuber.errors.TuberError``.
_MODULES = ("client", "codec", "codecs", "errors", "options", "protocol", "server", "transport")


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import_module(f"tuber.{name}")  # the import also sets the attribute
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        return version("tuber-client")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tuber' has no attribute {name!r}", name=name)
    value = globals()[name] = getattr(_import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
