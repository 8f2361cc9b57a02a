"""Remote Python and C++ objects of an instrument, as if they were local."""

from typing import TYPE_CHECKING

from tuber._names import __dir__ as __dir__
from tuber._names import __getattr__ as __getattr__

# At run time each of these is imported when it is first asked for, see _names. Editors with jedi
# read this branch only when the condition is typing's own.
if TYPE_CHECKING:
    from tuber.aio.remote_object import TuberObject, resolve
    from tuber.blocking.remote_object import SimpleTuberObject, resolve_simple
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
    "get_include",
    "resolve",
    "resolve_simple",
]
