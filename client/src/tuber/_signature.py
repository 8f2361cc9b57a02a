"""A method's signature as ``inspect`` has it."""

from __future__ import annotations

import inspect
from typing import Any

from tuber.protocol import ABSENT, Signature


def make_signature(signature: Signature | str | None) -> inspect.Signature | None:
    """The signature without ``self``, for the method is bound; None when it is not known.

    Raises:
        ValueError: the server described what can't be a Python signature.
    """
    if not isinstance(signature, Signature):
        return None
    parameters = [
        inspect.Parameter(
            each.name,
            inspect._ParameterKind(each.kind),
            default=inspect.Parameter.empty if each.default is ABSENT else each.default,
            annotation=_annotation(each.annotation),
        )
        for each in signature.parameters
    ]
    if parameters and parameters[0].name == "self":
        del parameters[0]
    return inspect.Signature(parameters, return_annotation=_annotation(signature.return_annotation))


def _annotation(text: str | None) -> Any:
    return inspect.Parameter.empty if text is None else text
