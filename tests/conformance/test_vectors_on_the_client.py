"""The client's session sends the vectors' requests and understands their replies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tuber.options import Options
from tuber.protocol import JSON, Call, Failure, Result
from tuber.session.server_state import ServerState
from tuber.session.session import Conversation, Session

from .vectors import VECTORS

MEMBERS = {"object", "method", "args", "kwargs", "property", "resolve"}


@dataclass
class CannedReply:
    """Return the reply of a vector, in the form that a shell passes to the session."""

    body: bytes
    status: int = 200
    media_type: str = "application/json"
    fields: Mapping[str, str] = field(default_factory=dict)


def is_call(request: Any) -> bool:
    """Return whether our client could send this call. Vectors also contain invalid ones."""
    return (
        isinstance(request, dict)
        and set(request) <= MEMBERS
        and None not in request.values()
        and ("method" not in request or "object" in request)
        and isinstance(request.get("method", ""), str)
        and isinstance(request.get("args", []), list)
        and isinstance(request.get("kwargs", {}), dict)
    )


def is_ours(vector: dict[str, Any]) -> bool:
    request, reply = vector.get("request"), vector["reply"]
    if isinstance(reply, dict) and "message" not in reply.get("error", {"message": ""}):
        return False  # the vector does not fix the message, so the reply is incomplete
    return is_call(request) or (isinstance(request, list) and all(map(is_call, request)))


def call_of(request: dict[str, Any]) -> Call:
    members = dict(request)
    return Call(members.pop("object", None), **members)


def converse(conversation: Conversation[Any], reply: Any) -> tuple[Any, Any]:
    """Drive a conversation of one exchange; return the request's value and the result."""
    request = next(conversation)
    with pytest.raises(StopIteration) as end:
        conversation.send(CannedReply(json.dumps(reply).encode()))
    return json.loads(request.body), end.value.value


@pytest.mark.parametrize("vector", [each for each in VECTORS if is_ours(each.values[0])])
def test_the_session_matches_the_vector(vector: dict[str, Any]) -> None:
    session = Session(Options((JSON,), convert_json=False), ServerState("http://vector/tuber"))
    request, reply = vector["request"], vector["reply"]
    batch = request if isinstance(request, list) else [request]
    envelopes = reply if isinstance(reply, list) else [reply]
    # Decode arguments like a peer, because programs pass bytes as bytes.
    calls = session.codec.decode(json.dumps(batch).encode())
    sent, outcomes = converse(session.batch(calls, "it"), envelopes)
    assert sent == batch
    for envelope, outcome in zip(envelopes, outcomes, strict=True):
        if "error" in envelope:
            assert isinstance(outcome, Failure)
            assert outcome.type == envelope["error"]["type"]
        else:
            assert isinstance(outcome, Result)
            assert list(outcome.warnings) == envelope.get("warnings", [])
            assert json.loads(session.codec.encode(outcome.value)) == envelope["result"]
