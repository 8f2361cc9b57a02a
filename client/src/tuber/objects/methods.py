"""The functions of generated classes: a remote method as Python, ``help`` and ``inspect`` know one.

They only say to the link what is to be called; nothing here waits or does I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from tuber.objects.signature import annotations_of, make_signature
from tuber.protocol import MethodDescription

# In place of a module's name: no module has it, so nobody shows a file of ours as the source.
REMOTE: Final = "tuber.<remote>"


def make_method(owner: str, name: str, description: MethodDescription) -> Callable[..., Any]:
    """The function that calls the method of this name of the object that it is bound to.

    Args:
        owner: the name of the class it will belong to.
    """

    def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        link = self._tuber_link
        return link.run(link.session.call(self._tuber_path, name, args, kwargs))

    dress(call, owner, name)
    call.__doc__ = _doc(name, description)
    signature = make_signature(description.signature)
    call.__annotations__ = annotations_of(signature)
    call.__dict__["__signature__"] = signature
    return call


def dress(function: Any, owner: str, name: str) -> None:
    """Give a function the names of what it stands for, in tracebacks too.

    Its code has no file: inspect, IPython and jedi would show ours as that of the remote method.
    """
    code: CodeType = function.__code__
    function.__code__ = code.replace(co_name=name, co_filename=f"<remote {owner}>")
    function.__name__ = name
    function.__qualname__ = f"{owner}.{name}"
    function.__module__ = REMOTE


def _doc(name: str, description: MethodDescription) -> str | None:
    """The docstring; very old servers' signatures are text, which only people can read."""
    if not isinstance(description.signature, str):
        return description.doc
    return f"{name}{description.signature}\n\n{description.doc or ''}".rstrip()
