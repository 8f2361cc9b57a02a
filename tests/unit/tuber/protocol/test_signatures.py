"""Signatures and methods as maps."""

from __future__ import annotations

from typing import Any

import pytest

from tuber.errors import TuberProtocolError
from tuber.protocol import ABSENT, MethodDescription, Parameter, Signature

SIGNATURE = Signature(
    (
        Parameter("self", 0),
        Parameter("n", 1, default=None, annotation="int"),
        Parameter("rest", 4),
    ),
    "list[int]",
)


def test_a_signature_is_read_from_the_map_it_is_written_to() -> None:
    members = SIGNATURE.to_map()
    assert members["parameters"][1] == {
        "name": "n",
        "kind": 1,
        "default": None,
        "annotation": "int",
    }
    assert "default" not in members["parameters"][0]
    assert Signature.from_map(members) == SIGNATURE
    assert Signature.from_map(members).parameters[0].default is ABSENT


@pytest.mark.parametrize(
    ("member", "signature"),
    [(None, None), ("(self, n)", "(self, n)"), (SIGNATURE.to_map(), SIGNATURE)],
)
def test_a_method_is_read_from_its_map(member: Any, signature: Signature | str | None) -> None:
    members = {"__doc__": "Reads.", "__signature__": member}
    assert MethodDescription.from_map(members) == MethodDescription("Reads.", signature)


@pytest.mark.parametrize(
    "members",
    [
        None,
        "text",
        {"__doc__": 1},
        {"__signature__": 1},
        {"__signature__": {"parameters": 1}},
        {"__signature__": {"parameters": [1]}},
        {"__signature__": {"parameters": [{}]}},
        {"__signature__": {"parameters": [{"name": "n", "kind": 5}]}},
        {"__signature__": {"parameters": [{"name": "n", "kind": True}]}},
        {"__signature__": {"return_annotation": 1}},
    ],
)
def test_malformed_methods_are_refused(members: Any) -> None:
    with pytest.raises(TuberProtocolError, match="expected"):
        MethodDescription.from_map(members)
