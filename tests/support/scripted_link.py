"""A link without a network, which drives conversations with answers from a test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tuber.blocking.remote_object import SimpleTuberObject
from tuber.errors import TuberError
from tuber.options import Options
from tuber.protocol import JSON
from tuber.session.messages import Conversation, Request
from tuber.session.server_state import ServerState
from tuber.session.session import Session

T = TypeVar("T")
URL = "http://board/tuber"


class ScriptedReply:
    """A reply, in the form that a shell passes to a conversation."""

    def __init__(
        self,
        body: bytes,
        status: int = 200,
        media_type: str = JSON,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        self.body = body
        self.fields = fields or {}
        self.status = status
        self.media_type = media_type


Answer = Callable[[Any], Any]


class ScriptedLink:
    """A link that answers each request with ``answer(decoded body)``: an envelope or ScriptedReply.

    If the answer is a TuberError, the link throws it into the conversation, like a lost connection.

    Attributes:
        asked: the decoded bodies of the requests, in order.
    """

    def __init__(self, answer: Answer, options: Options | None = None) -> None:
        self.session = Session(options or Options(), ServerState(URL))
        self.requests: list[Request] = []
        self.asked: list[Any] = []
        self.options_sent: list[tuple[str, ...]] = []
        self._answer = answer

    def run(self, conversation: Conversation[T]) -> T:
        try:
            request = next(conversation)
            while True:
                asked = json.loads(request.body)
                self.asked.append(asked)
                self.requests.append(request)
                self.options_sent.append(tuple(request.options))
                answer = self._answer(asked)
                if isinstance(answer, TuberError):
                    request = conversation.throw(answer)
                    continue
                if not isinstance(answer, ScriptedReply):
                    answer = ScriptedReply(json.dumps(answer).encode())
                request = conversation.send(answer)
        except StopIteration as end:
            value: T = end.value
            return value


class ScriptedObject(SimpleTuberObject):
    """A remote object over a ScriptedLink. Its nested objects are plain SimpleTuberObjects."""

    @staticmethod
    def answer(asked: Any) -> Any:
        raise AssertionError(f"expected no request, received {asked}")

    def _tuber_connect(self, hostname: str, options: Options) -> Any:
        return ScriptedLink(type(self).answer, options)


def described(description: dict[str, Any], path: Any = "Board", **options: Any) -> ScriptedObject:
    """Return a resolved remote object with that description. Its methods return their own call."""

    def answer(asked: Any) -> Any:
        return {"result": description if "method" not in asked else asked}

    kind = type("Described", (ScriptedObject,), {"answer": staticmethod(answer)})
    made: ScriptedObject = kind(path, hostname="board", **options)
    made.tuber_resolve()
    return made
