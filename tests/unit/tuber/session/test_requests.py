"""The media type of requests, and arguments that no media type can express."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import numpy as np
import pytest

from tests.support.scripted_link import URL, ScriptedReply
from tuber import TuberConnectionLost, TuberProtocolError
from tuber.codec import EncodeError, codec_for
from tuber.options import Options
from tuber.protocol import CBOR, JSON, Call
from tuber.session.messages import Request
from tuber.session.requests import RequestWriter
from tuber.session.server_state import ServerState

NEW = ServerState(URL, "a" * 32)


def drive(conversation: Any, *replies: Any) -> tuple[list[Request], Any]:
    """Drive a conversation; return its requests and its value."""
    sent, answers = [], iter(replies)
    try:
        request = next(conversation)
        while True:
            sent.append(request)
            answer = next(answers)
            request = (
                conversation.throw(answer)
                if isinstance(answer, Exception)
                else conversation.send(answer)
            )
    except StopIteration as end:
        return sent, end.value


def body(request: Request) -> Any:
    joined = b"".join((request.body, *request.rest))
    return codec_for(request.media_type).decode(bytearray(joined))


@pytest.mark.parametrize("args", [(), (1, 2.5, "x", None), ([1, [2]], {"a": True})])
def test_a_call_that_json_can_express_is_sent_in_json(args: tuple[Any, ...]) -> None:
    writer = RequestWriter(Options(), ServerState(URL))
    request = writer.plain(Call("Board", "read", args, {"n": 1}))
    assert request is not None
    assert request.media_type == JSON
    assert json.loads(request.body)["kwargs"] == {"n": 1}


@pytest.mark.parametrize("value", [math.nan, 1j, b"x", {1: 2}, {1}, np.arange(3), np.int8(1)])
@pytest.mark.parametrize("named", [False, True])
def test_a_call_that_json_cannot_express_is_sent_in_cbor(value: Any, named: bool) -> None:
    writer = RequestWriter(Options(), NEW)
    call = Call("Board", "read", *(((), {"v": value}) if named else ((value,), {})))
    assert writer.plain(call) is None
    sent, request = drive(writer.call(call))
    assert sent == []
    assert request.media_type == CBOR
    assert body(request)["method"] == "read"


def test_the_memory_of_a_big_array_is_not_copied() -> None:
    array = np.arange(100_000.0).reshape(100, 1000)
    for each in (array, np.asfortranarray(array)):
        _, request = drive(RequestWriter(Options(), NEW).call(Call("Board", "load", (each, 1))))
        assert sum(map(len, request.rest)) >= array.nbytes
        assert np.shares_memory(np.frombuffer(request.rest[0], np.uint8), each)
        assert (body(request)["args"][0] == array).all()


def test_an_unknown_server_is_asked_once_what_it_reads() -> None:
    for fields, media_type, expected in (
        ({"x-tuber-run": "b" * 32}, JSON, CBOR),
        ({}, CBOR, CBOR),
        ({}, JSON, JSON),
    ):
        state = ServerState(URL)
        writer = RequestWriter(Options(), state)
        reply = ScriptedReply(b"", fields=fields, media_type=media_type)
        call = Call("Board", "read", (b"x",))
        sent, request = drive(writer.call(call), reply)
        assert [each.body for each in sent] == [b"{}"]
        assert request.media_type == expected
        assert drive(writer.call(call))[0] == []


def test_a_refused_question_says_nothing_about_the_server() -> None:
    state = ServerState(URL)
    writer = RequestWriter(Options(), state)
    call = Call("Board", "read", (b"x",))
    refusal = ScriptedReply(b"busy", status=502, media_type="text/html")
    with pytest.raises(TuberProtocolError, match="502") as caught:
        drive(writer.call(call), refusal)
    assert not caught.value.may_have_run
    assert state.reads_cbor is None
    answer = ScriptedReply(b"", fields={"x-tuber-run": "b" * 32})
    _, request = drive(writer.call(call), answer)
    assert request.media_type == CBOR


def test_when_asking_fails_the_call_was_not_run() -> None:
    writer = RequestWriter(Options(), ServerState(URL))
    conversation = writer.call(Call("Board", "read", (b"x",)))
    next(conversation)
    with pytest.raises(TuberConnectionLost) as caught:
        conversation.throw(TuberConnectionLost("cut", may_have_run=True))
    assert not caught.value.may_have_run


@pytest.mark.parametrize("state", [NEW, ServerState(URL)])
@pytest.mark.parametrize("value", [object(), [np.longdouble(1)], {"a": np.array([None])}])
def test_an_argument_that_cannot_be_encoded_is_refused_before_anything_is_sent(
    state: ServerState, value: Any
) -> None:
    writer = RequestWriter(Options(), state)
    with pytest.raises(EncodeError, match=r"^args\[1\].* of Board\.read\(\): .*is not supported"):
        drive(writer.call(Call("Board", "read", (1, value))))


def test_a_server_that_reads_only_json_gets_json() -> None:
    state = ServerState(URL)
    state.answered(JSON)
    writer = RequestWriter(Options(), state)
    for value, text in ((b"\1", {"bytes": [1]}), (datetime.datetime(2000, 1, 1), "2000-01-01T00")):
        _, request = drive(writer.call(Call("Board", "read", (value,))))
        carried = json.loads(request.body)["args"][0]
        assert carried == text if isinstance(text, dict) else carried.startswith(text)
    with pytest.raises(EncodeError, match=f"nan.*the server at {URL} reads only {JSON}"):
        drive(writer.call(Call("Board", "read", (math.nan,))))


def test_accept_types_can_require_json() -> None:
    writer = RequestWriter(Options((JSON,)), NEW)
    _, request = drive(writer.call(Call("Board", "read", (b"x",))))
    assert request.media_type == JSON
    with pytest.raises(EncodeError, match=f"accept_types leaves only {JSON}"):
        drive(writer.call(Call("Board", "read", (1j,))))


def test_a_batch_is_sent_in_cbor_if_one_call_needs_it() -> None:
    writer = RequestWriter(Options(), NEW)
    calls = [
        {"object": "Board", "method": "read", "args": (1,)},
        {"object": "Board", "method": "read", "kwargs": {"v": b"x"}},
    ]
    _, (request, unsent) = drive(writer.batch(calls, "it", ("continue-on-error",), False))
    assert (request.media_type, request.options, unsent) == (CBOR, ("continue-on-error",), {})
    assert [each["method"] for each in body(request)] == ["read", "read"]
    _, (request, _) = drive(writer.batch(calls[:1], "it", (), False))
    assert request.media_type == JSON


@pytest.mark.parametrize("fine", [2, b"x"])
def test_a_call_that_cannot_be_encoded_can_be_left_out(fine: Any) -> None:
    writer = RequestWriter(Options(), NEW)
    calls = [Call("Board", "read", (value,)).to_map() for value in (object(), 1, "\ud800", fine)]
    _, (request, unsent) = drive(writer.batch(calls, "it", (), True))
    assert [each["args"][0] for each in body(request)] == [1, fine]
    assert list(unsent) == [0, 2]
    assert unsent[2].error.place == "args[0] of Board.read(), call 2 of the batch"
    _, (request, unsent) = drive(writer.batch(calls[:1], "it", (), True))
    assert request is None
    assert list(unsent) == [0]


def test_or_it_fails_the_batch() -> None:
    writer = RequestWriter(Options(), NEW)
    calls = [Call("Board", "read", (value,)).to_map() for value in (1, object())]
    with pytest.raises(EncodeError, match=r"^args\[0\] of Board\.read\(\), call 1 of the batch: "):
        drive(writer.batch(calls, "it", (), False))
