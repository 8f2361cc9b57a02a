"""Read descriptions from servers before 1.0 (PROTOCOL.md sections 6 and 10).

They have lists of names where full descriptions have maps, so each name needs another request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tuber.protocol import Call, CallMap, Failure, Path, Result
from tuber.session.replies import Outcome


def is_name_lists(members: Mapping[str, Any]) -> bool:
    """Whether a description has lists of names instead of maps."""
    return any(isinstance(members.get(name), list) for name in ("methods", "properties", "objects"))


def member_calls(path: Path, members: Mapping[str, Any]) -> list[CallMap]:
    """Return the calls that request each method and property in lists of names."""
    return [Call(path, property=name).to_map() for name in _listed(members)]


def with_answers(
    members: Mapping[str, Any],
    answers: Iterable[Outcome],
    objects: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the full description.

    Args:
        answers: the outcomes of ``member_calls``, in the same order.
        objects: the descriptions of nested objects, by name.
    """
    outcomes = dict(zip(_listed(members), answers, strict=True))
    full = dict(members)
    if isinstance(members.get("methods"), list):
        full["methods"] = {
            name: outcome.value if isinstance(outcome := outcomes[name], Result) else {}
            for name in members["methods"]
        }
    if isinstance(members.get("properties"), list):
        full["properties"], full["failed"] = {}, {}
        for name in members["properties"]:
            outcome = outcomes[name]
            if isinstance(outcome, Result):
                full["properties"][name] = outcome.value
            elif isinstance(outcome, Failure):
                full["failed"][name] = outcome.to_map()["error"]
    if isinstance(members.get("objects"), list):
        full["objects"] = dict(objects)
    return full


def _listed(members: Mapping[str, Any]) -> list[str]:
    lists = (members.get("methods"), members.get("properties"))
    return [name for names in lists if isinstance(names, list) for name in names]
