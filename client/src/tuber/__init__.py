"""Remote Python and C++ objects of an instrument, as if they were local."""

from tuber._asyncio import TuberObject, resolve
from tuber._blocking import SimpleTuberObject, resolve_simple
from tuber._result import TuberResult
from tuber._version import __getattr__ as __getattr__
from tuber.errors import (
    TuberConnectionLost,
    TuberConnectionRefused,
    TuberError,
    TuberNetworkError,
    TuberProtocolError,
    TuberRemoteError,
    TuberRemoteWarning,
    TuberStateError,
    TuberTimeout,
)
from tuber.server import get_include

__all__ = [
    "SimpleTuberObject",
    "TuberConnectionLost",
    "TuberConnectionRefused",
    "TuberError",
    "TuberNetworkError",
    "TuberObject",
    "TuberProtocolError",
    "TuberRemoteError",
    "TuberRemoteWarning",
    "TuberResult",
    "TuberStateError",
    "TuberTimeout",
    "get_include",
    "resolve",
    "resolve_simple",
]
