"""Which methods change nothing, so that a peer that may only read may call them."""

from __future__ import annotations

from functools import partial, partialmethod
from typing import Any, Final, TypeVar

from tuberd.exposure.attributes import classes_of

__all__ = ["MARK", "check_readonly", "readonly"]

# Of a method: True. Of a class: the names of methods of it or its bases, such as those in C++.
MARK: Final = "__tuber_readonly__"

Method = TypeVar("Method")


def readonly(method: Method) -> Method:
    """Mark a method as one that changes nothing; a decorator.

    Who may only read (`tuberd --read-only`, a token of kind ``read``) may call it. A class whose
    methods can't be decorated names them: ``__tuber_readonly__ = ("read",)``.

    Raises:
        TypeError: it can't be marked.
    """
    try:
        setattr(_function_of(method), MARK, True)
    except AttributeError:
        raise TypeError(
            f"@readonly marks functions; came {method!r}: name it in its class's {MARK}"
        ) from None
    return method


def check_readonly(obj: object, name: str, value: object) -> None:
    """Refuse a method that is not marked; ``value``: what was found under its name.

    The most derived class that says something decides: one that overrides a method marks it anew.

    Raises:
        PermissionError: it is not marked.
    """
    marked = getattr(_function_of(value), MARK, False) is True
    if not marked and not any(_is_named_by(cls, name) for cls in classes_of(obj)):
        raise PermissionError(
            f"{type(obj).__name__}.{name}() was not called: who asks may only read, and the method"
            " is not marked with @tuberd.readonly"
        )


def _is_named_by(cls: type, name: str) -> bool:
    for each in cls.__mro__:
        named = each.__dict__.get(MARK, ())
        if name in ((named,) if isinstance(named, str) else named):
            return True
        if name in each.__dict__:
            return False
    return False


def _function_of(value: Any) -> Any:
    """The function inside a static method, a bound method and the like."""
    while isinstance(value, (staticmethod, classmethod, partial, partialmethod)):
        value = value.func if isinstance(value, (partial, partialmethod)) else value.__func__
    return getattr(value, "__func__", value)
