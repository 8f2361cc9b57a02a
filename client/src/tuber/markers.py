"""Decorators for served classes: what a method or a property is for clients.

They need no server: modules that use them can be imported where tuberd is not installed. ``tuberd``
has the same names. This module imports nothing of tuber.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial, partialmethod
from typing import Any, Final, TypeVar, overload

__all__ = ["LiveProperty", "live", "readonly"]

# On a method: True. On a class: the names of methods that can't be decorated, such as C++ ones.
READONLY_MARK: Final = "__tuber_readonly__"

Method = TypeVar("Method")


def readonly(method: Method) -> Method:
    """Mark a method as one that changes nothing; use it as a decorator.

    Clients with read-only access (``tuberd --read-only``, or a token of kind ``read``) may call
    marked methods only. A subclass that overrides a marked method must mark it again.

    If the methods of a class can't be decorated, list them in the class:
    ``__tuber_readonly__ = ("read",)``.

    Args:
        method: a function, a static or class method, or a ``functools.partialmethod``.

    Returns:
        The same method.

    Raises:
        TypeError: The method can't be marked.
    """
    try:
        setattr(function_of(method), READONLY_MARK, True)
    except AttributeError:
        raise TypeError(
            f"@readonly marks functions; got {method!r}: list it in {READONLY_MARK} of its class"
        ) from None
    return method


def function_of(value: Any) -> Any:
    """Return the function inside a static method, a bound method or the like."""
    while isinstance(value, (staticmethod, classmethod, partial, partialmethod)):
        value = value.func if isinstance(value, (partial, partialmethod)) else value.__func__
    return getattr(value, "__func__", value)


class LiveProperty(property):
    """A property that clients read at each access, and set if it has a setter; see ``live``.

    Attributes:
        unit: of the value, as text.
        min, max: the limits of a new value.
        choices: the allowed values.
    """

    unit: str | None = None
    min: Any = None
    max: Any = None
    choices: tuple[Any, ...] | None = None

    def __init__(
        self,
        fget: Callable[[Any], Any] | None = None,
        fset: Callable[[Any, Any], None] | None = None,
        fdel: Callable[[Any], None] | None = None,
    ) -> None:
        super().__init__(fget, fset, fdel)
        self.__doc__ = getattr(fget, "__doc__", None)  # not that of this class

    def _with(self, other: LiveProperty) -> LiveProperty:
        self.unit, self.min, self.max = other.unit, other.min, other.max
        self.choices = other.choices
        return self

    def getter(self, fget: Callable[[Any], Any]) -> LiveProperty:
        """Return a copy with another getter."""
        return LiveProperty(fget, self.fset, self.fdel)._with(self)

    def setter(self, fset: Callable[[Any, Any], None]) -> LiveProperty:
        """Return a copy with a setter."""
        return LiveProperty(self.fget, fset, self.fdel)._with(self)

    def deleter(self, fdel: Callable[[Any], None]) -> LiveProperty:
        """Return a copy with a deleter."""
        return LiveProperty(self.fget, self.fset, fdel)._with(self)

    def __set__(self, instance: Any, value: Any) -> None:
        """Set the property; raise ValueError if the value is not within the declared limits."""
        where = f"{type(instance).__name__}.{getattr(self.fget, '__name__', 'property')}"
        super().__set__(instance, self._checked(value, where))

    def _checked(self, value: Any, where: str) -> Any:
        if self.choices is not None:
            for each in self.choices:
                if _equal(each, value) or (isinstance(each, Enum) and _equal(each.value, value)):
                    return each
            listed = [each.value if isinstance(each, Enum) else each for each in self.choices]
            raise ValueError(
                f"{where} must be one of {', '.join(map(repr, listed))}; got {value!r:.80}"
            )
        if not _within(self.min, value, self.max):
            unit = f" {self.unit}" if self.unit else ""
            if self.max is None:
                expected = f"at least {self.min}{unit}"
            elif self.min is None:
                expected = f"at most {self.max}{unit}"
            else:
                expected = f"from {self.min} to {self.max}{unit}"
            raise ValueError(f"{where} must be {expected}; got {value!r:.80}")
        return value


def _equal(one: Any, other: Any) -> bool:
    try:
        return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
    except Exception:  # noqa: BLE001  # an array, or a __eq__ that raises
        return False


def _within(low: Any, value: Any, high: Any) -> bool:
    """Whether a value, or each element of an array, is within limits; NaN is not."""
    try:
        checks: tuple[Any, ...] = (low is None or value >= low, high is None or value <= high)
        for holds in checks:
            if not (holds.all() if hasattr(holds, "all") else holds):
                return False
    except TypeError:  # it cannot be compared
        return False
    return True


@overload
def live(getter: Callable[[Any], Any] | property, /) -> LiveProperty: ...
@overload
def live(
    *,
    unit: str | None = None,
    min: Any = None,
    max: Any = None,
    choices: Iterable[Any] | None = None,
) -> Callable[[Callable[[Any], Any] | property], LiveProperty]: ...
def live(
    getter: Callable[[Any], Any] | property | None = None,
    /,
    *,
    unit: str | None = None,
    min: Any = None,
    max: Any = None,
    choices: Iterable[Any] | None = None,
) -> Any:
    """Make a getter a live property: clients read it at each access, and set it if it has a setter.

    >>> @live(unit="mm", min=0, max=30)
    ... def position(self) -> float:
    ...     "The position of the stage."
    ...     return self._position
    ...
    ... @position.setter
    ... def position(self, value: float) -> None:
    ...     self._position = value

    Setting it to a value outside the limits raises ValueError, in the server's own code as well.

    Args:
        getter: the function that reads the property, or a ``property``.
        unit: of the value, for people.
        min, max: the limits of a new value, or of each element of a new array.
        choices: the allowed values; an enumeration allows its members and their values.
    """
    if getter is None:
        return partial(_make_live, unit=unit, min=min, max=max, choices=choices)
    return _make_live(getter)


def _make_live(
    getter: Any,
    unit: str | None = None,
    min: Any = None,
    max: Any = None,
    choices: Iterable[Any] | None = None,
) -> LiveProperty:
    if isinstance(getter, property):
        made = LiveProperty(getter.fget, getter.fset, getter.fdel)
    elif callable(getter):
        made = LiveProperty(getter)
    else:
        raise TypeError(f"@live marks a getter or a property; got {getter!r}")
    made.unit, made.min, made.max = unit, min, max
    made.choices = None if choices is None else tuple(choices)
    return made
