"""Read protocol/vectors/*.json, and compare replies by the rules of their README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "protocol" / "vectors"

VECTORS = [
    pytest.param(vector, id=f"{path.stem}: {vector['name']}")
    for path in sorted(FOLDER.glob("*.json"))
    for vector in json.loads(path.read_text())
]


def body_of(vector: dict[str, Any]) -> bytes:
    """Return the body of the vector's request."""
    if "request_text" in vector:
        return str(vector["request_text"]).encode()
    return json.dumps(vector["request"]).encode()


def matches(expected: Any, came: Any) -> bool:
    """Return whether `came` is the expected reply. A failure may have additional members."""
    if isinstance(expected, list) and isinstance(came, list):
        return len(expected) == len(came) and all(map(matches, expected, came))
    if isinstance(expected, dict) and isinstance(came, dict) and "error" in expected:
        return expected["error"].items() <= came.get("error", {}).items() and "result" not in came
    return bool(expected == came)
