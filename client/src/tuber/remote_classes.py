"""The classes of exceptions that were raised on a server, found by their names.

A builtin exception is that class here too, and so is a subclass of one. A program may register
classes of its own. This module imports nothing of tuber.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

__all__ = ["adopt_members", "combined_class", "new_instance", "register_error"]

# StopIteration and StopAsyncIteration would silently end the caller's loop, or become a
# RuntimeError in a generator; an ExceptionGroup cannot exist without its exceptions.
_NEVER_RAISED_AS: Final = frozenset({"StopIteration", "StopAsyncIteration", "ExceptionGroup"})
# A class has seldom more than one builtin base; names from a peer must not fill the memory.
_MAX_BUILTIN_BASES: Final = 2
# Only these have attributes that are mere values. Python looks at those of others when it prints
# a traceback: it imports the ``name`` of an ImportError, for example.
_WITH_VALUES: Final = (OSError, UnicodeError)
_OWN: Final = frozenset({"type_name", "remote_traceback"})

_registered: dict[str, type[Exception]] = {}
_made: dict[tuple[type, ...], type[Any]] = {}


def register_error(type_name: str, error_class: type[Exception]) -> None:
    """Raise a class of your own for an exception of a server.

    The error that is raised is also a ``TuberRemoteError``. Your ``__init__`` is not called: the
    error has the ``args`` and the plain public attributes that it had on the server.

    >>> tuber.register_error("mylab.StageError", StageError)

    Args:
        type_name: the class on the server: the ``type_name`` of a ``TuberRemoteError``. Its
            subclasses are raised as this class too, unless they are registered themselves.
        error_class: your class.

    Raises:
        TypeError: an argument has a wrong type, or the class cannot be raised.
    """
    if not isinstance(type_name, str) or not type_name:
        raise TypeError(f"expected the name of a class on the server; got {type_name!r}")
    if not (isinstance(error_class, type) and issubclass(error_class, Exception)) or any(
        each.__name__ in _NEVER_RAISED_AS and _is_builtin(each) for each in error_class.__mro__
    ):
        raise TypeError(
            f"expected a subclass of Exception, and not of {', '.join(sorted(_NEVER_RAISED_AS))}; "
            f"got {error_class!r}"
        )
    _registered[type_name] = error_class


def combined_class(base: type[Any], names: Sequence[str]) -> type[Any]:
    """Return ``base`` combined with the classes here that the names stand for.

    Args:
        base: TuberRemoteError.
        names: of the remote class and its bases, the nearest first.
    """
    for name in names:
        if name in _registered:
            return _combined_with_own(base, _registered[name])
    classes: list[type] = []
    for name in names:
        builtin = _builtin_exception(name)
        if builtin is not None and not any(issubclass(each, builtin) for each in classes):
            classes.append(builtin)
    chosen = tuple(classes[:_MAX_BUILTIN_BASES])
    known = _made.get((base, *chosen))
    if known is not None or not chosen:
        return known or base
    title = "".join(each.__name__ for each in chosen)
    text = f"A call failed on the server with {' and '.join(each.__name__ for each in chosen)}."
    try:
        made = type(
            f"TuberRemote{title}", (base, *chosen), {"__module__": base.__module__, "__doc__": text}
        )
    except TypeError:  # these builtin classes have no common subclass in this Python
        made = combined_class(base, [chosen[0].__name__])
    return _made.setdefault((base, *chosen), made)


def _combined_with_own(base: type[Any], own: type[Exception]) -> type[Any]:
    known = _made.get((own, base))
    if known is not None:
        return known
    namespace = {
        "__module__": own.__module__,
        "__qualname__": own.__qualname__,
        "__doc__": own.__doc__,
        "__str__": own.__str__,
        "__reduce__": base.__reduce__,
        "__setstate__": base.__setstate__,
    }
    bases = (own,) if issubclass(own, base) else (own, base)
    return _made.setdefault((own, base), type(own.__name__, bases, namespace))


def new_instance(kind: type[Any]) -> Any:
    """Make an instance without calling code of a user's class."""
    maker: Any = kind
    while not _is_builtin(maker):
        maker = maker.__base__
    return maker.__new__(kind)


def adopt_members(
    error: BaseException, args: Iterable[Any] | None, attributes: Mapping[str, Any]
) -> None:
    """Give an error the ``args`` and the attributes that it had on the server."""
    if args is not None:
        error.args = tuple(args)
    for name, value in attributes.items():
        if name.startswith("_") or name in _OWN or _is_read_by_python(error, name):
            continue
        try:
            object.__setattr__(error, name, value)
        except (AttributeError, TypeError, ValueError):  # not of the expected type
            continue


def _is_read_by_python(error: BaseException, name: str) -> bool:
    return any(
        name in vars(each) and not issubclass(each, _WITH_VALUES)
        for each in type(error).__mro__
        if _is_builtin(each)
    )


def _is_builtin(kind: type) -> bool:
    return kind.__module__ == builtins.__name__


def _builtin_exception(name: str) -> type[Exception] | None:
    """Return the builtin exception of a name.

    Only subclasses of Exception: a remote SystemExit must not end the caller's program. Exception
    itself adds nothing.
    """
    kind = getattr(builtins, name, None)
    if (
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and kind.__name__ == name  # not an alias such as IOError
        and name not in _NEVER_RAISED_AS
    ):
        return kind
    return None
