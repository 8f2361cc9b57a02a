"""Methods that change nothing, so that a client with read-only access may call them."""

from __future__ import annotations

from functools import partial, partialmethod
from typing import Any, Final, TypeVar

from tuber.protocol import attribute_name
from tuberd.exposure.attributes import classes_of, listed_names

__all__ = ["MARK", "check_readonly", "readonly"]

# On a method: True. On a class: the names of methods that can't be decorated, such as C++ ones.
MARK: Final = "__tuber_readonly__"

Method = TypeVar("Method")


def readonly(method: Method) -> Method:
    """Mark a method as one that changes nothing; use it as a decorator.

    Clients with read-only access (``tuberd --read-only``, or a token of kind ``read``) may call
    marked methods only. A subclass that overrides a marked method must mark it again.

    If the methods of a class can't be decorated, list them in the class:
    ``__tuber_readonly__ = ("read",)``.

    Args:
        method: a function, a static or class method, or a `functools.partialmethod`.

    Returns:
        The same method.

    Raises:
        TypeError: The method can't be marked.
    """
    try:
        setattr(_function_of(method), MARK, True)
    except AttributeError:
        raise TypeError(
            f"@readonly marks functions; got {method!r}: list it in {MARK} of its class"
        ) from None
    return method


def check_readonly(obj: object, name: str, value: object) -> None:
    """Refuse a method that is not marked; ``value`` is what was found under its name.

    The most derived class that defines or lists the name decides.

    Raises:
        PermissionError: The method is not marked.
    """
    marked = getattr(_function_of(value), MARK, False) is True
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


def _function_of(value: Any) -> Any:
    """Return the function inside a static method, a bound method or the like."""
    while isinstance(value, (staticmethod, classmethod, partial, partialmethod)):
        value = value.func if isinstance(value, (partial, partialmethod)) else value.__func__
    return getattr(value, "__func__", value)
