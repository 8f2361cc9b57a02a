"""What servers before 1.0 say differently, and how it is asked for (PROTOCOL.md sections 6, 10).

They answer lists of names where a full description has maps; each name is then asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tuber.protocol import Call, CallMap, Failure, Path, Result
from tuber.session.replies import Outcome


def is_name_lists(members: Mapping[str, Any]) -> bool:
    """Whether a description has lists of names where a full one has maps."""
    return any(isinstance(members.get(name), list) for name in ("methods", "properties", "objects"))


def questions(path: Path, members: Mapping[str, Any]) -> list[CallMap]:
    """The calls that ask for each method and property that is only named."""
    return [Call(path, property=name).to_map() for name in _asked_for(members)]


def with_answers(
    members: Mapping[str, Any],
    answers: Iterable[Outcome],
    objects: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The full description: ``answers`` are those to ``questions``, in the same order."""
    outcomes = dict(zip(_asked_for(members), answers, strict=True))
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


def _asked_for(members: Mapping[str, Any]) -> list[str]:
    lists = (members.get("methods"), members.get("properties"))
    return [name for names in lists if isinstance(names, list) for name in names]
