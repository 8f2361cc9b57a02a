"""The historical import place of the client's names; new code imports them from ``tuber``."""

from tuber._asyncio import TuberObject, resolve
from tuber._asyncio_context import Context
from tuber._blocking import SimpleTuberObject, resolve_simple
from tuber._blocking_context import SimpleContext
from tuber._proxy import attribute_blacklisted

__all__ = [
    "Context",
    "SimpleContext",
    "SimpleTuberObject",
    "TuberObject",
    "attribute_blacklisted",
    "resolve",
    "resolve_simple",
]
