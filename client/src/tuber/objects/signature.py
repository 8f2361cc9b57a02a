"""A method's signature as ``inspect`` has it."""

from __future__ import annotations

import inspect
from typing import Any, Final

from tuber.protocol import ABSENT, Signature


def make_signature(signature: Signature | str | None) -> inspect.Signature:
    """The signature of the function, ``self`` included; any arguments when it is not known."""
    if not isinstance(signature, Signature):
        return _ANY_ARGUMENTS
    try:
        return _make(signature)
    except ValueError:  # what the server described can't be written in Python
        return _ANY_ARGUMENTS


def annotations_of(signature: inspect.Signature) -> dict[str, str]:
    """The annotations as a function has them in ``__annotations__``."""
    absent = inspect.Parameter.empty
    found = {
        name: str(each.annotation)
        for name, each in signature.parameters.items()
        if each.annotation is not absent
    }
    if signature.return_annotation is not absent:
        found["return"] = str(signature.return_annotation)
    return found


_SELF: Final = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
_ANY_ARGUMENTS: Final = inspect.Signature(
    [
        _SELF,
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


def _make(signature: Signature) -> inspect.Signature:
    parameters = [
        inspect.Parameter(
            each.name,
            inspect._ParameterKind(each.kind),
            default=inspect.Parameter.empty if each.default is ABSENT else each.default,
            annotation=_annotation(each.annotation),
        )
        for each in signature.parameters
    ]
    if not parameters or parameters[0].name != "self":
        parameters.insert(0, _SELF)  # bound functions of C++ are described without it
    return inspect.Signature(parameters, return_annotation=_annotation(signature.return_annotation))


class Annotation(str):
    """An annotation as the server's source has it; its types need not exist here.

    Shown without the quotation marks that inspect and help() put around a string.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _annotation(text: str | None) -> Any:
    return inspect.Parameter.empty if text is None else Annotation(text)
