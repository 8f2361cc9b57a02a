"""Keeps ``from tuber.client import ...`` working; new code imports from ``tuber``."""

from tuber.aio.context import Context
from tuber.aio.remote_object import TuberObject, resolve
from tuber.blocking.context import SimpleContext
from tuber.blocking.remote_object import SimpleTuberObject, resolve_simple
from tuber.objects.names import is_local as attribute_blacklisted

__all__ = [
    "Context",
    "SimpleContext",
    "SimpleTuberObject",
    "TuberObject",
    "attribute_blacklisted",
    "resolve",
    "resolve_simple",
]
