"""The check of methods that change nothing, which a client with read-only access may call."""

from __future__ import annotations

from tuber.markers import READONLY_MARK as MARK
from tuber.markers import function_of, readonly
from tuber.protocol import attribute_name
from tuberd.exposure.attributes import classes_of, listed_names

__all__ = ["MARK", "check_readonly", "function_of", "readonly"]


def check_readonly(obj: object, name: str, value: object) -> None:
    """Refuse a method that is not marked; ``value`` is what was found under its name.

    The most derived class that defines or lists the name decides.

    Raises:
        PermissionError: The method is not marked.
    """
    marked = getattr(function_of(value), MARK, False) is True
    if not marked and not any(_is_listed_by(cls, name) for cls in classes_of(obj)):
        raise PermissionError(
            f"read-only access: {type(obj).__name__}.{name}() is not marked @tuberd.readonly, so it"
            " was not called"
        )


def _is_listed_by(cls: type, name: str) -> bool:
    for each in cls.__mro__:
        if name in map(attribute_name, listed_names(each.__dict__.get(MARK))):
            return True
        if name in each.__dict__:
            return False
    return False
