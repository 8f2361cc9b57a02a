"""The historical import place of the client's names; new code imports them from ``tuber``."""

from tuber._asyncio import TuberObject, resolve
from tuber._blocking import SimpleTuberObject, resolve_simple
from tuber._proxy import attribute_blacklisted

__all__ = ["SimpleTuberObject", "TuberObject", "attribute_blacklisted", "resolve", "resolve_simple"]
