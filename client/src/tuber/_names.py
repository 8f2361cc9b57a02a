"""Where the names of ``tuber`` live; each is imported when somebody first asks for it.

So ``import tuber`` costs next to nothing, and a program that uses one of the two clients does not
load the other. Nothing here may import anything of tuber before it is asked.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

HOMES: Final = {
    "tuber.aio.remote_object": ("TuberObject", "resolve"),
    "tuber.blocking.remote_object": ("SimpleTuberObject", "resolve_simple"),
    "tuber.result": ("TuberResult",),
    "tuber.errors": (
        "TuberConnectTimeout",
        "TuberConnectionLost",
        "TuberConnectionRefused",
        "TuberError",
        "TuberNameNotFound",
        "TuberNetworkError",
        "TuberProtocolError",
        "TuberRemoteError",
        "TuberRemoteWarning",
        "TuberRestartWarning",
        "TuberStateError",
        "TuberTimeout",
        "TuberUnreachable",
    ),
    "tuber.server": ("get_include",),
}
# Those that programs write behind ``import tuber`` alone: ``tuber.errors.TuberError``.
MODULES: Final = ("client", "codec", "codecs", "errors", "protocol", "server")

_HOME_OF: Final = {name: home for home, names in HOMES.items() for name in names}


def __getattr__(name: str) -> Any:  # PEP 562; ``tuber`` takes it over as its own
    if name in MODULES:
        return import_module(f"tuber.{name}")  # which makes it an attribute of tuber
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        return version("tuber-client")
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'tuber' has no attribute {name!r}", name=name)
    value = getattr(import_module(home), name)
    setattr(sys.modules["tuber"], name, value)  # next time it is there
    return value


def __dir__() -> list[str]:
    return sorted({*vars(sys.modules["tuber"]), *_HOME_OF, *MODULES})
