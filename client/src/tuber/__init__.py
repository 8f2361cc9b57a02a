"""Remote Python and C++ objects of an instrument, as if they were local."""

from tuber._asyncio import TuberObject, resolve
from tuber._blocking import SimpleTuberObject, resolve_simple
from tuber._result import TuberResult
from tuber._version import __getattr__ as __getattr__
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
from tuber.server import get_include

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
    "get_include",
    "resolve",
    "resolve_simple",
]
